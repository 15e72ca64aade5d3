"""Conditional requests: whether an object is still, or no longer, the one the caller knows.

Source: OSS developer reference, "GetObject", "HeadObject" and "CopyObject".
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import Enum

from local.oss.errors import precondition_failed


class Verdict(Enum):
    """What the conditions of a request say."""

    PROCEED = "proceed"
    NOT_MODIFIED = "not modified"


def evaluate(headers: Mapping[str, str], *, etag: str, modified_ms: int, prefix: str = "") -> Verdict:
    """Check the conditions of a request.

    ``If-Match`` and ``If-Unmodified-Since`` must both hold; ``If-Modified-Since`` counts only without
    ``If-None-Match``. Times are compared by whole seconds, and a time that does not parse is ignored.

    Args:
        headers: Header values by lower-case name.
        etag: The object's etag without quotes.
        modified_ms: When the object changed, in milliseconds since 1970.
        prefix: Put before each header name, such as ``x-oss-copy-source-``.

    Raises:
        OssError: ``PreconditionFailed``.
    """
    modified = modified_ms // 1000
    if_match = headers.get(f"{prefix}if-match")
    if if_match is not None and not _names_etag(if_match, etag):
        raise precondition_failed("If-Match")
    unmodified_since = _seconds(headers.get(f"{prefix}if-unmodified-since"))
    if unmodified_since is not None and modified > unmodified_since:
        raise precondition_failed("If-Unmodified-Since")
    if_none_match = headers.get(f"{prefix}if-none-match")
    if if_none_match is not None:
        return Verdict.NOT_MODIFIED if _names_etag(if_none_match, etag) else Verdict.PROCEED
    modified_since = _seconds(headers.get(f"{prefix}if-modified-since"))
    if modified_since is not None and modified <= modified_since:
        return Verdict.NOT_MODIFIED
    return Verdict.PROCEED


def _names_etag(header: str, etag: str) -> bool:
    candidates = [candidate.strip().removeprefix("W/").strip('"') for candidate in header.split(",")]
    return "*" in candidates or etag in candidates


def _seconds(header: str | None) -> int | None:
    if header is None:
        return None
    try:
        return int(parsedate_to_datetime(header).timestamp())
    except ValueError:
        return None
