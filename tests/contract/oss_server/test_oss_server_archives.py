"""Archived objects, their restores, and encryption as clients see it."""

import oss2
import pytest
from oss2.exceptions import ServerError
from oss2.models import RestoreConfiguration, RestoreJobParameters, ServerSideEncryptionRule

from local.oss.content import EMPTY
from local.oss.embedded import OssServer
from local.oss.errors import OssError
from local.oss.records import Attributes, Bucket, Kind, ObjectRecord, StorageClass
from local.oss.restoring import check_restored, restore_state


def refusal(call, *arguments, **options):
    with pytest.raises(ServerError) as caught:
        call(*arguments, **options)
    return caught.value.status, caught.value.code


def put(bucket, storage_class, key="k"):
    bucket.put_object(key, b"body", headers={"x-oss-storage-class": storage_class})


def test_a_restore_makes_an_archived_object_readable(bucket):
    put(bucket, "Archive")
    assert refusal(bucket.get_object, "k") == (403, "InvalidObjectState")

    statuses = [bucket.restore_object("k").status for _ in range(2)]

    assert statuses == [202, 200]
    assert bucket.get_object("k").read() == b"body"
    state = bucket.head_object("k").headers["x-oss-restore"]
    assert state.startswith('ongoing-request="false", expiry-date="')
    assert bucket.list_objects().object_list[0].restore_info == state
    assert bucket.list_object_versions().versions[0].restore_info == state


def test_a_slow_restore_is_seen_under_way(slow_bucket):
    put(slow_bucket, "ColdArchive")

    assert slow_bucket.restore_object("k").status == 202

    assert refusal(slow_bucket.restore_object, "k") == (409, "RestoreAlreadyInProgress")
    assert refusal(slow_bucket.get_object, "k") == (403, "InvalidObjectState")
    assert slow_bucket.head_object("k").headers["x-oss-restore"] == 'ongoing-request="true"'
    assert slow_bucket.list_objects_v2().object_list[0].restore_info == 'ongoing-request="true"'


@pytest.fixture
def slow_bucket(connections):
    with OssServer(restore_delay_seconds=3600) as server:
        auth = oss2.AuthV4(server.access_key_id, server.access_key_secret)
        opened = oss2.Bucket(auth, server.endpoint, "slow", session=connections, region=server.region)
        opened.create_bucket()
        yield opened


@pytest.mark.parametrize(
    ("now", "readable", "state"),
    [
        (999, False, 'ongoing-request="true"'),
        (1000, True, 'ongoing-request="false", expiry-date="Thu, 01 Jan 1970 00:00:02 GMT"'),
        (2000, True, 'ongoing-request="false", expiry-date="Thu, 01 Jan 1970 00:00:02 GMT"'),
        (2001, False, ""),
    ],
)
def test_a_restored_object_is_readable_for_its_time(now, readable, state):
    archived = Attributes(storage_class=StorageClass.COLD_ARCHIVE)
    record = ObjectRecord(
        b"k", Kind.NORMAL, "E", EMPTY, archived, 0, restored_from_ms=1000, restored_until_ms=2000
    )

    assert restore_state(record, now) == state
    if readable:
        check_restored(Bucket("b", "1", 0), record, now)
    else:
        with pytest.raises(OssError, match="InvalidObjectState"):
            check_restored(Bucket("b", "1", 0), record, now)


@pytest.mark.parametrize(
    ("storage_class", "tier", "answer"),
    [
        ("ColdArchive", "Bulk", "Bulk"),
        ("DeepColdArchive", "Expedited", "Expedited"),
        ("ColdArchive", "wrong", (400, "InvalidArgument")),
        ("Archive", "Bulk", (400, "MalformedXML")),
        ("Standard", "Bulk", (400, "OperationNotSupported")),
    ],
)
def test_tiers_belong_to_the_cold_classes(bucket, storage_class, tier, answer):
    put(bucket, storage_class)
    asked = RestoreConfiguration(days=5, job_parameters=RestoreJobParameters(tier))

    if isinstance(answer, str):
        reply = bucket.restore_object("k", input=asked)
        assert (reply.status, reply.headers["x-oss-object-restore-priority"]) == (202, answer)
    else:
        assert refusal(bucket.restore_object, "k", input=asked) == answer


def test_a_bucket_may_let_archives_be_read_directly(bucket):
    put(bucket, "Archive")
    put(bucket, "ColdArchive", "cold")
    assert bucket.get_bucket_archive_direct_read().enabled is False

    bucket.put_bucket_archive_direct_read(True)

    assert bucket.get_bucket_archive_direct_read().enabled is True
    assert bucket.get_object("k").read() == b"body"
    assert refusal(bucket.get_object, "cold") == (403, "InvalidObjectState")
    assert refusal(bucket.put_bucket_archive_direct_read, "aa") == (400, "MalformedXML")


ALGORITHM, KEY_ID = "x-oss-server-side-encryption", "x-oss-server-side-encryption-key-id"


def test_encryption_is_told_back_wherever_an_object_is_written_or_read(bucket):
    asked = {ALGORITHM: "KMS", KEY_ID: "the-key"}
    replies = [
        bucket.put_object("k", b"body", headers=asked),
        bucket.head_object("k"),
        bucket.get_object("k"),
        bucket.copy_object(bucket.bucket_name, "k", "copy", headers=asked),
        bucket.append_object("log", 0, b"x", headers=asked),
        bucket.append_object("log", 1, b"x"),
    ]
    upload = bucket.init_multipart_upload("parts", headers=asked)
    part = bucket.upload_part("parts", upload.upload_id, 1, b"x")
    refused = refusal(bucket.upload_part, "parts", upload.upload_id, 2, b"x", headers=asked)
    parts = [oss2.models.PartInfo(1, part.etag)]
    replies += [upload, part, bucket.complete_multipart_upload("parts", upload.upload_id, parts)]

    assert [(reply.headers[ALGORITHM], reply.headers[KEY_ID]) for reply in replies] == [
        ("KMS", "the-key")
    ] * 9
    assert refused == (400, "InvalidArgument")
    bucket.copy_object(bucket.bucket_name, "k", "plain")
    assert ALGORITHM not in bucket.head_object("plain").headers
    assert bucket.put_object("k", b"x", headers={ALGORITHM: "KMS"}).headers[KEY_ID]
    assert refusal(bucket.put_object, "k", b"x", headers={ALGORITHM: "ROT13"}) == (
        400,
        "InvalidEncryptionAlgorithmError",
    )


def test_a_bucket_may_name_the_encryption_of_its_objects(bucket):
    rule = ServerSideEncryptionRule()
    rule.sse_algorithm = "SM4"

    bucket.put_bucket_encryption(rule)

    assert bucket.get_bucket_encryption().sse_algorithm == "SM4"
    assert bucket.get_bucket_info().bucket_encryption_rule.sse_algorithm == "SM4"
    assert bucket.put_object("k", b"x").headers[ALGORITHM] == "SM4"
    assert bucket.put_object("k", b"x", headers={ALGORITHM: "AES256"}).headers[ALGORITHM] == "AES256"
    bucket.delete_bucket_encryption()
    assert ALGORITHM not in bucket.put_object("k", b"x").headers
    assert bucket.get_bucket_info().bucket_encryption_rule.sse_algorithm is None
