"""What the vendors' own test suites taught: one test per answer that had been wrong."""

import base64
import hashlib
import json

import oss2
import pytest
import requests
from oss2.exceptions import NoSuchBucket, ServerError

TEXT = b"a line of text\n" * 200


@pytest.mark.parametrize("key", ["form\x0cfeed", "\x01", "\x00", "\ue000", "\ue000000c", "￾￿", "<&>\u0085"])
def test_keys_that_xml_cannot_hold_are_deleted_with_many_others(bucket, key):
    bucket.put_object(key, b"x")

    deleted = bucket.batch_delete_objects([key]).deleted_keys

    assert deleted == [key]
    assert not bucket.object_exists(key)


def test_a_missing_bucket_is_told_before_a_wrong_key(server, reach):
    for auth in (oss2.AuthV4("unknown", "secret"), oss2.AnonymousAuth()):
        with pytest.raises(NoSuchBucket):
            reach(auth).get_object("k")


def test_a_missing_bucket_cannot_be_made_with_a_wrong_key(reach):
    bucket = reach(oss2.AuthV4("unknown", "secret"))

    for make in (bucket.create_bucket, lambda: bucket.put_bucket_acl("private")):
        with pytest.raises(ServerError) as caught:
            make()
        assert (caught.value.status, caught.value.code) == (403, "InvalidAccessKeyId")


def test_a_presigned_url_for_another_region_names_its_credential(server, bucket, reach):
    other = reach(oss2.AuthV4(server.access_key_id, server.access_key_secret), region="cn-beijing")

    reply = requests.get(other.sign_url("GET", "k", 60), timeout=5)

    assert reply.status_code == 400
    assert "<Message>The signing region in credential is invalid.</Message>" in reply.text


def test_a_get_that_announces_a_body_leaves_the_next_request_alone(bucket):
    bucket.put_object("k", b"0123456789")
    with requests.Session() as session:
        for _ in range(2):
            url = bucket.sign_url("GET", "k", 60, headers={"Content-Length": "9"})
            reply = session.get(url, headers={"Content-Length": "9"}, timeout=5)
            assert reply.content == b"0123456789"
            assert reply.headers["Connection"] == "close"


@pytest.mark.parametrize(
    ("name", "value"), [("a%b", "x"), ("a", "50%"), ("", "x"), ("a", "*"), ("n" * 129, "x")]
)
def test_tags_have_an_alphabet(bucket, name, value):
    bucket.put_object("k", b"x")
    rule = oss2.models.TaggingRule()
    rule.tagging_rule[name] = value

    with pytest.raises(ServerError) as caught:
        bucket.put_object_tagging("k", oss2.models.Tagging(rule))

    assert (caught.value.status, caught.value.code) == (400, "InvalidTag")


def test_headers_of_later_appends_are_ignored(bucket):
    too_many = "&".join(f"tag{number}=x" for number in range(15))
    bucket.append_object("k", 0, b"one", headers={"x-oss-tagging": "a=1", "x-oss-meta-a": "first"})

    bucket.append_object("k", 3, b"two", headers={"x-oss-tagging": too_many, "x-oss-meta-a": "second"})

    assert bucket.get_object_tagging("k").tag_set.tagging_rule == {"a": "1"}
    assert bucket.head_object("k").headers["x-oss-meta-a"] == "first"


