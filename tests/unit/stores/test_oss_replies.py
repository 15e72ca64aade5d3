"""What the headers of OSS say about an object's content."""

import base64
import hashlib

import pytest
from ferry.stores.oss_replies import source_object

CONTENT = b"content"
MD5 = hashlib.md5(CONTENT).hexdigest()
CONTENT_MD5 = base64.b64encode(bytes.fromhex(MD5)).decode()
OTHER = "0" * 32


def read(**headers):
    described = {"etag": f'"{MD5.upper()}"', "last-modified": "Sat, 31 Jan 2026 12:00:00 GMT"}
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return source_object("k", described | spelled, len(CONTENT))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x_oss_object_type": "Normal"}, MD5),
        ({"x_oss_object_type": "Normal", "content_md5": CONTENT_MD5, "etag": f'"{OTHER}"'}, MD5),
        ({"x_oss_object_type": "Symlink", "content_md5": CONTENT_MD5}, MD5),
        ({"x_oss_object_type": "Symlink"}, None),
        ({"x_oss_object_type": "Appendable"}, None),
        ({"x_oss_object_type": "Multipart", "etag": f'"{OTHER}-6"'}, None),
        ({}, None),
        ({"x_oss_object_type": "Normal", "etag": '"null"'}, None),
        ({"x_oss_object_type": "Normal", "etag": f'"{OTHER}-2"'}, None),
        ({"x_oss_object_type": "Normal", "content_md5": "not base64!"}, MD5),
        ({"x_oss_object_type": "Normal", "content_md5": "c2hvcnQ="}, MD5),
        ({"x_oss_object_type": "Normal", "x_oss_server_side_encryption": "KMS"}, None),
        ({"x_oss_object_type": "Normal", "x_oss_server_side_encryption": "AES256"}, MD5),
    ],
)
def test_an_md5_is_believed_only_where_it_surely_is_one(headers, expected):
    assert read(**headers).md5 == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x_oss_hash_crc64ecma": "18446744073709551615"}, 2**64 - 1),
        ({"x_oss_hash_crc64ecma": "7", "x_oss_object_type": "Symlink"}, None),
    ],
)
def test_the_crc_of_a_link_is_not_its_targets(headers, expected):
    assert read(**headers).crc64 == expected


def test_the_storage_class_is_read():
    assert read(x_oss_storage_class="ColdArchive").storage_class == "ColdArchive"
