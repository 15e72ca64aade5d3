"""User metadata and Expires of OSS in the form S3 keeps them.

S3 takes US-ASCII values of 2 KB in all, OSS any UTF-8 of 8 KB. Values S3 cannot hold travel as RFC 2047
encoded words, which is also how S3 itself shows such values, so any mail library reads them back.
"""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from ferry.errors import PermanentError

MAX_METADATA_BYTES: Final = 2048
_PLAIN: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?|")
_ENCODED: Final = re.compile(r"=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=")
_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_DATES: Final = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT")


class MetadataTooLargeError(PermanentError):
    """The source's user metadata does not fit into S3's 2 KB."""


def encode_value(value: str) -> str:
    """Return the value as S3 can hold it; plain ASCII stays as it is."""
    if value.isalnum() and value.isascii():
        return value
    if _PLAIN.fullmatch(value) and not value.startswith("=?"):
        return value
    return f"=?UTF-8?B?{base64.b64encode(value.encode()).decode()}?="


def decode_value(value: str) -> str:
    """Return what ``encode_value`` was given; other text stays as it is."""
    match = _ENCODED.fullmatch(value)
    if match is None:
        return value
    try:
        return base64.b64decode(match[1], validate=True).decode()
    except ValueError:
        return value


def encode_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Encode every value and check the names and the size S3 counts.

    Raises:
        MetadataTooLargeError: Names and values need more than ``MAX_METADATA_BYTES``.
        PermanentError: A name cannot be that of an HTTP header.

    Source:
        Amazon S3 User Guide, "Working with object metadata"; RFC 9110, section 5.6.2, "Tokens".
    """
    for name in metadata:
        if not _is_name(name):
            msg = f"S3 takes no user metadata named {name!r}; rename it on the source, or drop user metadata."
            raise PermanentError(msg, reason="MetadataName")
    encoded = {name: encode_value(value) for name, value in metadata.items()}
    size = sum(len(name) + len(value) for name, value in encoded.items())
    if size > MAX_METADATA_BYTES:
        msg = (
            f"The user metadata needs {size} bytes with what Ferry records, S3 holds {MAX_METADATA_BYTES}; "
            "shorten it on the source, or drop user metadata."
        )
        raise MetadataTooLargeError(msg)
    return encoded


@lru_cache(maxsize=1024)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def is_http_date(value: str) -> bool:
    """Tell whether S3 clients can read an Expires header.

    Source:
        RFC 9110, section 5.6.7, "Date/Time Formats", without the one of asctime.
    """
    for form in _DATES:
        try:
            moment = datetime.strptime(value, form)  # noqa: DTZ007 - only its spelling matters
        except ValueError:
            continue
        # What is parsed forgivingly is not spelled again as it was.
        if moment.strftime(form) == value:
            return True
    return False
