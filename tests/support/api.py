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
    event = sample("tasks_api-list-tasks")
    parts = urlsplit(path)
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/api/v1{parts.path}"
    event["requestContext"]["http"]["method"] = method
    event["rawQueryString"] = parts.query
    event["queryStringParameters"] = dict(parse_qsl(parts.query))
    event["requestContext"]["authorizer"]["jwt"]["claims"] |= {"cognito:groups": groups, **claims}
    event["headers"] |= headers or {}
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["headers"]["content-type"] = "application/json"
    answered = lambda_handler(event, Context(function_name="tasks-api"))
    named = {name.lower(): str(value) for name, value in answered.get("headers", {}).items()}
    # The gateway takes lists of values, too.
    named |= {n.lower(): str(v[0]) for n, v in answered.get("multiValueHeaders", {}).items()}
    return Reply(answered["statusCode"], named, answered.get("body") or "")