def test_a_part_tells_its_md5_and_cannot_name_an_encryption(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id

    part = bucket.upload_part("k", upload_id, 1, b"part")
    with pytest.raises(ServerError) as caught:
        bucket.upload_part("k", upload_id, 2, b"part", headers={"x-oss-server-side-encryption": "KMS"})

    assert part.headers["Content-MD5"] == base64.b64encode(hashlib.md5(b"part").digest()).decode()
    assert (caught.value.status, caught.value.code) == (400, "InvalidArgument")


def test_a_copy_of_what_the_caller_knows_is_not_made(bucket):
    etag = bucket.put_object("source", b"x").etag

    with pytest.raises(ServerError) as caught:
        bucket.copy_object(bucket.bucket_name, "source", "copy", {"x-oss-copy-source-if-none-match": etag})

    assert caught.value.status == 304
    assert not bucket.object_exists("copy")


def test_a_copy_with_new_metadata_keeps_type_and_client_side_keys(bucket):
    secret = "x-oss-meta-client-side-encryption-key"
    sent = {"Content-Type": "video/mp4", secret: "wrapped", "x-oss-meta-a": "1", "Cache-Control": "no-cache"}
    bucket.put_object("source", b"x", headers=sent)

    bucket.copy_object(bucket.bucket_name, "source", "copy", {"x-oss-metadata-directive": "REPLACE"})

    headers = bucket.head_object("copy").headers
    assert (headers["Content-Type"], headers[secret]) == ("video/mp4", "wrapped")
    assert not {"x-oss-meta-a", "Cache-Control"} & set(headers)


def test_text_is_compressed_for_who_accepts_gzip(bucket):
    bucket.put_object("k", TEXT, headers={"Content-Type": "text/plain; charset=utf-8"})

    reply = requests.get(bucket.sign_url("GET", "k", 60), headers={"Accept-Encoding": "gzip"}, timeout=5)

    assert reply.content == TEXT
    assert (reply.headers["Content-Encoding"], reply.headers["Transfer-Encoding"]) == ("gzip", "chunked")
    assert not {"Content-Length", "ETag", "Accept-Ranges"} & set(reply.headers)


@pytest.mark.parametrize(
    ("content", "headers", "asked"),
    [
        (TEXT, {"Content-Type": "video/mp4"}, {}),
        (b"short", {"Content-Type": "text/plain"}, {}),
        (TEXT, {"Content-Type": "text/plain"}, {"Range": "bytes=0-2999"}),
        (TEXT, {"Content-Type": "text/plain"}, {"Accept-Encoding": "identity"}),
        (TEXT, {"Content-Type": "text/plain", "Content-Encoding": "identity"}, {}),
    ],
)
def test_everything_else_is_sent_as_it_is(bucket, content, headers, asked):
    bucket.put_object("k", content, headers=headers)

    reply = requests.get(
        bucket.sign_url("GET", "k", 60), headers={"Accept-Encoding": "gzip", **asked}, timeout=5
    )

    assert (reply.content, reply.headers["Content-Length"]) == (content, str(len(content)))


def test_statistics_count_by_storage_class(bucket):
    bucket.put_object("a", b"12345")
    bucket.put_object("b", b"123", headers={"x-oss-storage-class": "IA"})

    stat = bucket.get_bucket_stat()

    assert (stat.object_count, stat.storage_size_in_bytes, stat.live_channel_count) == (2, 8, 0)
    assert (stat.standard_object_count, stat.standard_storage) == (1, 5)
    assert (stat.infrequent_access_object_count, stat.infrequent_access_real_storage) == (1, 3)
    assert stat.deep_cold_archive_object_count == 0


@pytest.mark.parametrize("name", ["live", "retention", "vod"])
def test_an_operation_that_is_not_offered_is_not_taken_for_a_put(bucket, name):
    reply = requests.put(bucket.sign_url("PUT", "k", 60, params={name: ""}), data=b"x", timeout=5)

    assert reply.status_code == 501
    assert not bucket.object_exists("k")


def test_a_bucket_has_no_live_channels(bucket):
    bucket.put_object("k", b"x")

    assert [channel.name for channel in oss2.LiveChannelIterator(bucket)] == []


def test_a_policy_without_principals_speaks_of_nobody(bucket, reach):
    statement = {"Effect": "Allow", "Action": ["oss:*"], "Resource": ["acs:oss:*:*:*/*"]}

    bucket.put_bucket_policy(json.dumps({"Version": "1", "Statement": [statement]}))

    bucket.put_object("k", b"x")
    with pytest.raises(oss2.exceptions.AccessDenied):
        reach(oss2.AnonymousAuth()).get_object("k")


def test_a_symlink_is_deleted_like_any_object_though_the_url_says_symlink(bucket):
    bucket.put_symlink("target", "link")

    bucket.delete_object("link", params={"symlink": ""})

    assert not bucket.object_exists("link")


def test_the_acl_of_a_missing_bucket_makes_the_bucket(server, reach):
    bucket = reach(oss2.AuthV4(server.access_key_id, server.access_key_secret))

    with pytest.raises(NoSuchBucket):
        reach(oss2.AnonymousAuth()).put_bucket_acl("private")
    reply = bucket.put_bucket_acl("public-read")

    assert reply.headers["Location"] == f"/{bucket.bucket_name}"
    assert bucket.get_bucket_info().acl.grant == "public-read"


def test_a_complete_list_of_uploads_names_its_last_entry(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id

    page = bucket.list_multipart_uploads()

    assert not page.is_truncated
    assert (page.next_key_marker, page.next_upload_id_marker) == ("k", upload_id)


def test_parts_of_a_sequential_upload_come_in_order_and_give_an_md5(bucket):
    contents = [b"a" * 102_400, b"b"]
    upload_id = bucket.init_multipart_upload("k", params={"sequential": ""}).upload_id

    with pytest.raises(ServerError) as caught:
        bucket.upload_part("k", upload_id, 2, contents[1])
    parts = [
        oss2.models.PartInfo(number, bucket.upload_part("k", upload_id, number, content).etag)
        for number, content in enumerate(contents, start=1)
    ]
    bucket.complete_multipart_upload("k", upload_id, parts)

    assert (caught.value.status, caught.value.code) == (409, "PartNotSequential")
    expected = base64.b64encode(hashlib.md5(b"".join(contents)).digest()).decode()
    assert bucket.get_object("k").headers["Content-MD5"] == expected


def test_a_completion_may_name_the_acl(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    part = oss2.models.PartInfo(1, bucket.upload_part("k", upload_id, 1, b"x").etag)

    bucket.complete_multipart_upload("k", upload_id, [part], headers={"x-oss-object-acl": "private"})

    assert bucket.get_object_acl("k").acl == "private"


def test_a_list_of_parts_tells_how_to_decrypt_them(bucket):
    name = "x-oss-meta-client-side-encryption-key"
    upload_id = bucket.init_multipart_upload("k", headers={name: "wrapped", "x-oss-meta-a": "1"}).upload_id

    reply = requests.get(bucket.sign_url("GET", "k", 60, params={"uploadId": upload_id}), timeout=5)

    assert "<ClientEncryptionKey>wrapped</ClientEncryptionKey>" in reply.text
