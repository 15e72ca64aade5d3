"""Which S3 operation a request is: by its method, its path and its query, as S3 itself tells them apart."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from local.oss.faults.decisions import Subject

_BY_SUBRESOURCE = {
    ("POST", "uploads"): "CreateMultipartUpload",
    ("PUT", "uploadId"): "UploadPart",
    ("GET", "uploadId"): "ListParts",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("PUT", "acl"): "PutObjectAcl",
}
_BY_METHOD = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_OF_BUCKETS = {
    ("GET", "uploads"): "ListMultipartUploads",
    ("GET", "list-type"): "ListObjectsV2",
    ("GET", "versions"): "ListObjectVersions",
    ("POST", "delete"): "DeleteObjects",
}
OTHER = "Other"
"""Everything that Ferry does not ask of S3."""
OPERATIONS = frozenset(
    {
        *_BY_SUBRESOURCE.values(),
        *_BY_METHOD.values(),
        *_OF_BUCKETS.values(),
        "CopyObject",
        "UploadPartCopy",
        "HeadBucket",
        OTHER,
    }
)


def subject_of(method: str, target: str, headers: Mapping[str, str]) -> Subject:
    """Describe a path-style request as fault rules look at it.

    Args:
        method: Its method.
        target: Path and query as they are on the wire.
        headers: Names compared without regard to case.
    """
    path, _, query = target.partition("?")
    bucket, _, key = path.removeprefix("/").partition("/")
    names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    operation = _of_object(method, names, headers) if key else _of_bucket(method, names)
    return Subject(operation, unquote(bucket), unquote(key), _access_key_id(headers))


def _of_object(method: str, names: set[str], headers: Mapping[str, str]) -> str:
    is_copy = "x-amz-copy-source" in headers
    for (wanted, name), operation in _BY_SUBRESOURCE.items():
        if method == wanted and name in names:
            return "UploadPartCopy" if is_copy and operation == "UploadPart" else operation
    return "CopyObject" if is_copy and method == "PUT" else _BY_METHOD.get(method, OTHER)


def _of_bucket(method: str, names: set[str]) -> str:
    for (wanted, name), operation in _OF_BUCKETS.items():
        if method == wanted and name in names:
            return operation
    return "HeadBucket" if method == "HEAD" else OTHER


def _access_key_id(headers: Mapping[str, str]) -> str:
    _, _, credential = headers.get("authorization", "").partition("Credential=")
    return credential.partition("/")[0]
