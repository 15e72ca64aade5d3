"""Errors as the API answers them: problem details, with a sentence that says what to do.

Source: RFC 9457, "Problem Details for HTTP APIs".
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as AwsConnectionError
from pydantic import BaseModel

from ferry.api.roles import ForbiddenError, NoRouteError
from ferry.errors import ConfigurationError, FerryError, PermanentError, TransientError
from ferry.task_editor import NoRevisionError, NotFollowingError, RevisionChangedError
from ferry.tasks.field_problems import field_problems
from ferry.tasks.paging import InvalidCursorError
from ferry.tasks.store import BusyError, NotFoundError

UNFORESEEN: Final = "Something went wrong that nobody foresaw; the log of the tasks API tells more."
CONTENT_TYPE: Final = "application/problem+json"

_STATUSES: Final[list[tuple[type[FerryError], HTTPStatus]]] = [
    # The first that fits.
    (ForbiddenError, HTTPStatus.FORBIDDEN),
    (NoRouteError, HTTPStatus.NOT_FOUND),
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (NotFollowingError, HTTPStatus.NOT_FOUND),
    (RevisionChangedError, HTTPStatus.PRECONDITION_FAILED),
    (NoRevisionError, HTTPStatus.PRECONDITION_REQUIRED),
    (InvalidCursorError, HTTPStatus.BAD_REQUEST),
    (BusyError, HTTPStatus.CONFLICT),
    (ConfigurationError, HTTPStatus.BAD_REQUEST),
    (PermanentError, HTTPStatus.CONFLICT),
    (TransientError, HTTPStatus.SERVICE_UNAVAILABLE),
]


_BUSY: Final = frozenset(
    {
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""What AWS calls it when another moment would do."""


class FieldError(BaseModel):
    """What is wrong with one field, such as ``source.bucket``; an empty name is about several together."""

    field: str
    message: str


class Problem(BaseModel):
    """What went wrong.

    Attributes:
        type: ``about:blank``, since ``reason`` tells problems apart.
        title: The status in words.
        detail: A sentence that says what to do.
        reason: A stable word for programs.
        errors: The fields that are wrong.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    reason: str
    errors: list[FieldError] = []


def problem_of(error: Exception) -> Response[Any]:
    """Answer with an error that was foreseen."""
    if isinstance(error, RequestValidationError):
        return _of_fields(error.errors())
    assert isinstance(error, FerryError)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    headers = {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return problem(status, str(error), error.reason, headers=headers)


def momentary(error: Exception) -> TransientError | None:
    """Tell that AWS was too busy or did not answer, if that is what an error of its SDK means."""
    if isinstance(error, (AwsConnectionError, HTTPClientError)):
        return TransientError("AWS did not answer; try again in a few seconds.", reason="AwsUnreachable")
    if not isinstance(error, ClientError):
        return None
    cancelled = {str(reason.get("Code")) for reason in error.response.get("CancellationReasons", [])}
    codes = (cancelled - {"None"}) or {error.response["Error"]["Code"]}
    is_broken = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    if not is_broken and not codes <= _BUSY:
        return None
    named = ", ".join(sorted(codes))
    return TransientError(f"AWS is too busy ({named}); try again in a few seconds.", reason="AwsBusy")


def problem(
    status: HTTPStatus,
    detail: str,
    reason: str,
    *,
    errors: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """Answer with a problem."""
    document = Problem(title=status.phrase, status=status, detail=detail, reason=reason, errors=list(errors))
    return Response(
        status_code=status,
        content_type=CONTENT_TYPE,
        body=document.model_dump_json(exclude_defaults=False),
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _of_fields(errors: Any) -> Response[Any]:
    # The first part of a place says where in the request it is.
    problems = field_problems(errors, skipped=1)
    found = [FieldError(field=".".join(one.place), message=one.message) for one in problems]
    said = " ".join(f"{one.field or 'The request'} {one.message.rstrip('.')}." for one in found)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, said, "InvalidFields", errors=found)
