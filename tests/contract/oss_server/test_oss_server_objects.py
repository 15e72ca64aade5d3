import base64
import gzip
import hashlib
import io

import oss2
import pytest

from local.oss.checksums import crc64

KEYS = [
    "a//b",
    "a/../b",
    "./x",
    "x/.",
    "x/..",
    "t/",
    "+ % ? #",
    "a%41",
    "back\\slash",
    "new\nline",
    "tab\tand\x01control",
    "~=&;'\"<>",
    "日本語/ключ",
    "😀",
    "k" * 1023,
]


@pytest.mark.parametrize("key", KEYS)
def test_every_legal_key_comes_back_with_its_own_content(signed_bucket, key):
    body = key.encode() * 2

    put = signed_bucket.put_object(key, body)

    got = signed_bucket.get_object(key)
    assert got.read() == body
    assert put.etag == got.etag == hashlib.md5(body).hexdigest().upper()
    assert put.crc == got.server_crc == crc64(body)
    assert [row.key for row in oss2.ObjectIteratorV2(signed_bucket)] == [key]
    assert [row.key for row in oss2.ObjectIterator(signed_bucket)] == [key]


@pytest.mark.parametrize("key", ["/lead", "\\lead", "k" * 1024])
def test_an_illegal_key_is_refused(bucket, key):
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object(key, b"x")

    assert (caught.value.status, caught.value.code) == (400, "InvalidObjectName")


def test_reading_shows_what_the_writer_said(bucket):
    sent = {
        "Content-Type": "text/html",
        "Content-Language": "de",
        "Content-Disposition": "attachment",
        "Cache-Control": "no-cache",
        "Expires": "never",
        "x-oss-meta-plain": "one",
        "x-oss-meta-name": "naïve 漢".encode(),
        "x-oss-tagging": "a=1&b=x%20y",
        "x-oss-storage-class": "IA",
    }

    bucket.put_object("k", b"hello", headers=sent)

    for seen in (bucket.head_object("k").headers, bucket.get_object("k").headers):
        assert {name: seen[name] for name in list(sent)[:6]} == {name: sent[name] for name in list(sent)[:6]}
        assert seen["x-oss-meta-name"].encode("latin-1").decode() == "naïve 漢"
        assert seen["x-oss-tagging-count"] == "2"
        assert seen["x-oss-storage-class"] == "IA"
        assert seen["x-oss-object-type"] == "Normal"
        assert seen["Content-Length"] == "5"
        assert seen["Content-MD5"] == base64.b64encode(hashlib.md5(b"hello").digest()).decode()
        assert seen["ETag"] == '"5D41402ABC4B2A76B9719D911017C592"'
        assert len(seen["x-oss-request-id"]) == 24
        assert seen["x-oss-server-time"].isdigit()


def test_a_gzip_body_is_stored_and_served_as_it_came(bucket):
    packed = gzip.compress(b"text" * 1000)

    bucket.put_object("k", packed, headers={"Content-Encoding": "gzip"})

    got = bucket.get_object("k")
    assert got.resp.response.raw.read(decode_content=False) == packed
    assert got.headers["Content-Length"] == str(len(packed))
    assert got.headers["Content-Encoding"] == "gzip"


def test_a_chunked_body_of_unknown_length_is_stored_whole(bucket):
    body = bytes(range(256)) * 20_000

    bucket.put_object("k", iter([body[:70_000], body[70_000:]]))

    assert bucket.get_object("k").read() == body


def test_an_empty_object_is_an_object(bucket):
    bucket.put_object("k", b"")

    got = bucket.get_object("k")
    assert got.read() == b""
    assert got.headers["x-oss-hash-crc64ecma"] == "0"
    assert bucket.head_object("k").content_length == 0


def test_a_body_that_does_not_match_its_md5_is_refused(bucket):
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("k", b"body", headers={"Content-MD5": wrong})

    assert (caught.value.status, caught.value.code) == (400, "InvalidDigest")
    assert not bucket.object_exists("k")


def test_a_write_that_forbids_overwriting_leaves_the_object_alone(bucket):
    bucket.put_object("k", b"first", headers={"x-oss-forbid-overwrite": "true"})

    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("k", b"second", headers={"x-oss-forbid-overwrite": "true"})

    assert (caught.value.status, caught.value.code) == (409, "FileAlreadyExists")
    assert bucket.get_object("k").read() == b"first"


def test_user_metadata_over_8_kilobytes_is_refused(bucket):
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.put_object("k", b"x", headers={"x-oss-meta-big": "v" * 8192})

    assert caught.value.code == "MetadataTooLarge"


