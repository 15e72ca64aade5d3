"""What the clouds' error replies mean for us, by code and status."""

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from ferry.errors import (
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
    "SignatureDoesNotMatch": "check the source's secret_access_key, and its region",
    "NoSuchBucket": "check the name of the source bucket and its region",
    "InvalidBucketName": "check the name of the source bucket",
    "SecondLevelDomainForbidden": "use the bucket's own endpoint, such as https://oss-REGION.aliyuncs.com",
    "UserDisable": "enable the Alibaba Cloud account",
    "InDebt": "settle the Alibaba Cloud bill",
    "InDebtOverdue": "settle the Alibaba Cloud bill",
    "BucketDisable": "enable the source bucket",
    "AbnormalBucketOwnerStatus": "check the state of the source bucket owner's account",
    "KmsServiceNotEnabled": "enable KMS for the source bucket's key",
}
_OTHER_REGION: Final = ("signing region", "addressed using the specified endpoint")
"""What the messages of AccessDenied and InvalidArgument say when the bucket is somewhere else."""
_S3_REMEDIES: Final = {
    "AccessDenied": "let the caller list the bucket and read, write and tag its objects",
    "AllAccessDisabled": "restore access to the destination bucket",
    "InvalidAccessKeyId": "use an existing, enabled AWS access key",
    "SignatureDoesNotMatch": "check the AWS secret access key",
    "ExpiredToken": "renew the AWS session",
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
    {"SlowDown", "ServiceUnavailable", "TooManyRequests", "Throttling", "RequestLimitExceeded"}
)
_TRANSIENT: Final = frozenset({"RequestTimeout", "RequestTimeTooSkewed", "InternalError", "OperationAborted"})
_DAMAGED: Final = frozenset({"BadDigest", "InvalidDigest", "IncompleteBody", "XAmzContentChecksumMismatch"})


def parse_error(body: bytes, headers: Mapping[str, str], status: int) -> tuple[str, str]:
    """Return the code and message of an error reply; a code made of the status when it has no XML."""
    try:
        root = ET.fromstring(body.decode("utf-8")) if body else None
    except (ET.ParseError, UnicodeDecodeError):
        root = None
    code = root.findtext("Code") if root is not None else None
    message = root.findtext("Message") if root is not None else None
    return code or f"Http{status}", message or headers.get("x-oss-ec", "")


def oss_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> FerryError:
    """Turn an error reply of OSS into what to do about it.

    Args:
        status: HTTP status.
        code: The reply's error code.
        message: The reply's sentence.
        headers: Lower-case names; a throttled reply says there how long to wait.

    Source:
        OSS API reference, "Error responses" and "HTTP status codes".
    """
    said = f"OSS answered {status} {code}: {message}".rstrip(": ")
    if code in {"NoSuchKey", "SymlinkTargetNotExist"}:
        reason = "DanglingSymlink" if code == "SymlinkTargetNotExist" else code
        return (PermanentError if code == "SymlinkTargetNotExist" else ObjectNotFoundError)(
            said, reason=reason
        )
    if status == 412:
        return SourceChangedError(said, reason="SourceChanged")
    if code == "InvalidObjectState":
        return PermanentError(
            f"{said}. The object is archived; restore it on OSS and run the task again.", reason="Archived"
        )
    if code in _TRANSIENT:
        return TransientError(said, reason=code)
    if status in {429, 503} or code in _THROTTLING:
        delay = (headers or {}).get("x-oss-qos-delay-time", "")
        return ThrottledError(
            said, reason=code, retry_after_seconds=int(delay) / 1000 if delay.isdecimal() else None
        )
    if status >= 500:
        return TransientError(said, reason=code)
    if any(hint in message for hint in _OTHER_REGION):
        remedy = "give the region and the endpoint that the source bucket is in"
        return ConfigurationError(f"{said.rstrip('.')}. To go on: {remedy}.", reason=code)
    if code in _OSS_REMEDIES or status in {401, 403}:
        remedy = _OSS_REMEDIES.get(
            code, "check the access key, its permissions and the account on Alibaba Cloud"
        )
        return ConfigurationError(f"{said.rstrip('.')}. To go on: {remedy}.", reason=code)
    return PermanentError(said, reason=code)


def s3_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> FerryError:
    """Turn an error reply of S3 into what to do about it.

    Args:
        status: HTTP status.
        code: The reply's error code.
        message: The reply's sentence.
        headers: Lower-case names; ``retry-after`` is seconds.

    Source:
        Amazon S3 API reference, "Error responses"; User Guide, "Conditional requests".
    """
    said = f"S3 answered {status} {code}: {message}".rstrip(": ")
    if code in {"PreconditionFailed", "ConditionalRequestConflict"} or status == 412:
        return ConflictError(said)
    if code in _DAMAGED:
        return DamagedContentError(said, reason=code)
    if code in _TRANSIENT:
        return TransientError(said, reason=code)
    if status in {429, 503} or code in _THROTTLING:
        wait = (headers or {}).get("retry-after", "")
        return ThrottledError(
            said, reason=code, retry_after_seconds=float(wait) if wait.isdecimal() else None
        )
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
