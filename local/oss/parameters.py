"""Query parameters that several operations share, and how listings write keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.oss import xml
from local.oss.errors import invalid_argument
from local.oss.names import MAX_KEY_BYTES, encode_for_listing


@dataclass(frozen=True)
class Encoder:
    """Writes keys into listings, percent-encoded when the caller asks for it."""

    url: bool

    def leaf(self, name: str, key: bytes) -> str:
        """An element with a key, prefix, marker or delimiter."""
        text = encode_for_listing(key) if self.url else key.decode("utf-8", "surrogateescape")
        return xml.leaf(name, text)

    def declaration(self) -> str:
        """The EncodingType element, if any."""
        return xml.leaf("EncodingType", "url") if self.url else ""


def encoder_for(query: Mapping[str, str]) -> Encoder:
    """How a request wants keys written.

    Raises:
        OssError: ``InvalidArgument``.
    """
    encoding = query.get("encoding-type", "")
    if encoding not in {"", "url"}:
        message = "Invalid Encoding Method specified in Request"
        raise invalid_argument(message, name="encoding-type", value=encoding)
    return Encoder(encoding == "url")


def bounded_number(query: Mapping[str, str], name: str, *, default: int, largest: int) -> int:
    """A count a request asks for, 1 to ``largest``.

    Raises:
        OssError: ``InvalidArgument``.
    """
    text = query.get(name) or str(default)
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= largest:
        message = f"Argument {name} must be an integer between 1 and {largest}."
        raise invalid_argument(message, name=name, value=text)
    return int(text)


def natural_number(query: Mapping[str, str], name: str) -> int:
    """A position or marker a request names, 0 when it names none.

    Raises:
        OssError: ``InvalidArgument``.
    """
    text = query.get(name) or "0"
    if not text.isdecimal() or len(text) > 18:
        raise invalid_argument(f"Argument {name} must be a non-negative integer.", name=name, value=text)
    return int(text)


def short_text(query: Mapping[str, str], name: str) -> bytes:
    """A prefix, marker or delimiter, shorter than 1,024 bytes.

    Raises:
        OssError: ``InvalidArgument``.
    """
    text = query.get(name, "").encode("utf-8", "surrogateescape")
    if len(text) > MAX_KEY_BYTES:
        raise invalid_argument(f"The length of {name} must be less than 1024.", name=name)
    return text
