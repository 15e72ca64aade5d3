"""Who may ask what: the roles, and the route that each may call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, Final

from ferry.errors import RequestError


class ForbiddenError(RequestError):
    """The caller's role does not allow it."""


class NoRouteError(RequestError):
    """There is no such route."""


class Role(IntEnum):
    """What a user may do; each may do all that the ones before may. Names are those of the Cognito groups."""

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3


ROUTES: Final[Mapping[str, Role]] = {
    "GET /deployment": Role.VIEWER,
    "GET /overview": Role.VIEWER,
    "GET /oss-regions": Role.VIEWER,
    "GET /aws-regions": Role.VIEWER,
    "GET /secrets": Role.VIEWER,
    # They use a secret with an endpoint of the caller's choice, as only whoever may set tasks up may.
    "POST /checks": Role.ADMIN,
    "POST /estimates": Role.ADMIN,
    "POST /schedule-times": Role.VIEWER,
    "GET /tasks": Role.VIEWER,
    "POST /tasks": Role.ADMIN,
    "GET /tasks/{task_id}": Role.VIEWER,
    "PUT /tasks/{task_id}": Role.ADMIN,
    "DELETE /tasks/{task_id}": Role.ADMIN,
    "POST /tasks/{task_id}/clone": Role.ADMIN,
    "PUT /tasks/{task_id}/schedule": Role.ADMIN,
    "DELETE /tasks/{task_id}/schedule": Role.ADMIN,
    # It shows the secret, with which anybody can make Ferry look at the bucket.
    "GET /tasks/{task_id}/real-time": Role.ADMIN,
    "PUT /tasks/{task_id}/real-time": Role.ADMIN,
    "DELETE /tasks/{task_id}/real-time": Role.ADMIN,
    "POST /tasks/{task_id}/real-time/rotation": Role.ADMIN,
    "GET /tasks/{task_id}/real-time/sender.zip": Role.VIEWER,
    "GET /tasks/{task_id}/runs": Role.VIEWER,
    "POST /tasks/{task_id}/runs": Role.OPERATOR,
    "GET /runs/{run_id}": Role.VIEWER,
    "POST /runs/{run_id}/pause": Role.OPERATOR,
    "POST /runs/{run_id}/resume": Role.OPERATOR,
    "POST /runs/{run_id}/stop": Role.OPERATOR,
    "POST /runs/{run_id}/retry": Role.OPERATOR,
    "GET /runs/{run_id}/series": Role.VIEWER,
    "GET /runs/{run_id}/failures": Role.VIEWER,
    "GET /runs/{run_id}/failure-reasons": Role.VIEWER,
    "GET /runs/{run_id}/report": Role.VIEWER,
    "GET /audit": Role.VIEWER,
    "GET /strays": Role.VIEWER,
    "POST /strays/{stray_id}/redrive": Role.OPERATOR,
}
"""Every route, below ``/api/v1``, with the least role that may call it."""

PREFIX: Final = "/api/v1"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        email: As Cognito knows it.
        role: The highest of the user's groups.
    """

    email: str
    role: Role

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Caller":
        """Read the claims of an ID token that the authorizer has checked.

        Raises:
            ForbiddenError: It is no ID token, or the user is in none of the groups.
        """
        email = claims.get("email")
        if claims.get("token_use") != "id" or not email:
            msg = "The token is no ID token of the user pool; sign in again."
            raise ForbiddenError(msg, reason="NoIdToken")
        # An HTTP API writes lists as "[admin viewer]".
        named = set(str(claims.get("cognito:groups", "")).strip("[]").split())
        roles = [role for role in Role if role.name.lower() in named]
        if not roles:
            msg = f"The user {email} has no role yet; an administrator adds it to a group of the user pool."
            raise ForbiddenError(msg, reason="NoRole")
        return cls(str(email), max(roles))

    def check(self, method: str, path: str) -> None:
        """Raise ForbiddenError when this user may not call a route, or there is none."""
        needed = _role_of(method, path)
        if needed is None:
            raise no_such_route()
        if self.role < needed:
            msg = (
                f"This needs the role {needed.name.lower()}, and {self.email} is {self.role.name.lower()}; "
                "ask an administrator of the user pool."
            )
            raise ForbiddenError(msg, reason="RoleTooLow")


def no_such_route() -> NoRouteError:
    """Return the error about a path or method that is no route."""
    return NoRouteError("There is no such route; docs/openapi.json lists all.", reason="NoRoute")


def _role_of(method: str, path: str) -> Role | None:
    for pattern, known, role in _patterns():
        if known == method and pattern.fullmatch(path):
            return role
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, Role]]:
    return [
        (re.compile(PREFIX + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), method, role)
        for route, role in ROUTES.items()
        for method, path in [route.split(" ")]
    ]
