"""OSS request signatures: the strings that are signed, and the signing.

Source: OSS API reference, "V4 signatures in headers", "V4 signatures in URLs", "Include signatures in the
Authorization header" (V1) and "Include signatures in URLs" (V1).
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

V4_ALGORITHM = "OSS4-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_V4_DEFAULT_HEADERS = frozenset({"content-type", "content-md5"})

# Sub-resources that V1 signs; other query parameters are not covered by the signature.
_V1_SUBRESOURCES_NAMES = """
    accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
    callback-var cname comp continuation-token cors delete encryption endTime group httpsConfig img
    inventory inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta
    partNumber policy position publicAccessBlock qos qosInfo qosRequester redundancyTransition
    referer regionList replication replicationLocation replicationProgress requestPayment
    requesterQosInfo resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo
    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore security-token
    sequential startTime stat status style styleName symlink tagging transferAcceleration uploadId
    uploads versionId versioning versions vod website worm wormExtend wormId x-oss-ac-forward-allow
    x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-access-point-name
    x-oss-async-process x-oss-process x-oss-redundancy-transition-taskid x-oss-request-payer
    x-oss-target-redundancy-type x-oss-traffic-limit x-oss-write-get-object-response
"""
V1_SUBRESOURCES = frozenset(_V1_SUBRESOURCES_NAMES.split())


@dataclass(frozen=True)
class Signable:
    """What a signature covers.

    Attributes:
        method: HTTP method in upper case.
        bucket: Bucket name, empty for the service.
        key: Decoded key, empty for the bucket.
        query: Decoded query parameters in any order, without the signature itself.
        headers: Header values by lower-case name.
    """

    method: str
    bucket: str
    key: bytes
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _encode(text: str | bytes, *, safe: str = "") -> str:
    return quote(text if isinstance(text, bytes) else _raw(text), safe=safe)


def v4_canonical_request(request: Signable, additional_headers: Iterable[str]) -> bytes:
    """The canonical request of a V4 signature.

    Args:
        request: The request; in a presigned URL ``x-oss-signature`` is not among its parameters.
        additional_headers: Lower-case names of headers that are signed besides ``x-oss-*``,
            Content-Type and Content-MD5.
    """
    additional = sorted(additional_headers)
    resource = f"/{request.bucket}/".encode() + request.key if request.bucket else b"/"
    pairs = sorted((_encode(name), _encode(value)) for name, value in request.query)
    signed = sorted(
        name
        for name in request.headers
        if name.startswith("x-oss-") or name in _V4_DEFAULT_HEADERS or name in additional
    )
    return b"\n".join(
        [
            request.method.encode(),
            _encode(resource, safe="/").encode(),
            "&".join(f"{name}={value}" if value else name for name, value in pairs).encode(),
            b"".join(_raw(f"{name}:{request.headers[name]}\n") for name in signed),
            ";".join(additional).encode(),
            _raw(request.headers.get("x-oss-content-sha256", UNSIGNED_PAYLOAD)),
        ]
    )


def sign_v4(canonical_request: bytes, *, secret: str, moment: str, region: str) -> str:
    """The V4 signature in lower-case hex.

    Args:
        canonical_request: See `v4_canonical_request`.
        secret: Access key secret.
        moment: ``YYYYMMDDTHHMMSSZ``; its date is the date of the scope.
        region: Region id such as ``cn-hangzhou``.
    """
    date = moment[:8]
    scope = f"{date}/{region}/oss/aliyun_v4_request"
    digest = hashlib.sha256(canonical_request).hexdigest()
    text = "\n".join([V4_ALGORITHM, moment, scope, digest])
    return hmac.digest(_signing_key(secret, date, region), _raw(text), "sha256").hex()


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str) -> bytes:
    """The key of one day, derived once instead of with every request."""
    signing_key = _raw(f"aliyun_v4{secret}")
    for step in (date, region, "oss", "aliyun_v4_request"):
        signing_key = hmac.digest(signing_key, _raw(step), "sha256")
    return signing_key


def v1_string_to_sign(request: Signable, *, date: str) -> bytes:
    """The string a V1 signature covers.

    Args:
        request: The request.
        date: The value of ``x-oss-date`` or else ``Date``; in a presigned URL the value of ``Expires``.
    """
    headers = request.headers
    canonical_headers = "".join(
        f"{name}:{headers[name]}\n" for name in sorted(headers) if name.startswith("x-oss-")
    )
    resource = f"/{request.bucket}/".encode() + request.key if request.bucket else b"/"
    subresources = sorted((name, value) for name, value in request.query if name in V1_SUBRESOURCES)
    query = "&".join(f"{name}={value}" if value else name for name, value in subresources)
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    return _raw("\n".join(lines) + "\n" + canonical_headers) + resource + _raw(f"?{query}" if query else "")


def sign_v1(string_to_sign: bytes, *, secret: str) -> str:
    """The V1 signature in base64."""
    return base64.b64encode(hmac.digest(_raw(secret), string_to_sign, "sha1")).decode()
