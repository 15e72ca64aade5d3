"""The tasks API as a whole, and its description."""

import json
import logging
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from ferry.api import deployment_routes, real_time_routes, run_routes, task_routes
from ferry.api.backend import Backend, Request
from ferry.api.problems import UNFORESEEN, momentary, problem, problem_of
from ferry.api.roles import PREFIX, Caller, no_such_route
from ferry.errors import FerryError

logger = logging.getLogger(__name__)

VERSION: Final = "1"
_ROUTERS: Final = (task_routes, run_routes, real_time_routes, deployment_routes)


@cache
def application() -> APIGatewayHttpResolver:
    """Return the routes with what happens when they fail."""
    app = APIGatewayHttpResolver(
        enable_validation=True,
        # An answer that is not as described is our mistake, not the caller's.
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    for routes in _ROUTERS:
        app.include_router(routes.router, prefix=PREFIX)

    def invalid(error: ValidationError) -> Response[Any]:
        # Of a model that a route makes itself.
        return problem_of(
            RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()])
        )

    def no_route(_: NotFoundError) -> Response[Any]:
        return problem_of(no_such_route())

    def unforeseen(error: Exception) -> Response[Any]:
        if (busy := momentary(error)) is not None:
            logger.warning("AWS did not do what a call of the API needs", exc_info=error)
            return problem_of(busy)
        logger.error("a call of the API failed", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, UNFORESEEN, "Unforeseen")

    app.exception_handler([FerryError, RequestValidationError])(problem_of)
    app.exception_handler(ValidationError)(invalid)
    app.not_found(no_route)
    app.exception_handler(Exception)(unforeseen)
    return app


def answer(
    event: Mapping[str, Any], context: LambdaContext, backend: Callable[[], Backend]
) -> dict[str, Any]:
    """Answer a call that the gateway's authorizer has let through.

    Args:
        event: Of an HTTP API, format 2.0.
        context: Lambda's.
        backend: Returns what the routes work with.
    """
    app = application()
    called = event["requestContext"]["http"]
    try:
        caller = Caller.of(event["requestContext"]["authorizer"]["jwt"]["claims"])
        caller.check(called["method"], event["rawPath"])
    except FerryError as error:
        refused = problem_of(error)
        return {
            "statusCode": refused.status_code,
            "headers": {"content-type": refused.content_type, "cache-control": "no-store"},
            "body": refused.body,
        }
    app.append_context(  # type: ignore[no-untyped-call]
        request=Request(backend(), caller)
    )
    if event.get("body"):
        # Documents are JSON, whatever their sender calls them; the router would raise an error of its own.
        event = {**event, "headers": {**event["headers"], "content-type": "application/json"}}
    return app.resolve(dict(event), context)


def openapi_document() -> str:
    """Return the OpenAPI description of the API, the same text every time."""
    schema = application().get_openapi_json_schema(
        title="Ferry tasks API",
        version=VERSION,
        description="What the console of a deployment asks. Send an ID token of its user pool as bearer.",
        security_schemes={
            "idToken": HTTPBearer(description="ID token of the user pool.", bearerFormat="JWT")
        },
        security=[{"idToken": []}],
    )
    document = json.loads(schema)
    for operations in document["paths"].values():
        for operation in operations.values():
            # The library describes a body of every success.
            operation["responses"].get("204", {}).pop("content", None)
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
