"""Fault rules for S3: the OSS server's rules with the names and the errors of S3."""

from typing import Any, ClassVar, Self
from xml.sax.saxutils import escape

from pydantic import Field, model_validator

from local.oss.errors import OssError
from local.oss.exchange import Reply
from local.oss.faults.kinds import Error, Overwrite
from local.oss.faults.rules import Rule
from tests.support.s3_faults.operations import OPERATIONS

STATUSES = {
    "InternalError": 500,
    "SlowDown": 503,
    "ServiceUnavailable": 503,
    "RequestTimeout": 400,
    "BadDigest": 400,
    "ExpiredToken": 400,
    "InvalidAccessKeyId": 403,
    "SignatureDoesNotMatch": 403,
    "AccessDenied": 403,
    "RequestTimeTooSkewed": 403,
    "NoSuchBucket": 404,
    "NoSuchUpload": 404,
    "ConditionalRequestConflict": 409,
    "OperationAborted": 409,
    "PreconditionFailed": 412,
}
"""What S3 answers these codes with. Source: Amazon S3 API reference, "Error responses"."""


class S3Error(Error):
    """An error of S3; with status 200 it is in the body of a reply that looks like success.

    Source: Amazon S3 API reference, "CompleteMultipartUpload" and "CopyObject".
    """

    status: int | None = Field(default=None, ge=200, le=599)

    @model_validator(mode="before")
    @classmethod
    def _has_a_status(cls, fields: dict[str, Any]) -> dict[str, Any]:
        status = fields.get("status") or STATUSES.get(fields.get("code", ""))
        if status is None:
            raise ValueError(f"this code needs a status; codes without one: {', '.join(STATUSES)}")
        return {**fields, "status": status}


class S3Rule(Rule):
    """One fault and the S3 requests it happens to."""

    known_operations: ClassVar[frozenset[str]] = OPERATIONS

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        is_error_of_oss = isinstance(self.fault, Error) and not isinstance(self.fault, S3Error)
        if is_error_of_oss or isinstance(self.fault, Overwrite):
            raise ValueError("errors of S3 are S3Error, and another writer is for tests to play")
        return self


def error_reply(fault: S3Error, error: OssError, *, is_head: bool) -> Reply:
    """The reply that an injected error is answered with.

    Args:
        fault: What was injected.
        error: What came of it, with the message and the headers.
        is_head: Whether the request was a HEAD, whose errors have no document.
    """
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(fault.code)}</Code><Message>{escape(error.message)}</Message>"
        "<RequestId>INJECTED</RequestId></Error>"
    ).encode()
    headers = {"Content-Type": "application/xml", "x-amz-request-id": "INJECTED", **fault.headers}
    if is_head:
        return Reply(error.status, {**headers, "Content-Length": "0"})
    return Reply(error.status, headers, document)
