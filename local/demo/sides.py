"""Both sides as the oracle reads them: OSS with plain oss2, S3 with plain boto3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import oss2
from botocore.config import Config

from local.demo.oracle import CONTENT_HEADERS, Described, owners_metadata
from local.deployment import AwsAccess
from local.servers import OssAccess, aws_client

_CONNECTIONS = 32
_CHUNK = 1 << 20


def open_bucket(oss: OssAccess, name: str) -> oss2.Bucket:
    """A bucket of the OSS-compatible server, for many requests at a time."""
    auth = oss2.AuthV4(oss.access_key_id, oss.access_key_secret)
    session = oss2.Session(pool_size=_CONNECTIONS)
    return oss2.Bucket(auth, oss.endpoint, name, session=session, region=oss.region)


def open_s3(aws: AwsAccess) -> Any:
    """A client of S3, for many requests at a time."""
    return aws_client(aws, "s3", Config(max_pool_connections=_CONNECTIONS))


class OssSide:
    """A bucket of OSS below a prefix."""

    def __init__(self, bucket: oss2.Bucket, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = prefix

    def list_keys(self) -> Iterator[str]:
        """Every key below the prefix, without the prefix."""
        for listed in oss2.ObjectIteratorV2(self._bucket, prefix=self._prefix, max_keys=1000):
            yield listed.key.removeprefix(self._prefix)

    def describe(self, key: str) -> Described:
        """Read an object to its end, and its tags."""
        found = self._bucket.get_object(self._prefix + key, headers={"Accept-Encoding": "identity"})
        # oss2 itself would unpack what is stored with Content-Encoding: gzip.
        size, sha256 = _digest(found.resp.response.raw.stream(_CHUNK, decode_content=False))
        headers = {name.lower(): _utf8(value) for name, value in found.headers.items()}
        tags = self._bucket.get_object_tagging(self._prefix + key).tag_set.tagging_rule
        return Described(
            size,
            sha256,
            {name: headers[name] for name in CONTENT_HEADERS if name in headers},
            {
                name.removeprefix("x-oss-meta-"): value
                for name, value in headers.items()
                if name.startswith("x-oss-meta-")
            },
            dict(tags),
        )


class S3Side:
    """A bucket of S3 below a prefix."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def list_keys(self) -> Iterator[str]:
        """Every key below the prefix, without the prefix."""
        yield from self.versions()

    def versions(self) -> dict[str, tuple[str, str]]:
        """The etag and the time of the last write of every key, which is without the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        return {
            listed["Key"].removeprefix(self._prefix): (listed["ETag"], listed["LastModified"].isoformat())
            for page in pages
            for listed in page.get("Contents", ())
        }

    def describe(self, key: str) -> Described:
        """Read an object to its end, and its tags."""
        where = {"Bucket": self._bucket, "Key": self._prefix + key}
        found = self._client.get_object(**where)
        headers = found["ResponseMetadata"]["HTTPHeaders"]
        size, sha256 = _digest(found["Body"].iter_chunks(_CHUNK))
        # S3 counts the tags of an object that has any.
        tags = self._client.get_object_tagging(**where)["TagSet"] if found.get("TagCount") else ()
        return Described(
            size,
            sha256,
            {name: headers[name] for name in CONTENT_HEADERS if name in headers},
            owners_metadata(found["Metadata"]),
            {tag["Key"]: tag["Value"] for tag in tags},
        )


def _digest(chunks: Iterable[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


def _utf8(value: str) -> str:
    """OSS sends UTF-8 in its headers, which requests shows as latin-1."""
    return value.encode("latin-1").decode()
