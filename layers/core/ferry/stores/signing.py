"""Signatures for requests that carry object bodies; every other request is signed by its SDK.

The key of a day is derived once and kept, which makes a signature two hashes.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
UNSIGNED_TRAILER: Final = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/_.~-]*")
_TO_TRIM: Final = re.compile(r": |  | \n| \Z|[^ -~\n]")
"""Finds whatever may have to be trimmed in lines of headers, and more than that."""
NO_QUERY: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key of either cloud. Its text form shows no secret."""

    access_key_id: str
    secret_access_key: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return f"AccessKey({self.access_key_id!r})"


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """What a signature is made with.

    Attributes:
        key: Signs.
        region: The bucket's.
        now: UTC; both clouds accept a difference of 15 minutes.
    """

    key: AccessKey
    region: str
    now: datetime

    @property
    def timestamp(self) -> str:
        """The moment as both clouds spell it."""
        return _spelled(int(self.now.timestamp()))


@lru_cache(maxsize=4)
def _spelled(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y%m%dT%H%M%SZ")


def encode_path(key: str) -> str:
    """Percent-encode a key for a URL path, keeping ``/``."""
    return key if _PLAIN_PATH.fullmatch(key) else quote(key, safe="/-_.~")


def encode_query(query: Mapping[str, str]) -> str:
    """Spell query parameters as both clouds sign them: percent-encoded, ascending."""
    pairs = sorted((_encode(name), _encode(value)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def sign_s3(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    scope: CredentialScope,
) -> dict[str, str]:
    """Return the headers with a Signature Version 4 for Amazon S3 added.

    Args:
        method: HTTP method, upper-case.
        path: The path as it goes on the wire, percent-encoded once.
        query: Decoded query parameters.
        headers: Lower-case names; ``host`` and ``x-amz-content-sha256`` among them. All are signed.
        scope: Whose key signs, for which region and moment.

    Source:
        Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)".
    """
    timestamp, key = scope.timestamp, scope.key
    signed = {**headers, "x-amz-date": timestamp}
    if key.security_token:
        signed["x-amz-security-token"] = key.security_token
    names = sorted(signed)
    canonical = "\n".join(
        (
            method,
            path,
            encode_query(query) if query else "",
            _canonical_headers(names, signed),
            "",
            ";".join(names),
            signed["x-amz-content-sha256"],
        )
    )
    path_of_key = f"{timestamp[:8]}/{scope.region}/s3/aws4_request"
    signature = _sign(
        "AWS4-HMAC-SHA256", canonical, timestamp, path_of_key, _key_of_day("AWS4", key, path_of_key)
    )
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key.access_key_id}/{path_of_key},"
        f"SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return signed


def sign_oss(
    method: str,
    bucket: str,
    key_name: str,
    headers: Mapping[str, str],
    *,
    scope: CredentialScope,
    query: Mapping[str, str] = NO_QUERY,
) -> dict[str, str]:
    """Return the headers with an OSS V4 signature added.

    Args:
        method: HTTP method, upper-case.
        bucket: Part of what is signed, however the URL addresses it.
        key_name: The object's key, not encoded; empty for the bucket.
        headers: Lower-case names. ``x-oss-*``, ``content-type`` and ``content-md5`` are signed.
        scope: Whose key signs, for which region and moment; the region as ``cn-hangzhou``.
        query: Decoded query parameters, none of them without a value.

    Source:
        OSS API reference, "Include V4 signatures in the Authorization header".
    """
    timestamp, key = scope.timestamp, scope.key
    signed = {**headers, "x-oss-date": timestamp, "x-oss-content-sha256": UNSIGNED_PAYLOAD}
    if key.security_token:
        signed["x-oss-security-token"] = key.security_token
    names = sorted(
        name for name in signed if name.startswith("x-oss-") or name in {"content-type", "content-md5"}
    )
    canonical = "\n".join(
        (
            method,
            encode_path(f"/{bucket}/{key_name}"),
            encode_query(query) if query else "",
            *(f"{name}:{signed[name].strip()}" for name in names),
            "",
            "",
            UNSIGNED_PAYLOAD,
        )
    )
    path_of_key = f"{timestamp[:8]}/{scope.region}/oss/aliyun_v4_request"
    signature = _sign(
        "OSS4-HMAC-SHA256", canonical, timestamp, path_of_key, _key_of_day("aliyun_v4", key, path_of_key)
    )
    signed["authorization"] = (
        f"OSS4-HMAC-SHA256 Credential={key.access_key_id}/{path_of_key},Signature={signature}"
    )
    return signed


def _canonical_headers(names: Sequence[str], headers: Mapping[str, str]) -> str:
    """Spell headers for a signature, a line each, with trimmed values and single spaces in them."""
    lines = "\n".join([f"{name}:{headers[name]}" for name in names])
    if _TO_TRIM.search(lines) is None:
        return lines
    return "\n".join([f"{name}:{_trimmed(headers[name])}" for name in names])


def _trimmed(value: str) -> str:
    """Trim a header value and join its words by one space each."""
    # As bytes, since text also takes U+0085 and U+00A0 for spaces, which are halves of UTF-8 letters here.
    return b" ".join(value.encode("latin-1").split()).decode("latin-1")


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _sign(algorithm: str, canonical: str, timestamp: str, path_of_key: str, key_of_day: bytes) -> str:
    # Header values are latin-1 text of the bytes on the wire.
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    text = f"{algorithm}\n{timestamp}\n{path_of_key}\n{digest}"
    return hmac.digest(key_of_day, text.encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _key_of_day(prefix: str, key: AccessKey, path_of_key: str) -> bytes:
    derived = (prefix + key.secret_access_key).encode()
    for part in path_of_key.split("/"):
        derived = hmac.digest(derived, part.encode(), "sha256")
    return derived
