"""HTTP GETs that block their thread, for listings: one page after the other on a kept connection.

Requests go on the wire exactly as given and redirects are not followed, as in ``http``.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import certifi
import pycurl

from ferry.stores import http_wire

_BUFFER_BYTES: Final = 256 * 1024
_CONNECT_SECONDS: Final = 10
_SILENCE_SECONDS: Final = 15
"""How long a server may send nothing."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that is in; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BlockingHttp:
    """Sends GETs; every thread has a connection of its own, which goes with it.

    Args:
        ca_bundle: PEM file of trusted certificates instead of certifi's.
    """

    def __init__(self, *, ca_bundle: str | None = None) -> None:
        self._ca_bundle = ca_bundle
        self._threads = threading.local()

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Send a GET and return its reply.

        Raises:
            TransientError: No connection, no TLS, no whole reply, or silence for too long.
            PermanentError: The URL or a header cannot be sent.
        """
        curl = self._curl()
        body = BytesIO()
        lines: list[bytes] = []
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.REQUEST_TARGET, http_wire.request_target(url))
        curl.setopt(pycurl.HTTPHEADER, http_wire.header_lines(headers))
        curl.setopt(pycurl.WRITEDATA, body)
        curl.setopt(pycurl.HEADERFUNCTION, lines.append)
        try:
            curl.perform()
        except pycurl.error as error:
            code, message = error.args
            raise http_wire.curl_error("GET", url, code, message, has_head=bool(lines)) from error
        return Reply(*http_wire.reply_head(lines), body.getvalue())

    def _curl(self) -> pycurl.Curl:
        curl: pycurl.Curl | None = getattr(self._threads, "curl", None)
        if curl is None:
            curl = self._threads.curl = pycurl.Curl()
            curl.setopt(pycurl.NOSIGNAL, 1)
            curl.setopt(pycurl.BUFFERSIZE, _BUFFER_BYTES)
            curl.setopt(pycurl.PATH_AS_IS, 1)
            curl.setopt(pycurl.PROXY, "")
            curl.setopt(pycurl.USERAGENT, "")
            curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
            curl.setopt(pycurl.HTTP_CONTENT_DECODING, 0)
            curl.setopt(pycurl.CAINFO, self._ca_bundle or certifi.where())
            curl.setopt(pycurl.CONNECTTIMEOUT, _CONNECT_SECONDS)
            curl.setopt(pycurl.LOW_SPEED_LIMIT, 1)
            curl.setopt(pycurl.LOW_SPEED_TIME, _SILENCE_SECONDS)
        return curl
