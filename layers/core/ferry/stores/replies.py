"""What the clouds' error replies mean for us, by code and status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from ferry.errors import (
    ArchivedError,
    ConfigurationError,
    ConflictError,
    DamagedContentError,
    FerryError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    ThrottledError,
    TransientError,
)

_OSS_REMEDIES: Final = {
    "AccessDenied": "grant the access key oss:ListObjects on the bucket and oss:GetObject on its objects, "
    "and oss:GetObjectAcl if their ACLs are to be copied",
    "InvalidAccessKeyId": "give the source an existing, enabled access key id",
    "InvalidSecurityToken": "give the source a valid security token, or none with a permanent key",
    "SecurityTokenExpired": "renew the security token of the source",
    "AccessKeyIdAndSecurityTokenNotMatch": "give the access key that the security token belongs to",
    "SignatureDoesNotMatch": "check the source's secret_access_key, and its region",
    "NoSuchBucket": "check the name of the source bucket and its region",
    "InvalidBucketName": "check the name of the source bucket",
    "BucketNotBelongTo": "check the name of the source bucket and whose access key it is",
    "PermanentRedirect": "give the region and the endpoint that the source bucket is in",
    "SecondLevelDomainForbidden": "use the bucket's own endpoint, such as https://oss-REGION.aliyuncs.com",
    "NonStandardHostForbidden": "use the bucket's own endpoint, such as https://oss-REGION.aliyuncs.com",
    "CnameDenied": "use a domain that is bound to the source bucket",
    "UserDisable": "enable the Alibaba Cloud account",
    "InDebt": "settle the Alibaba Cloud bill",
    "InDebtOverdue": "settle the Alibaba Cloud bill",
    "BucketDisable": "enable the source bucket",
    "AbnormalBucketOwnerStatus": "check the state of the source bucket owner's account",
    "KmsServiceNotEnabled": "enable KMS for the source bucket's key",
    "UbsmsInvalidBid": "enable KMS for the source bucket's key",
}
_OSS_REMEDIES_BY_EC: Final = {
    "0003-00001403": "give the region and the endpoint that the source bucket is in",
    "0002-00000226": "give the region and the endpoint that the source bucket is in",
    "0002-00000080": "use a version of Ferry and an endpoint that sign with V4",
    "0002-00000904": "enable the access key, and let it be used from anywhere",
}
"""What to do about codes that stand for many things, by the finer number that some replies carry.

Source:
    OSS user guide, "EC error codes", the pages named like the numbers.
