"""Every replica store keeps encryption, ACL and storage class, whole and in parts."""

from datetime import UTC, datetime

import pytest
from ferry.finder.changes import find_changes
from ferry.keys import KeyMapping, KeyRange
from ferry.stores.memory import MemorySource
from ferry.tasks.models import CompareMode

from tests.support.builders import policy, properties

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CONTENT = b"content"


def put(replica, wanted, key="k"):
    replica.run(replica.store.put(key, CONTENT, size=len(CONTENT), properties=wanted, expected=None))


def put_in_parts(replica, wanted, key="k"):
    upload_id = replica.run(replica.store.create_upload(key, wanted))
    replica.run(replica.store.upload_part(key, upload_id, 1, CONTENT, size=len(CONTENT)))
    replica.store.complete_upload(key, upload_id, replica.store.list_parts(key, upload_id), expected=None)


ways = pytest.mark.parametrize("write", [put, put_in_parts])


@ways
@pytest.mark.parametrize(("encryption", "kms_key"), [("AES256", None), ("aws:kms", KEY)])
def test_a_replica_is_encrypted_as_asked(replica, write, encryption, kms_key):
    write(replica, properties(encryption=encryption, kms_key=kms_key))

    kept = replica.properties("k")
    assert (kept.encryption, kept.kms_key) == (encryption, kms_key)
    assert replica.content("k") == CONTENT


@ways
@pytest.mark.parametrize("acl", ["private", "public-read"])
def test_a_replica_gets_the_canned_acl_asked_for(replica, write, acl):
    write(replica, properties(acl=acl))

    assert replica.acl("k") == acl


CLASSES = ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER"]


@ways
@pytest.mark.parametrize("storage_class", [*CLASSES, "DEEP_ARCHIVE"])
def test_a_replica_of_any_class_is_described_and_found_current(replica, write, storage_class):
    source = MemorySource(clock=lambda: datetime.now(UTC))
    described = source.write("k", CONTENT)
    write(replica, policy(storage_class=storage_class).properties(described))

    for mode in (CompareMode.AUTO, CompareMode.SIZE, CompareMode.CHECKSUM):
        (finding,) = find_changes(source, replica.store, KeyMapping(), KeyRange(), mode=mode)
        assert finding.copy is None
    assert replica.store.head("k").marker.matches(described.etag)
    (row,) = replica.store.list_objects("", KeyRange())
    assert (row.storage_class or "STANDARD") == storage_class
