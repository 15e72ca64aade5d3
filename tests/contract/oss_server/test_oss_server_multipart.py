import hashlib

import oss2
import pytest
from oss2.models import PartInfo

from local.oss.checksums import crc64

PIECES = [bytes([number]) * (100 * 1024 + number) for number in (1, 2)] + [b"tail"]


def upload_pieces(bucket, key, upload_id, numbers=(1, 2, 3)):
    return [
        PartInfo(number, bucket.upload_part(key, upload_id, number, piece).etag)
        for number, piece in zip(numbers, PIECES, strict=True)
    ]


def test_parts_become_one_object(signed_bucket):
    headers = {"x-oss-meta-a": "ä".encode(), "Content-Type": "video/mp4", "x-oss-tagging": "t=1"}
    upload_id = signed_bucket.init_multipart_upload("dir/mp", headers=headers).upload_id

    parts = upload_pieces(signed_bucket, "dir/mp", upload_id, numbers=(2, 5, 9))
    listed = signed_bucket.list_parts("dir/mp", upload_id).parts
    assert not signed_bucket.object_exists("dir/mp")
    done = signed_bucket.complete_multipart_upload("dir/mp", upload_id, parts)

    whole = b"".join(PIECES)
    digests = b"".join(hashlib.md5(piece).digest() for piece in PIECES)
    assert [(part.part_number, part.size) for part in listed] == [(2, 102401), (5, 102402), (9, 4)]
    assert done.etag == hashlib.md5(digests).hexdigest().upper() + "-3"
    assert done.crc == crc64(whole)
    got = signed_bucket.get_object("dir/mp")
    assert got.read() == whole
    assert (got.object_type, got.server_crc, got.content_type) == ("Multipart", crc64(whole), "video/mp4")
    assert got.headers["x-oss-tagging-count"] == "1"
    assert "Content-MD5" not in got.headers
    with pytest.raises(oss2.exceptions.NoSuchUpload):
        signed_bucket.list_parts("dir/mp", upload_id)


def test_a_part_that_is_uploaded_again_replaces_the_first(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    bucket.upload_part("k", upload_id, 1, b"wrong")
    etag = bucket.upload_part("k", upload_id, 1, b"right").etag

    bucket.complete_multipart_upload("k", upload_id, [PartInfo(1, etag)])

    assert bucket.get_object("k").read() == b"right"


def test_all_parts_are_taken_when_asked_for(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    upload_pieces(bucket, "k", upload_id)

    bucket.complete_multipart_upload("k", upload_id, None, headers={"x-oss-complete-all": "yes"})

    assert bucket.get_object("k").read() == b"".join(PIECES)


def test_completing_is_refused_for_wrong_missing_or_small_parts(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    parts = upload_pieces(bucket, "k", upload_id)
    small = PartInfo(4, bucket.upload_part("k", upload_id, 4, b"more").etag)

    for chosen, code in [
        ([PartInfo(1, "0" * 32)], "InvalidPart"),
        ([PartInfo(7, parts[0].etag)], "InvalidPart"),
        ([*parts, small], "EntityTooSmall"),
        ([], "MalformedXML"),
    ]:
        with pytest.raises(oss2.exceptions.ServerError) as caught:
            bucket.complete_multipart_upload("k", upload_id, chosen)
        assert (caught.value.status, caught.value.code) == (400, code)

    bucket.complete_multipart_upload("k", upload_id, parts)
    assert bucket.get_object("k").read() == b"".join(PIECES)


def test_parts_out_of_order_are_refused(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    first, second, _ = upload_pieces(bucket, "k", upload_id)
    body = "".join(
        f"<Part><PartNumber>{part.part_number}</PartNumber><ETag>{part.etag}</ETag></Part>"
        for part in (second, first)
    )

    # oss2 sorts the parts, so the document is sent as it is.
    with pytest.raises(oss2.exceptions.ServerError) as caught:
        bucket._do(
            "POST",
            bucket.bucket_name,
            "k",
            params={"uploadId": upload_id},
            data=f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>",
        )

    assert caught.value.code == "InvalidPartOrder"


def test_an_aborted_upload_is_gone(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    bucket.upload_part("k", upload_id, 1, b"x")

    bucket.abort_multipart_upload("k", upload_id)

    for call in (
        lambda: bucket.upload_part("k", upload_id, 2, b"x"),
        lambda: bucket.abort_multipart_upload("k", upload_id),
        lambda: bucket.complete_multipart_upload("k", upload_id, [PartInfo(1, "0" * 32)]),
    ):
        with pytest.raises(oss2.exceptions.NoSuchUpload):
            call()
    assert bucket.list_multipart_uploads().upload_list == []


def test_uploads_are_listed_by_key_and_page(signed_bucket):
    keys = ["b", "a/1", "a/2", "ключ", "b"]
    ids = {signed_bucket.init_multipart_upload(key).upload_id for key in keys}

    listed = list(oss2.MultipartUploadIterator(signed_bucket, max_uploads=2))
    grouped = signed_bucket.list_multipart_uploads(delimiter="/")

    assert [row.key for row in listed] == ["a/1", "a/2", "b", "b", "ключ"]
    assert {row.upload_id for row in listed} == ids
    assert grouped.prefix_list == ["a/"]
    assert [row.key for row in grouped.upload_list] == ["b", "b", "ключ"]


def test_parts_are_listed_by_page(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id
    upload_pieces(bucket, "k", upload_id)

    listed = [part.part_number for part in oss2.PartIterator(bucket, "k", upload_id, max_parts=1)]

    assert listed == [1, 2, 3]


def test_a_part_can_be_copied_from_an_object(signed_bucket):
    name = signed_bucket.bucket_name
    signed_bucket.put_object("from", b"0123456789")
    upload_id = signed_bucket.init_multipart_upload("to").upload_id

    copied = signed_bucket.upload_part_copy(name, "from", (2, 5), "to", upload_id, 1)
    signed_bucket.complete_multipart_upload("to", upload_id, [PartInfo(1, copied.etag)])

    assert signed_bucket.get_object("to").read() == b"2345"


def test_a_part_number_outside_1_to_10000_is_refused(bucket):
    upload_id = bucket.init_multipart_upload("k").upload_id

    for number in (0, 10001):
        with pytest.raises(oss2.exceptions.InvalidArgument):
            bucket.upload_part("k", upload_id, number, b"x")
