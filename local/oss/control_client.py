"""Asks a server's control endpoint: one in this process, or any other over HTTP by its control token."""

import http.client
from collections.abc import Callable
from typing import Final, Self
from urllib.parse import urlsplit

from local.oss.control import TOKEN_HEADER, ControlError, Failure

_TIMEOUT_SECONDS: Final = 310.0
"""Longer than anything the endpoint waits for before it answers."""

type Ask = Callable[[str, str, bytes], bytes]
"""Sends a method, a target and a document to a control endpoint and returns the document it answers."""


class ControlClient:
    """What the clients of the control endpoint share; every method may be called from any thread.

    Wrong rules and unknown names raise `ControlError` with the server's explanation.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    @classmethod
    def at(cls, endpoint: str, token: str) -> Self:
        """Reach a server over HTTP.

        Args:
            endpoint: ``http://host:port``.
            token: Its control token.
        """
        return cls(_asking(endpoint, token))


def _asking(endpoint: str, token: str) -> Ask:
    """Ask a control endpoint over HTTP; what it refuses raises `ControlError`.

    Args:
        endpoint: ``http://host:port``.
        token: Its control token.
    """
    address = urlsplit(endpoint).netloc

    def ask(method: str, target: str, document: bytes) -> bytes:
        connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body=document, headers={TOKEN_HEADER: token})
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        if reply.status >= 400:
            raise ControlError(reply.status, Failure.model_validate_json(body).error)
        return body

    return ask
