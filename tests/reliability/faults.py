"""What can happen to a request, what it has to come to, and which requests it can happen to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from local.oss.faults.kinds import Corrupt, Delay, Error, Fault, Headers, Overwrite, Reset, Stall, Truncate
from tests.reliability.request_kinds import Request, Side
from tests.support.s3_faults.rules import S3Error


class Nature(Enum):
    """What has to come of a fault that happens once, and of one that happens always."""

    TRANSIENT = "survived once; always, what needs the answer fails"
    CONFIGURATION = "the run stops"
    REFUSED = "the object fails alone; the run stops where it needs the answer"
    ROTATED = "survived with the key that replaced the refused one"
    PERMANENT = "the object fails, once or always"
    GONE = "the object is gone, or was copied before"
    CHANGED = "another version of the object, or the first one, is copied whole"


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        name: For people.
        fault: What is injected.
        nature: What has to come of it.
        reasons: Any of these is the right reason for a failure or a stop.
        wants: Which requests it can happen to.
    """

    name: str
    fault: Fault
    nature: Nature
    reasons: tuple[str, ...] = ()
    wants: Callable[[Request], bool] = lambda _: True

    @property
    def slug(self) -> str:
        """The name as part of a key."""
        return self.name.lower().replace(" ", "-").replace(",", "")

    @property
    def is_of_run(self) -> bool:
        """Whether it decides about the whole run, whatever it happens to."""
        return self.nature in {Nature.CONFIGURATION, Nature.ROTATED}

    @property
    def keeps_effect(self) -> bool:
        """Whether the request is carried out and only its answer is lost."""
        match self.fault:
            case Error(after_effect=kept) | Delay(after_effect=kept):
                return kept
            case Reset(at=place):
                return place not in {"start", "request-body"}
            case _:
                return isinstance(self.fault, Truncate)

    @property
    def has_to_be_waited_for(self) -> bool:
        """Whether the client notices nothing until its patience is over."""
        return isinstance(self.fault, Stall | Delay)


_BROKEN = ("ConnectionFailed", "ConnectionReset", "Truncated")
_WRITES = frozenset({"PutObject", "CompleteMultipartUpload"})
_OF_UPLOADS = frozenset({"UploadPart", "ListParts", "CompleteMultipartUpload"})
ROTATED_KEY_ID = "rotated-away"
"""The id of the key that sides begin with where it is to be refused."""


def _has_reply_body(request: Request) -> bool:
    return request.has_reply_body


def _sends_body(request: Request) -> bool:
    return request.sends_body


def _is_get(request: Request) -> bool:
    return request.operation == "GetObject"


def _is_range(request: Request) -> bool:
    return request.label == "range"


def _is_write(request: Request) -> bool:
    return request.operation in _WRITES and not request.is_of_run


def _is_complete(request: Request) -> bool:
    return request.operation == "CompleteMultipartUpload"


def _is_of_upload(request: Request) -> bool:
    return request.operation in _OF_UPLOADS


def _reads_an_object(request: Request) -> bool:
    return request.operation in {"GetObject", "HeadObject"} and not request.is_of_run


def _oss(code: str, nature: Nature, reason: str = "", wants: Callable[[Request], bool] | None = None) -> Kind:
    fault = Error(code=code, status=None)
    return Kind(code, fault, nature, (reason or code,), wants or (lambda _: True))


def _has_document(request: Request) -> bool:
    """Whether an error can say what it is: to a HEAD it is a status without a body."""
    return request.side is Side.OSS or request.operation != "HeadObject"


def _s3(
    code: str,
    nature: Nature,
    wants: Callable[[Request], bool] | None = None,
    *,
    reasons: tuple[str, ...] = (),
    after: bool = False,
) -> Kind:
    fault = S3Error(code=code, after_effect=after)
    name = f"{code}, effect kept" if after else code
    return Kind(name, fault, nature, reasons or (code,), wants or (lambda _: True))


