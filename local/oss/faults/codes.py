"""Errors that OSS documents, as faults and limits answer them.

Source: OSS user guide, "Error responses" with its pages "HTTP 403", "HTTP 429", "HTTP 500" and
"HTTP 503 status code", and "EC error codes" 0004-00000302.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Documented:
    """How OSS answers with one error code."""

    status: int
    message: str
    ec: str = ""


THROTTLING = {
    "ServiceUnavailable": Documented(503, "Thread pool is almost full, please retry later"),
    "DownloadTrafficRateLimitExceeded": Documented(503, "Please reduce your download request traffic"),
    "UploadTrafficRateLimitExceeded": Documented(503, "Please reduce your upload request traffic"),
    "TotalQpsLimitExceeded": Documented(503, "Max total qps limit is exceeded", "0004-00000302"),
    "QpsLimitExceeded": Documented(429, "Please reduce your request rate."),
    "MetaOperationQpsLimitExceeded": Documented(503, "Qps limit for the meta operation is exceeded"),
    "ActiveRequestLimitExceeded": Documented(503, "Max active request limit is exceeded"),
    "CpuLimitExceeded": Documented(503, "Please reduce your request rate"),
}
"""What OSS answers when it is asked too much; worth trying again later."""

DOCUMENTED = THROTTLING | {
    "InternalError": Documented(500, "We encountered an internal error. Please try again."),
    "RequestTimeout": Documented(
        400, "Your socket connection to the server was not read from or written to within the timeout period."
    ),
    "AccessDenied": Documented(403, "You have no right to access this object.", "0003-00000001"),
    "InvalidAccessKeyId": Documented(
        403, "The OSS Access Key Id you provided does not exist in our records.", "0002-00000902"
    ),
    "InvalidSecurityToken": Documented(403, "The security token you provided is invalid."),
    "SignatureDoesNotMatch": Documented(
        403, "The request signature we calculated does not match the signature you provided."
    ),
    "RequestTimeTooSkewed": Documented(
        403, "The difference between the request time and the current time is too large.", "0002-00000504"
    ),
    "SecondLevelDomainForbidden": Documented(
        403, "The bucket you are attempting to access must be addressed using OSS third level domain."
    ),
    "UserDisable": Documented(403, "UserDisable"),
    "InDebt": Documented(403, "Current user is indebted"),
    "InDebtOverdue": Documented(403, "Current user is indebted Overdue"),
    "BucketDisable": Documented(403, "BucketDisable"),
    "AbnormalBucketOwnerStatus": Documented(403, "The status of the bucket owner is abnormal"),
    "InvalidObjectState": Documented(
        403, "The operation is not valid for the object's state", "0026-00000031"
    ),
    "NoSuchKey": Documented(404, "The specified key does not exist.", "0026-00000001"),
    "NoSuchBucket": Documented(404, "The specified bucket does not exist.", "0015-00000101"),
    "NoSuchUpload": Documented(404, "The specified upload does not exist.", "0042-00000002"),
    "PreconditionFailed": Documented(412, "At least one of the pre-conditions you specified did not hold."),
}
"""Codes a fault may name without a status and a message of its own."""
