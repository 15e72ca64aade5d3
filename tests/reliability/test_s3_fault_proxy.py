"""What the S3 fault proxy lets pass and what it makes of requests."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from pydantic import ValidationError

from local.oss.faults.kinds import Error, Fault, Overwrite, Reset, Truncate
from tests.support.aws import client_to, running_moto, unique_name
from tests.support.s3_faults.operations import subject_of
from tests.support.s3_faults.proxy import S3FaultProxy
from tests.support.s3_faults.rules import S3Error, S3Rule

REQUESTS = {
    "GET /b?list-type=2&prefix=k": ("ListObjectsV2", ""),
    "GET /b?uploads": ("ListMultipartUploads", ""),
    "HEAD /b": ("HeadBucket", ""),
    "PUT /b": ("Other", ""),
    "GET /b/k": ("GetObject", "k"),
    "HEAD /b/a%2B%20%E6%97%A5//..": ("HeadObject", "a+ 日//.."),
    "PUT /b/k": ("PutObject", "k"),
    "PUT /b/k?partNumber=1&uploadId=u": ("UploadPart", "k"),
    "POST /b/k?uploads=": ("CreateMultipartUpload", "k"),
    "GET /b/k?uploadId=u": ("ListParts", "k"),
    "POST /b/k?uploadId=u": ("CompleteMultipartUpload", "k"),
    "DELETE /b/k?uploadId=u": ("AbortMultipartUpload", "k"),
    "DELETE /b/k": ("DeleteObject", "k"),
}
CREDENTIAL = "AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/s3/aws4_request, Signature=0"


@pytest.mark.parametrize("request_line", REQUESTS)
def test_a_request_is_known_by_its_operation_and_key(request_line: str):
    method, target = request_line.split()

    subject = subject_of(method, target, {"authorization": CREDENTIAL})

    assert (subject.operation, subject.key) == REQUESTS[request_line]
    assert (subject.bucket, subject.access_key_id) == ("b", "AKID")


def test_a_put_with_a_copy_source_is_a_copy():
    headers = {"x-amz-copy-source": "b/other"}

    assert subject_of("PUT", "/b/k", headers).operation == "CopyObject"
    assert subject_of("PUT", "/b/k?partNumber=1&uploadId=u", headers).operation == "UploadPartCopy"


@pytest.mark.parametrize(
    "fields",
    [
        {"fault": Error(code="InternalError")},
        {"fault": Overwrite()},
        {"fault": Reset(), "operations": ("ListObjects",)},
    ],
)
def test_a_rule_that_s3_cannot_have_is_refused(fields: dict[str, Any]):
    with pytest.raises(ValidationError):
        S3Rule(**fields)


@pytest.fixture(scope="module")
def proxy() -> Iterator[S3FaultProxy]:
    with running_moto() as moto, S3FaultProxy(moto.endpoint) as proxy:
        proxy.access = moto  # type: ignore[attr-defined]
        yield proxy


@pytest.fixture
def s3(proxy: S3FaultProxy) -> Iterator[Any]:
    access = replace(proxy.access, endpoint=proxy.endpoint)  # type: ignore[attr-defined]
    with client_to(access, "s3") as client:
        yield client


@pytest.fixture
def bucket(s3: Any) -> str:
    name = unique_name("proxied")
    s3.create_bucket(Bucket=name)
    return name


def test_keys_headers_and_bodies_pass_unchanged(s3: Any, bucket: str):
    content = Random(1).randbytes(3_000_000)
    keys = ["a//b/../c", "日本 +%", "plain"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=content, Metadata={"owner": "me"}, ContentEncoding="gzip")

    listed = [row["Key"] for row in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    replies = [s3.get_object(Bucket=bucket, Key=key) for key in keys]

    assert listed == sorted(keys)
    assert {reply["Body"].read() == content for reply in replies} == {True}
    assert {(reply["Metadata"]["owner"], reply["ContentEncoding"]) for reply in replies} == {("me", "gzip")}


EFFECTS: dict[str, tuple[Fault, bool]] = {
    "error": (S3Error(code="AccessDenied"), False),
    "error after": (S3Error(code="AccessDenied", after_effect=True), True),
    "hidden error": (S3Error(code="InternalError", status=200), False),
    "reset before": (Reset(at="start"), False),
    "reset in upload": (Reset(at="request-body"), False),
    "reset after": (Reset(at="reply"), True),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_a_fault_has_its_effect_and_is_counted(proxy: S3FaultProxy, s3: Any, bucket: str, name: str):
    fault, is_written = EFFECTS[name]
    rule = S3Rule(fault=fault, bucket=bucket, operations=("PutObject",))

    # Those hidden in good replies are found by botocore itself.
    broken = pytest.raises((ClientError, ConnectionClosedError))
    with proxy.injected(rule) as injected, broken:
        s3.put_object(Bucket=bucket, Key="k", Body=b"content")

    assert (s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1) is is_written
    assert injected.applied == injected.matched > 0


def test_a_reply_without_a_body_is_not_truncated(proxy: S3FaultProxy, s3: Any, bucket: str):
    with proxy.injected(S3Rule(fault=Truncate(), operations=("HeadBucket",))) as injected:
        s3.head_bucket(Bucket=bucket)

    assert (injected.matched, injected.applied) == (1, 0)