OSS_FAULTS = (
    _oss("InternalError", Nature.TRANSIENT),
    _oss("ServiceUnavailable", Nature.TRANSIENT),
    _oss("TotalQpsLimitExceeded", Nature.TRANSIENT),
    _oss("QpsLimitExceeded", Nature.TRANSIENT),
    _oss("RequestTimeout", Nature.TRANSIENT),
    _oss("RequestTimeTooSkewed", Nature.TRANSIENT),
    Kind("reset before", Reset(at="start"), Nature.TRANSIENT, _BROKEN),
    Kind("reset after", Reset(at="reply"), Nature.TRANSIENT, _BROKEN),
    Kind("reset in body", Reset(at="reply-body"), Nature.TRANSIENT, _BROKEN, _has_reply_body),
    Kind("truncated", Truncate(), Nature.TRANSIENT, _BROKEN, _has_reply_body),
    Kind("stalled", Stall(), Nature.TRANSIENT, (*_BROKEN, "TimedOut"), _has_reply_body),
    Kind("no answer", Delay(), Nature.TRANSIENT, (*_BROKEN, "TimedOut")),
    Kind("damaged", Corrupt(), Nature.TRANSIENT, ("ChecksumMismatch", "InvalidReply"), _has_reply_body),
    Kind(
        "wrong CRC",
        Headers(falsify=("x-oss-hash-crc64ecma",)),
        Nature.TRANSIENT,
        ("ChecksumMismatch",),
        lambda request: _is_get(request) and not _is_range(request),
    ),
    Kind(
        "wrong range",
        Headers(set={"Content-Range": "bytes 1-2/3"}),
        Nature.TRANSIENT,
        ("WrongRange",),
        _is_range,
    ),
    _oss("PreconditionFailed", Nature.TRANSIENT, "SourceChanged", _is_range),
    Kind("overwritten before", Overwrite(at="before"), Nature.CHANGED, ("SourceChanged",), _reads_an_object),
    Kind("overwritten during", Overwrite(at="during"), Nature.CHANGED, ("SourceChanged",), _is_get),
    Kind("overwritten after", Overwrite(at="after"), Nature.CHANGED, ("SourceChanged",), _reads_an_object),
    Kind("deleted before", Overwrite(at="before", delete=True), Nature.GONE, (), _reads_an_object),
    Kind("deleted after", Overwrite(at="after", delete=True), Nature.GONE, (), _reads_an_object),
    _oss("InvalidObjectState", Nature.PERMANENT, "Archived", _is_get),
    _oss("AccessDenied", Nature.REFUSED),
    _oss("InvalidAccessKeyId", Nature.CONFIGURATION),
    Kind(
        "SecurityTokenExpired",
        Error(code="SecurityTokenExpired", status=403),
        Nature.CONFIGURATION,
        ("SecurityTokenExpired",),
    ),
    Kind("key rotated", Error(code="InvalidAccessKeyId"), Nature.ROTATED),
    _oss("InDebt", Nature.CONFIGURATION),
    _oss("NoSuchBucket", Nature.CONFIGURATION),
)
S3_FAULTS = (
    _s3("InternalError", Nature.TRANSIENT),
    _s3("InternalError", Nature.TRANSIENT, after=True),
    _s3("SlowDown", Nature.TRANSIENT),
    _s3("SlowDown", Nature.TRANSIENT, after=True),
    _s3("RequestTimeout", Nature.TRANSIENT, _has_document),
    _s3("RequestTimeTooSkewed", Nature.TRANSIENT, _has_document),
    _s3("OperationAborted", Nature.TRANSIENT, _is_write),
    _s3("ConditionalRequestConflict", Nature.TRANSIENT, _is_write, reasons=("Conflict",)),
    _s3("PreconditionFailed", Nature.TRANSIENT, _is_write, reasons=("Conflict",)),
    _s3("BadDigest", Nature.TRANSIENT, _sends_body),
    Kind(
        "200 InternalError",
        S3Error(code="InternalError", status=200),
        Nature.TRANSIENT,
        ("InternalError",),
        _is_complete,
    ),
    Kind(
        "200 InternalError, effect kept",
        S3Error(code="InternalError", status=200, after_effect=True),
        Nature.TRANSIENT,
        ("InternalError",),
        _is_complete,
    ),
    Kind("reset before", Reset(at="start"), Nature.TRANSIENT, _BROKEN),
    Kind("reset in upload", Reset(at="request-body"), Nature.TRANSIENT, _BROKEN, _sends_body),
    Kind("reset after", Reset(at="reply"), Nature.TRANSIENT, _BROKEN),
    Kind("truncated", Truncate(), Nature.TRANSIENT, _BROKEN, _has_reply_body),
    Kind("no answer", Delay(after_effect=True), Nature.TRANSIENT, (*_BROKEN, "TimedOut")),
    _s3("NoSuchUpload", Nature.TRANSIENT, _is_of_upload),
    _s3("AccessDenied", Nature.REFUSED),
    _s3("InvalidAccessKeyId", Nature.CONFIGURATION, _has_document),
    _s3("ExpiredToken", Nature.CONFIGURATION),
    Kind("key rotated", S3Error(code="ExpiredToken"), Nature.ROTATED),
    _s3("NoSuchBucket", Nature.CONFIGURATION, _has_document),
)
