"""What deleting replicas needs of a store: every store behaves alike."""

import pytest
from ferry.errors import ConfigurationError, ConflictError, PermanentError
from ferry.keys import KeyRange
from ferry.stores import backups

from tests.support.builders import properties

WRITTEN = properties(
    content_headers={"content-type": "text/plain", "cache-control": "no-store"},
    metadata={"owner": "me"},
    tags={"team": "a b"},
)


def put(replica, key, content=b"x", written=WRITTEN):
    return replica.run(replica.store.put(key, content, size=len(content), properties=written, expected=None))


def keys_of(replica):
    return [row.key for row in replica.store.list_objects("", KeyRange())]


def test_a_replica_is_kept_aside_with_all_it_was_written_with(replica):
    etag = put(replica, "a b/ключ")

    replica.store.keep_aside("a b/ключ", "kept/a b/ключ", expected=etag)

    assert replica.content("kept/a b/ключ") == replica.content("a b/ключ") == b"x"
    assert replica.properties("kept/a b/ключ") == replica.properties("a b/ключ")


def test_keeping_aside_again_changes_nothing(replica):
    etag = put(replica, "k")

    for _ in range(2):
        replica.store.keep_aside("k", "kept/k", expected=etag)

    assert keys_of(replica) == ["k", "kept/k"]


def test_another_replica_than_the_expected_one_is_not_kept_aside(replica):
    etag = put(replica, "k")

    with pytest.raises(ConflictError):
        replica.store.keep_aside("k", "kept/k", expected="0" * 32)
    with pytest.raises(ConflictError):
        replica.store.keep_aside("gone", "kept/k", expected=etag)

    assert keys_of(replica) == ["k"]


def test_what_is_in_a_backups_place_stays(replica):
    etag = put(replica, "k")
    put(replica, "kept/k", b"somebody's", properties())

    with pytest.raises(PermanentError) as caught:
        replica.store.keep_aside("k", "kept/k", expected=etag)

    assert caught.value.reason == "BackupTaken"
    assert replica.content("kept/k") == b"somebody's"


@pytest.mark.not_on("memory", reason="it has no limit of a copy")
def test_a_replica_larger_than_one_copy_is_kept_aside_by_parts(replica, monkeypatch):
    content = bytes(range(256)) * 45_000
    monkeypatch.setattr(backups, "MAX_COPY_SIZE", 1024)
    monkeypatch.setattr(backups, "_PART_SIZE", 5 * 1024**2)
    etag = put(replica, "large", content)

    replica.store.keep_aside("large", "kept/large", expected=etag)

    assert replica.content("kept/large") == content
    assert replica.properties("kept/large") == replica.properties("large")
    assert replica.uploads() == []


def test_trying_to_delete_deletes_nothing(replica):
    put(replica, "copies/k")

    replica.store.check_deletable("copies/.ferry-preflight")

    assert keys_of(replica) == ["copies/k"]


@pytest.mark.not_on("memory", reason="everybody may do everything there")
def test_a_bucket_that_may_not_be_deleted_from_says_so(replica):
    def refuse(**_):
        from botocore.exceptions import ClientError

        said = {
            "Error": {"Code": "AccessDenied", "Message": "no"},
            "ResponseMetadata": {"HTTPStatusCode": 403},
        }
        raise ClientError(said, "DeleteObject")  # type: ignore[arg-type]

    replica.client.delete_object = refuse

    with pytest.raises(ConfigurationError, match="AccessDenied"):
        replica.store.check_deletable("copies/.ferry-preflight")