"""
OSS_KEY_REFUSALS: Final = frozenset(
    {
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidSecurityToken",
        "SecurityTokenExpired",
        "AccessKeyIdAndSecurityTokenNotMatch",
    }
)
"""What OSS says to a key that was rotated away or has expired, among other reasons."""
S3_KEY_REFUSALS: Final = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
)
"""The same for S3."""
_S3_REMEDIES: Final = {
    "AccessDenied": "let the caller list the bucket and read, write and tag its objects",
    "AllAccessDisabled": "restore access to the destination bucket",
    "InvalidAccessKeyId": "use an existing, enabled AWS access key",
    "SignatureDoesNotMatch": "check the AWS secret access key",
    "ExpiredToken": "renew the AWS session",
    "TokenRefreshRequired": "renew the AWS session",
    "InvalidToken": "renew the AWS session",
    "NoSuchBucket": "create the destination bucket or correct its name",
    "InvalidBucketName": "correct the name of the destination bucket",
    "PermanentRedirect": "give the region that the destination bucket is in",
    "AuthorizationHeaderMalformed": "give the region that the destination bucket is in",
    "IllegalLocationConstraintException": "give the region that the destination bucket is in",
    "InvalidStorageClass": "choose a storage class that S3 has",
    "AccessControlListNotSupported": "leave ACLs to the bucket (bucket-default), or enable ACLs on the "
    "destination bucket by another object ownership than BucketOwnerEnforced",
}
_THROTTLING: Final = frozenset(
    {
        "SlowDown",
        "ServiceUnavailable",
        "TooManyRequests",
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "DownloadTrafficRateLimitExceeded",
        "UploadTrafficRateLimitExceeded",
        "TotalQpsLimitExceeded",
        "QpsLimitExceeded",
        "MetaOperationQpsLimitExceeded",
        "ActiveRequestLimitExceeded",
    }
)
_TRANSIENT: Final = frozenset({"RequestTimeout", "RequestTimeTooSkewed", "InternalError", "OperationAborted"})
_DAMAGED: Final = frozenset({"BadDigest", "InvalidDigest", "IncompleteBody", "XAmzContentChecksumMismatch"})


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """A reply that refuses a request.

    Attributes:
        code: A word; made of the status when the reply has none.
        message: For people; no decision looks at it.
        headers: Lower-case names.
        ec: A number that some replies of OSS carry and that says more than the code.
        endpoint: Where OSS says the bucket is, empty when it does not.
    """

    status: int
    code: str
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    ec: str = ""
    endpoint: str = ""

    def told_by(self, cloud: str) -> str:
        """Return the reply as a sentence."""
        return f"{cloud} answered {self.status} {self.code}: {self.message}".rstrip(": ")


def parse_error(body: bytes, headers: Mapping[str, str], status: int) -> ErrorReply:
    """Read the body of an error reply, whatever it looks like."""
    try:
        root = ET.fromstring(body.decode("utf-8")) if body else None
    except (ET.ParseError, UnicodeDecodeError):
        root = None
    details = {} if root is None else {child.tag: child.text or "" for child in root}
    return error_reply(status, details, headers)


def error_reply(status: int, details: Mapping[str, str], headers: Mapping[str, str]) -> ErrorReply:
    """Describe an error reply by the elements of its document, which may be none."""
    ec = details.get("EC") or headers.get("x-oss-ec", "")
    return ErrorReply(
        status=status,
        code=details.get("Code") or f"Http{status}",
        message=details.get("Message") or ec,
        headers=headers,
        ec=ec,
        endpoint=details.get("Endpoint", ""),
    )


def oss_error(reply: ErrorReply) -> FerryError:
    """Turn an error reply of OSS into what to do about it.

    Source:
        OSS API reference, "Error responses" and "HTTP status codes".
    """
    status, code, said = reply.status, reply.code, reply.told_by("OSS")
    if code == "NoSuchKey":
        return ObjectNotFoundError(said, reason=code)
    if code == "SymlinkTargetNotExist":
        return PermanentError(said, reason="DanglingSymlink")
    if status == 412:
        return SourceChangedError(said, reason="SourceChanged")
    if code == "InvalidObjectState":
        return ArchivedError(f"{said}. The object is archived; restore it on OSS and run the task again.")
    if code in _TRANSIENT:
        return TransientError(said, reason=code)
    if status in {429, 503} or code in _THROTTLING:
        return ThrottledError(said, reason=code, retry_after_seconds=_asked_to_wait(reply.headers))
    if status >= 500:
        return TransientError(said, reason=code)
    remedy = _OSS_REMEDIES_BY_EC.get(reply.ec) or _OSS_REMEDIES.get(code)
    if reply.endpoint and status == 403:
        remedy = f"give the source the endpoint https://{reply.endpoint}, and its region"
    if remedy is None and status in {401, 403}:
        remedy = "check the access key, its permissions and the account on Alibaba Cloud"
    if remedy is not None:
        return ConfigurationError(f"{said.rstrip('.')}. To go on: {remedy}.", reason=code)
    return PermanentError(said, reason=code)


def s3_error(reply: ErrorReply) -> FerryError:
    """Turn an error reply of S3 into what to do about it.

    Source:
        Amazon S3 API reference, "Error responses"; User Guide, "Conditional requests".
    """
    status, code, said = reply.status, reply.code, reply.told_by("S3")
    if code in {"PreconditionFailed", "ConditionalRequestConflict"} or status == 412:
        return ConflictError(said)
    if code in _DAMAGED:
        return DamagedContentError(said, reason=code)
    if code in _TRANSIENT:
        return TransientError(said, reason=code)
    if status in {429, 503} or code in _THROTTLING:
        wait = _asked_to_wait(reply.headers)
        return ThrottledError(said, reason=code, retry_after_seconds=wait, side="replica")
    if status >= 500:
        return TransientError(said, reason=code)
    if code in _S3_REMEDIES or code.startswith("KMS.") or status in {301, 401, 403}:
        remedy = _S3_REMEDIES.get(
            code, "check the destination bucket, its region, its key and the permissions"
        )
        return ConfigurationError(f"{said.rstrip('.')}. To go on: {remedy}.", reason=code)
    if code == "NoSuchKey":
        return ObjectNotFoundError(said, reason=code)
    return PermanentError(said, reason=code)


def _asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a throttled reply asks for: OSS in milliseconds, both clouds in seconds."""
    delay, wait = headers.get("x-oss-qos-delay-time", ""), headers.get("retry-after", "")
    if delay.isdecimal():
        return int(delay) / 1000
    return float(wait) if wait.isdecimal() else None
