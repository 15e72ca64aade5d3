"""How requests, replies and failures are spelled between ``http.py`` and curl: pure functions."""

import re
from collections.abc import Mapping, Sequence

import pycurl

from ferry.errors import FerryError, PermanentError, TransientError

# Numbers of libcurl-errors(3); pycurl names only some of them.
_TLS_CODES = frozenset({35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91})
_CONNECT_CODES = frozenset({6, 7})
_REPLY_CODES = frozenset({1, 8, 100})
# What curl would add on its own; a name without a value takes it away again.
_BLANK_VALUE = re.compile(r": \s*(?=\r|\Z)")
"""An empty header, which curl wants to be spelled with a semicolon."""
_HEADER = re.compile(r"([^:\n]+):[ \t]*([^\n]*)")
_UNWANTED = ("accept", "expect", "content-type")


def request_target(url: str) -> str:
    """Return what follows the authority in an absolute URL, untouched, starting with a slash.

    Raises:
        PermanentError: The URL is not percent-encoded: not ASCII.
    """
    if not url.isascii():
        raise PermanentError("the URL is not percent-encoded", reason="InvalidUrl")
    authority_start = url.find("://") + 3
    ends = [end for end in (url.find("/", authority_start), url.find("?", authority_start)) if end >= 0]
    target = url[min(ends) :] if ends else "/"
    return target if target.startswith("/") else f"/{target}"


def header_lines(headers: Mapping[str, str]) -> list[bytes]:
    """Return what makes curl send these headers and none of its own but ``Host`` and ``Content-Length``.

    Raises:
        PermanentError: A header is not latin-1, or holds a line break or NUL.
    """
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"{name}:" for name in _UNWANTED if name not in headers]
    joined = "\r".join(lines)
    if _BLANK_VALUE.search(joined) is not None:
        joined = _BLANK_VALUE.sub(";", joined)
    try:
        encoded = joined.encode("latin-1")
    except UnicodeEncodeError as error:
        raise PermanentError("a header value is not latin-1", reason="InvalidHeader") from error
    if encoded.count(b"\r") != len(lines) - 1 or b"\n" in encoded or b"\0" in encoded:
        raise PermanentError("a header holds a line break or NUL", reason="InvalidHeader")
    return encoded.split(b"\r")


def announced_size(headers: Mapping[str, str]) -> int:
    """Return the ``Content-Length`` of a request with a streamed body.

    Raises:
        PermanentError: There is none.
    """
    for name, value in headers.items():
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    raise PermanentError("a streamed body needs a Content-Length", reason="InvalidHeader")


def reply_head(lines: Sequence[bytes]) -> tuple[int, dict[str, str]]:
    """Read the head of the final reply, whose status line curl has already found valid.

    Args:
        lines: As they came, with their ends; those of interim replies may come first.

    Returns:
        The status code, and the headers: names in lower case, repeated ones joined with comma and space.
    """
    heads = b"".join(lines).decode("latin-1").replace("\r\n", "\n").rstrip("\n")
    status_line, _, rest = heads[heads.rfind("\n\n") + 1 :].lstrip("\n").partition("\n")
    pairs = _HEADER.findall(rest)
    headers = {name.lower(): value.rstrip() for name, value in pairs}
    if len(headers) != len(pairs):
        headers = {}
        for name, value in pairs:
            given = headers.get(name.lower())
            headers[name.lower()] = value.rstrip() if given is None else f"{given}, {value.rstrip()}"
    return int(status_line.split(None, 2)[1]), headers


def reply_body_size(method: str, status: int, headers: Mapping[str, str]) -> int | None:
    """Return how many bytes the reply's body will have, None when the head does not say."""
    if method == "HEAD" or status in {204, 304}:
        return 0
    length = headers.get("content-length", "").partition(",")[0]
    return int(length) if length.isdecimal() and "transfer-encoding" not in headers else None


def transient_error(method: str, url: str, message: str, *, reason: str) -> TransientError:
    """Return an error that names the request without its query, which may hold a signature."""
    return TransientError(f"{method} {url.partition('?')[0]}: {message}", reason=reason)


def curl_error(method: str, url: str, code: int, message: str, *, has_head: bool) -> FerryError:
    """Return the error for a code of libcurl-errors(3); ``has_head`` when the reply had begun."""
    if code == pycurl.E_URL_MALFORMAT:
        return PermanentError(f"{method}: {message}", reason="InvalidUrl")
    if code == pycurl.E_OPERATION_TIMEDOUT:
        reason = "TimedOut"
    elif code in _CONNECT_CODES:
        reason = "ConnectionFailed"
    elif code in _TLS_CODES:
        reason = "TlsFailed"
    elif code in _REPLY_CODES:
        reason = "InvalidReply"
    else:
        reason = "Truncated" if has_head else "ConnectionReset"
    return transient_error(method, url, message, reason=reason)
