"""The certificates that notifications are signed with, fetched from Alibaba Cloud and kept for a day."""

import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Final, override

from ferry.errors import TransientError

_KEEP_SECONDS: Final = 86_400.0
_AGAIN_SECONDS: Final = 60.0
_TIMEOUT_SECONDS: Final = 2.0
_MAX_BYTES: Final = 16 * 1024


class Certificates:
    """Certificates by their URL.

    Args:
        fetch: Gets one.
        clock: Seconds that only grow.
    """

    def __init__(
        self, fetch: Callable[[str], bytes] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch or fetch_certificate
        self._clock = clock
        self._kept: dict[str, tuple[float, bytes]] = {}

    def get(self, url: str) -> bytes:
        """Return a certificate.

        Args:
            url: One that ``signature.certificate_url`` has approved.

        Raises:
            TransientError: It cannot be had now.
        """
        kept = self._kept.get(url)
        if kept is not None and self._clock() - kept[0] < _KEEP_SECONDS:
            return kept[1]
        certificate = self._fetch(url)
        self._kept[url] = (self._clock(), certificate)
        return certificate

    def get_again(self, url: str) -> bytes | None:
        """Return a certificate that was fetched just now, None when it is too early to fetch it again."""
        kept = self._kept.get(url)
        if kept is not None and self._clock() - kept[0] < _AGAIN_SECONDS:
            return None
        self._kept.pop(url, None)
        return self.get(url)


def fetch_certificate(url: str) -> bytes:
    """Fetch a certificate by https, from exactly this URL; raises TransientError."""
    try:
        with _opener().open(url, timeout=_TIMEOUT_SECONDS) as reply:
            content: bytes = reply.read(_MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        msg = f"The certificate at {url} cannot be had now: {error}"
        raise TransientError(msg, reason="NoCertificate") from error
    if len(content) > _MAX_BYTES or not content.lstrip().startswith(b"-----BEGIN CERTIFICATE-----"):
        msg = f"What lies at {url} is no certificate."
        raise TransientError(msg, reason="NoCertificate")
    return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Makes every redirect an error: it could lead anywhere."""

    @override
    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _NoRedirects(),
    ):
        opener.add_handler(handler)
    return opener
