"""What the routes have in common."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from ferry.api.backend import Request
from ferry.api.problems import Problem
from ferry.tasks.models import TASK_ID_PATTERN

RUN_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,39}-\d{8}(t\d{6}z|-realtime)$"

TaskId = Annotated[str, Path(pattern=TASK_ID_PATTERN, description="Name of the task.")]
RunId = Annotated[str, Path(pattern=RUN_ID_PATTERN, description="Id of the run.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="The next_cursor of the page before.")]
IfMatch = Annotated[
    str | None, Header(alias="if-match", description="The revision of the task that is to be changed.")
]

_PROBLEM: Final[Any] = {"content": {"application/problem+json": {"model": Problem}}}
_WORDS: Final = {
    400: "The request, or what it names, cannot be used.",
    403: "The user's role does not allow it.",
    404: "There is no such thing.",
    409: "It is not in a state for this.",
    412: "It was changed meanwhile; read it again.",
    422: "A field has a value that cannot be.",
    428: "If-Match is missing.",
    503: "Try again in a moment.",
}


def responses(
    *statuses: int, success: int = 200, described: Mapping[str, Any] | None = None
) -> dict[int, Any]:
    """Describe what a route may answer.

    Args:
        statuses: Of problems, beside those of every route (400, 403, 422, 503).
        success: The status of success.
        described: Of the success, where it is no document of the return type.
    """
    problems = {
        status: {"description": _WORDS[status], **_PROBLEM}
        for status in sorted({400, 403, 422, 503, *statuses})
    }
    unauthorized = {
        "description": "The token is missing or over.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return {success: {"description": "Done.", **(described or {})}, 401: unauthorized, **problems}


def new_router() -> APIGatewayHttpRouter:
    """Return a router for the routes of a module."""
    router: APIGatewayHttpRouter = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]
    return router


def request_of(router: APIGatewayHttpRouter) -> Request:
    """Return the call that is being answered."""
    request = router.context["request"]
    assert isinstance(request, Request)
    return request


def now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)
