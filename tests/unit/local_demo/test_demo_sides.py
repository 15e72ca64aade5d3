"""The oracle's eyes, on both sides: the OSS-compatible server and moto."""

import gzip
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local.demo.oracle import compare, describe_all
from local.demo.seed import PREFIX, SeedObject, large_object, upload, upload_large
from local.demo.sides import OssSide, S3Side, open_bucket
from local.oss.embedded import OssServer
from local.servers import OssAccess

PACKED = gzip.compress(b"packed", mtime=0)
OBJECTS = [
    SeedObject(f"{PREFIX}plain.txt", b"plain".lower, {"Content-Type": "text/plain"}),
    SeedObject(
        f"{PREFIX}odd/名 +%.json",
        lambda: PACKED,
        {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Expires": "Thu, 01 Dec 2050 16:00:00 GMT",
        },
        {"note": "größe"},
        {"team": "a+b", "empty": ""},
    ),
    SeedObject(f"{PREFIX}folder/", bytes, {"Content-Type": "application/x-directory"}),
]


@pytest.fixture(scope="module")
def source() -> Iterator[OssSide]:
    with OssServer() as server:
        access = OssAccess(server.endpoint, server.region, server.access_key_id, server.access_key_secret)
        bucket = open_bucket(access, "source")
        bucket.create_bucket().resp.response.close()
        upload(bucket, OBJECTS)
        yield OssSide(bucket, PREFIX)
        bucket.session.session.close()


@pytest.fixture
def s3(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="replica")
        client.put_object(Bucket="replica", Key="to/plain.txt", Body=b"plain", ContentType="text/plain")
        client.put_object(
            Bucket="replica",
            Key="to/odd/名 +%.json",
            Body=PACKED,
            ContentType="application/json",
            ContentEncoding="gzip",
            Expires="Thu, 01 Dec 2050 16:00:00 GMT",
            Metadata={"note": "=?UTF-8?B?Z3LDtsOfZQ==?=", "ferry-run": "demo"},
            Tagging="team=a%2Bb&empty=",
        )
        client.put_object(Bucket="replica", Key="to/folder/", Body=b"", ContentType="application/x-directory")
        yield client


def test_an_exact_replica_is_equal(source, s3):
    verdict = compare(describe_all(source), describe_all(S3Side(s3, "replica", "to/")))

    assert verdict.holds, verdict.different
    assert verdict.same == 3


def test_one_changed_byte_shows(source, s3):
    s3.put_object(Bucket="replica", Key="to/plain.txt", Body=b"plaiN", ContentType="text/plain")

    verdict = compare(describe_all(source), describe_all(S3Side(s3, "replica", "to/")))

    assert verdict.different == {"plain.txt": ("content: other bytes",)}


def test_every_write_shows_in_the_versions(source, s3):
    side = S3Side(s3, "replica", "to/")
    before = side.versions()

    s3.put_object(Bucket="replica", Key="to/plain.txt", Body=b"plaiN", ContentType="text/plain")

    assert {key for key, version in side.versions().items() if before[key] != version} == {"plain.txt"}


def test_a_large_object_goes_up_in_parts(source):
    sizes: list[int] = []
    described = large_object()

    upload_large(source._bucket, described, (16 << 20) + 5, sizes.append)

    found = source.describe(described.key.removeprefix(PREFIX))
    assert sizes == [16 << 20, 5]
    assert (found.size, found.tags) == ((16 << 20) + 5, described.tags)
    assert found.metadata == described.metadata
