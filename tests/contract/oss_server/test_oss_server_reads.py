from email.utils import formatdate

import oss2
import pytest

STANDARD = {"x-oss-range-behavior": "standard"}


@pytest.mark.parametrize(
    ("sent", "headers", "status", "body", "content_range"),
    [
        ("bytes=2-4", {}, 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", {}, 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", {}, 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", {}, 200, b"0123456789", None),
        ("bytes=10-12", {}, 200, b"0123456789", None),
        ("bytes=-11", {}, 200, b"0123456789", None),
        ("bytes=x", {}, 200, b"0123456789", None),
        ("bytes=8-99", STANDARD, 206, b"89", "bytes 8-9/10"),
        ("bytes=-11", STANDARD, 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=0-1,3-4", STANDARD, 200, b"0123456789", None),
    ],
)
def test_a_range_follows_the_legacy_or_the_standard_rule(bucket, sent, headers, status, body, content_range):
    bucket.put_object("k", b"0123456789")

    got = bucket.get_object("k", headers={"Range": sent, **headers})

    assert (got.status, got.read(), got.headers.get("Content-Range")) == (status, body, content_range)
    assert got.headers["x-oss-hash-crc64ecma"] == bucket.head_object("k").headers["x-oss-hash-crc64ecma"]


def test_a_standard_range_behind_the_end_is_not_satisfiable(bucket):
    bucket.put_object("k", b"0123456789")

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("k", headers={"Range": "bytes=10-", **STANDARD})

    assert (caught.value.status, caught.value.code) == (416, "InvalidRange")


def test_conditions_on_the_etag_are_honoured_by_get_and_head(bucket):
    etag = bucket.put_object("k", b"x").etag

    for read in (bucket.get_object, bucket.head_object):
        assert read("k", headers={"If-Match": f'"{etag}"'}).status == 200
        assert read("k", headers={"If-None-Match": '"other"'}).status == 200
        with pytest.raises(oss2.exceptions.PreconditionFailed):
            read("k", headers={"If-Match": '"other"'})
        with pytest.raises(oss2.exceptions.NotModified):
            read("k", headers={"If-None-Match": f'"{etag}"'})


def test_conditions_on_the_time_are_honoured_by_get_and_head(bucket):
    bucket.put_object("k", b"x")
    modified = bucket.head_object("k").last_modified
    before, at = formatdate(modified - 1, usegmt=True), formatdate(modified, usegmt=True)

    for read in (bucket.get_object, bucket.head_object):
        assert read("k", headers={"If-Modified-Since": before}).status == 200
        assert read("k", headers={"If-Unmodified-Since": at}).status == 200
        with pytest.raises(oss2.exceptions.PreconditionFailed):
            read("k", headers={"If-Unmodified-Since": before})
        with pytest.raises(oss2.exceptions.NotModified):
            read("k", headers={"If-Modified-Since": at})


def test_a_symlink_is_followed_with_its_own_metadata(signed_bucket):
    etag = signed_bucket.put_object("real/ключ", b"bytes", headers={"x-oss-meta-a": "real"}).etag
    signed_bucket.put_symlink("real/ключ", "link", headers={"x-oss-meta-a": "link"})

    got = signed_bucket.get_object("link")

    assert got.read() == b"bytes"
    assert (got.etag, got.object_type, got.content_length) == (etag, "Symlink", 5)
    assert got.headers["x-oss-meta-a"] == "link"
    assert "x-oss-hash-crc64ecma" not in got.headers
    assert signed_bucket.get_symlink("link").target_key == "real/ключ"
    (row,) = [row for row in oss2.ObjectIterator(signed_bucket) if row.key == "link"]
    assert (row.type, row.size) == ("Symlink", 0)


def test_a_symlink_to_nothing_or_to_a_symlink_cannot_be_read(bucket):
    bucket.put_symlink("nothing", "dangling")
    bucket.put_symlink("dangling", "second")

    with pytest.raises(oss2.exceptions.ServerError) as missing:
        bucket.get_object("dangling")
    with pytest.raises(oss2.exceptions.ServerError) as chained:
        bucket.get_object("second")

    assert (missing.value.status, missing.value.code) == (404, "SymlinkTargetNotExist")
    assert (chained.value.status, chained.value.code) == (400, "InvalidTargetType")


def test_reading_the_symlink_of_an_ordinary_object_is_refused(bucket):
    bucket.put_object("k", b"x")

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_symlink("k")

    assert caught.value.code == "NotSymlink"


def test_a_copy_keeps_content_metadata_and_tags(signed_bucket):
    headers = {"x-oss-meta-a": "1", "x-oss-tagging": "t=1", "Content-Type": "text/css"}
    etag = signed_bucket.put_object("from/a b+c", b"bytes", headers=headers).etag

    copied = signed_bucket.copy_object(signed_bucket.bucket_name, "from/a b+c", "to")
    signed_bucket.delete_object("from/a b+c")

    got = signed_bucket.get_object("to")
    assert (copied.etag, got.read()) == (etag, b"bytes")
    assert (got.headers["x-oss-meta-a"], got.content_type) == ("1", "text/css")
    assert signed_bucket.get_object_tagging("to").tag_set.tagging_rule == {"t": "1"}


def test_a_copy_onto_itself_can_replace_the_metadata(bucket):
    bucket.put_object("k", b"bytes", headers={"x-oss-meta-a": "1"})

    bucket.update_object_meta("k", {"x-oss-meta-b": "2"})

    got = bucket.get_object("k")
    assert got.read() == b"bytes"
    assert got.headers["x-oss-meta-b"] == "2"
    assert "x-oss-meta-a" not in got.headers


def test_a_copy_whose_condition_fails_is_refused(bucket):
    bucket.put_object("k", b"bytes")

    with pytest.raises(oss2.exceptions.PreconditionFailed):
        bucket.copy_object(bucket.bucket_name, "k", "to", headers={"x-oss-copy-source-if-match": "other"})