def test_a_reader_keeps_the_version_it_opened_while_it_is_overwritten(bucket):
    old, new = b"o" * (48 << 20), b"n" * (1 << 20)
    bucket.put_object("k", old)

    reading = bucket.get_object("k")
    first = reading.read(1 << 20)
    bucket.put_object("k", new)
    bucket.delete_object("k")

    assert first + reading.read() == old
    assert not bucket.object_exists("k")


def test_a_missing_object_is_no_such_key_for_get_and_head(signed_bucket):
    for call in (signed_bucket.get_object, signed_bucket.head_object, signed_bucket.get_object_meta):
        with pytest.raises(oss2.exceptions.NoSuchKey) as caught:
            call("missing")
        assert caught.value.status == 404
        assert caught.value.ec == "0026-00000001"


def test_a_missing_bucket_is_no_such_bucket(server, reach):
    bucket = reach(oss2.AuthV4(server.access_key_id, server.access_key_secret))

    for call in (bucket.get_object, bucket.head_object, bucket.get_symlink):
        with pytest.raises(oss2.exceptions.NoSuchBucket):
            call("k")
    with pytest.raises(oss2.exceptions.NoSuchBucket):
        bucket.put_object("k", b"x")


def test_object_meta_reports_length_etag_and_time(bucket):
    put = bucket.put_object("k", b"hello")

    meta = bucket.get_object_meta("k")

    assert (meta.content_length, meta.etag) == (5, put.etag)
    assert meta.last_modified == bucket.head_object("k").last_modified


def test_a_get_can_override_response_headers(bucket):
    bucket.put_object("k", b"x", headers={"Content-Type": "text/plain"})

    got = bucket.get_object("k", params={"response-content-type": "image/png"})

    assert got.content_type == "image/png"


def test_tags_are_put_read_and_deleted(signed_bucket):
    signed_bucket.put_object("k", b"x")
    rule = oss2.models.TaggingRule()
    rule.add("color", "blå")
    rule.add("empty", "")

    signed_bucket.put_object_tagging("k", oss2.models.Tagging(rule))

    assert signed_bucket.get_object_tagging("k").tag_set.tagging_rule == {"color": "blå", "empty": ""}
    assert signed_bucket.head_object("k").headers["x-oss-tagging-count"] == "2"
    signed_bucket.delete_object_tagging("k")
    assert signed_bucket.get_object_tagging("k").tag_set.tagging_rule == {}
    assert "x-oss-tagging-count" not in signed_bucket.head_object("k").headers


def test_many_objects_are_deleted_at_once(signed_bucket):
    for key in KEYS:
        signed_bucket.put_object(key, b"x")
    parseable = [key for key in KEYS if "\x01" not in key]

    deleted = signed_bucket.batch_delete_objects([*parseable, "never-there"])

    assert deleted.deleted_keys == [*parseable, "never-there"]
    assert [row.key for row in oss2.ObjectIterator(signed_bucket)] == ["tab\tand\x01control"]


def test_appends_grow_an_object_at_its_end(signed_bucket):
    first = signed_bucket.append_object("log", 0, b"one ")
    second = signed_bucket.append_object("log", first.next_position, b"two", init_crc=first.crc)

    assert signed_bucket.get_object("log").read() == b"one two"
    assert second.crc == crc64(b"one two")
    head = signed_bucket.head_object("log")
    assert head.object_type == "Appendable"
    assert head.headers["x-oss-next-append-position"] == "7"
    assert head.etag != first.resp.headers["ETag"].strip('"')
    assert "Content-MD5" not in head.headers


def test_an_append_at_the_wrong_position_is_refused(bucket):
    bucket.append_object("log", 0, b"one")

    with pytest.raises(oss2.exceptions.PositionNotEqualToLength) as caught:
        bucket.append_object("log", 1, b"two")

    assert caught.value.headers["x-oss-next-append-position"] == "3"
    bucket.put_object("normal", b"x")
    with pytest.raises(oss2.exceptions.ObjectNotAppendable):
        bucket.append_object("normal", 1, b"two")


@pytest.mark.parametrize("storage_class", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_an_archived_object_is_readable_only_after_restore(bucket, storage_class):
    bucket.put_object("k", b"cold", headers={"x-oss-storage-class": storage_class})
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket.get_object("k")
    assert (caught.value.status, caught.value.code) == (403, "InvalidObjectState")
    assert bucket.head_object("k").headers["x-oss-storage-class"] == storage_class

    assert bucket.restore_object("k").status == 202

    assert bucket.get_object("k").read() == b"cold"
    assert bucket.head_object("k").headers["x-oss-restore"].startswith('ongoing-request="false"')


def test_a_put_from_a_stream_and_a_large_get_agree(bucket):
    body = bytes(range(251)) * 40_000

    put = bucket.put_object("k", io.BytesIO(body))

    assert put.crc == crc64(body)
    assert b"".join(bucket.get_object("k")) == body
