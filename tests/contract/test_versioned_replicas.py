"""Conditional writes to a bucket that keeps versions: a delete marker is no replica."""

import pytest
from ferry.errors import ConflictError
from ferry.keys import KeyRange

from tests.support.builders import properties
from tests.support.store_cases import s3_replica


@pytest.fixture
def versioned(moto):
    with s3_replica(moto) as replica:
        replica.client.put_bucket_versioning(
            Bucket=replica.store.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        yield replica


def put(replica, content, expected=None):
    return replica.run(
        replica.store.put("k", content, size=len(content), properties=properties(), expected=expected)
    )


def upload(replica, content, expected=None):
    """Write in parts."""
    upload_id = replica.run(replica.store.create_upload("k", properties()))
    replica.run(replica.store.upload_part("k", upload_id, 1, content, size=len(content)))
    parts = replica.store.list_parts("k", upload_id)
    try:
        return replica.store.complete_upload("k", upload_id, parts, expected=expected)
    finally:
        replica.store.abort_upload("k", upload_id)


WRITES = pytest.mark.parametrize("write", [put, upload])


def hide(replica):
    """Delete without naming a version, which leaves a delete marker on top."""
    replica.client.delete_object(Bucket=replica.store.bucket, Key="k")


def versions(replica):
    listed = replica.client.list_object_versions(Bucket=replica.store.bucket)
    return len(listed.get("Versions", [])), len(listed.get("DeleteMarkers", []))


@WRITES
def test_a_key_below_a_delete_marker_counts_as_absent(versioned, write):
    put(versioned, b"old")
    hide(versioned)
    hidden = versioned.store.head("k"), list(versioned.store.list_objects("", KeyRange()))

    write(versioned, b"new", expected=None)

    assert hidden == (None, [])
    assert versioned.content("k") == b"new"
    assert versions(versioned) == (2, 1)


def test_a_write_that_expects_what_a_delete_marker_hides_is_a_conflict(versioned):
    etag = put(versioned, b"old")
    hide(versioned)

    with pytest.raises(ConflictError):
        put(versioned, b"new", expected=etag)

    assert versioned.content("k") is None


@WRITES
def test_an_existing_version_is_not_absent(versioned, write):
    put(versioned, b"old")

    with pytest.raises(ConflictError):
        write(versioned, b"new", expected=None)

    assert versions(versioned) == (1, 0)


def test_a_write_replaces_the_version_it_expects_and_keeps_it(versioned):
    etag = put(versioned, b"old")

    put(versioned, b"new", expected=etag)

    with pytest.raises(ConflictError):
        put(versioned, b"late", expected=etag)
    assert versioned.content("k") == b"new"
    assert versions(versioned) == (2, 0)


def test_a_delete_hides_the_version_it_expects_once(versioned):
    etag = put(versioned, b"old")

    with pytest.raises(ConflictError):
        versioned.store.delete("k", expected="0" * 32)
    versioned.store.delete("k", expected=etag)
    with pytest.raises(ConflictError):
        versioned.store.delete("k", expected=etag)

    assert versioned.content("k") is None
    assert versions(versioned) == (1, 1)
