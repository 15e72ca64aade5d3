"""The endpoint for questions about the server itself: ``/_control/...``, a tiny router of JSON documents.

No bucket name begins with ``_``, and a request without the token's header is an ordinary one, so nothing
of OSS is hidden by it.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import BaseModel, ValidationError

PREFIX = "/_control/"
TOKEN_HEADER = "x-oss-control-token"  # noqa: S105 (its name)
_MAX_BODY_BYTES = 4 << 20


@dataclass(frozen=True)
class Question:
    """A control request.

    Attributes:
        name: What the path names behind the route, such as a rule; may be empty.
        query: Query parameters.
        body: Request body.
    """

    name: str
    query: Mapping[str, str]
    body: bytes


class ControlError(Exception):
    """A control request that is refused.

    Attributes:
        status: HTTP status.
        message: What is wrong with it.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


type Answer = Callable[[Question], Awaitable[BaseModel | None]]
"""Answers a request with a document, or with nothing. A ValueError means that the request was wrong."""


class Failure(BaseModel):
    """The document of a control request that is refused."""

    error: str


@dataclass
class Control:
    """Answers control requests.

    Attributes:
        token: What a request must carry in ``x-oss-control-token``; with none, HTTP requests are not
            answered at all.
    """

    token: str = ""
    _answers: dict[tuple[str, str], Answer] = field(default_factory=dict)

    def add(self, method: str, path: str, answer: Answer) -> None:
        """Answer ``method`` at ``/_control/<path>`` and ``/_control/<path>/<name>``.

        Args:
            method: HTTP method in upper case.
            path: One path segment.
            answer: Gives the answer.
        """
        self._answers[method, path] = answer

    def claims(self, http: web.BaseRequest) -> bool:
        """Whether a request is for this endpoint and not for OSS."""
        return bool(self.token) and http.raw_path.startswith(PREFIX) and TOKEN_HEADER in http.headers

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer over HTTP."""
        token = http.headers.get(TOKEN_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(token, self.token.encode()):
            return _json(403, Failure(error="the control token is wrong"))
        body = bytearray()
        async for chunk in http.content.iter_any():
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                return _json(413, Failure(error="the document is too large"))
        try:
            return _json(200, await self.answer(http.method, http.raw_path, bytes(body)))
        except ControlError as error:
            return _json(error.status, Failure(error=error.message))

    async def answer(self, method: str, target: str, body: bytes) -> BaseModel | None:
        """Answer without HTTP.

        Args:
            method: HTTP method.
            target: Path and query.
            body: JSON document, or nothing.

        Raises:
            ControlError: The request is wrong.
        """
        raw_path, _, query = target.partition("?")
        path, _, name = raw_path.removeprefix(PREFIX).partition("/")
        answer = self._answers.get((method, path))
        if answer is None:
            known = ", ".join(f"{verb} {PREFIX}{place}" for verb, place in sorted(self._answers))
            raise ControlError(404, f"there is no {method} {raw_path}; there are {known}")
        try:
            return await answer(Question(name, dict(parse_qsl(query)), body))
        except ValidationError as error:
            raise ControlError(400, _explain(error)) from None
        except ValueError as error:
            raise ControlError(400, str(error)) from None


def _explain(error: ValidationError) -> str:
    """Validation errors as ``place: what is wrong``, joined by semicolons."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'document'}: {each['msg']}"
        for each in error.errors(include_url=False)
    )


def _json(status: int, document: BaseModel | None) -> web.Response:
    if document is None:
        return web.Response(status=204)
    text = document.model_dump_json(exclude_none=True)
    return web.Response(status=status, text=text, content_type="application/json")
