"""Calling the tasks API as the gateway does, once its authorizer has let a user through."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from functions.tasks_api.app import lambda_handler
from tests.support.deployments import Context, sample


@dataclass(frozen=True)
class Reply:
    """What a call was answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    groups: str = "[admin]",
    headers: dict[str, str] | None = None,
    **claims: str,
) -> Reply:
    """Call a route below ``/api/v1``, as a user in these groups."""
    parts = urlsplit(path)
    named = {"cognito:groups": groups, **claims}
    return _call(method, f"/api/v1{parts.path}", parts.query, body, headers or {}, named)


def call_path(method: str, path: str, *, groups: str) -> Reply:
    """Call a path exactly as it is spelled, with an empty document."""
    return _call(method, path, "", {}, {}, {"cognito:groups": groups})


def _call(
    method: str, path: str, query: str, body: Any, headers: dict[str, str], claims: dict[str, str]
) -> Reply:
    event = sample("tasks_api-list-tasks")
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = method
    event["rawQueryString"] = query
    event["queryStringParameters"] = dict(parse_qsl(query))
    event["requestContext"]["authorizer"]["jwt"]["claims"] |= claims
    event["headers"] |= headers
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["headers"]["content-type"] = "application/json"
    answered = lambda_handler(event, Context(function_name="tasks-api"))
    named = {name.lower(): str(value) for name, value in answered.get("headers", {}).items()}
    # The gateway takes lists of values, too.
    named |= {n.lower(): str(v[0]) for n, v in answered.get("multiValueHeaders", {}).items()}
    return Reply(answered["statusCode"], named, answered["body"])
