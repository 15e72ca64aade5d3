"""Request headers of S3: what an object is written with, and on which condition."""

from typing import Final
from urllib.parse import quote, urlencode

from ferry.objects import ReplicaProperties
from ferry.stores.protocols import ExpectedEtag

_METADATA: Final = "x-amz-meta-"


def property_headers(properties: ReplicaProperties) -> dict[str, str]:
    """Return the headers that write an object with these properties, lower-case names."""
    headers = {
        **{name: _latin1(value) for name, value in properties.content_headers.items()},
        **{f"{_METADATA}{name}": value for name, value in properties.metadata.items()},
        "x-amz-storage-class": properties.storage_class,
    }
    if properties.tags:
        headers["x-amz-tagging"] = urlencode(properties.tags, quote_via=quote)
    if properties.acl is not None:
        headers["x-amz-acl"] = properties.acl
    return headers | _encryption_headers(properties)


def _encryption_headers(properties: ReplicaProperties) -> dict[str, str]:
    if properties.encryption is None:
        return {}
    headers = {"x-amz-server-side-encryption": properties.encryption}
    if properties.encryption == "aws:kms":
        # One data key of the bucket instead of a request to KMS for every object.
        headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true"
    if properties.kms_key is not None:
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = properties.kms_key
    return headers


def _latin1(value: str) -> str:
    """Spell a header value so that its UTF-8 bytes go on the wire."""
    return value.encode().decode("latin-1")


def condition_headers(expected: ExpectedEtag) -> dict[str, str]:
    """Return the headers that let a write happen only where the expected replica is."""
    return {"if-none-match": "*"} if expected is None else {"if-match": f'"{expected}"'}
