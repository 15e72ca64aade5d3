"""Writing response documents and reading request documents.

Responses carry no namespace: oss2 looks up bare tag names.
"""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from functools import lru_cache

from local.oss.errors import malformed_xml

# Keys may hold characters that XML 1.0 forbids, and clients send them, raw or as references. They are
# spelled behind a mark while a document is parsed, and so is the mark itself.
_MARK = "\ue000"
_ILLEGAL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|"
    + _MARK.encode()
    + rb"|&#(?P<reference>[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});"
)
_UNWRITABLE = frozenset(range(32)) - {9, 10, 13} | {0xFFFE, 0xFFFF, ord(_MARK)}
_HIDDEN = re.compile(_MARK + "([0-9a-f]{4})")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def leaf(name: str, text: str | int) -> str:
    """One element with escaped text."""
    return f"<{name}>{str(text).translate(_ESCAPES)}</{name}>"


def branch(name: str, *children: str) -> str:
    """One element around rendered children."""
    return f"<{name}>{''.join(children)}</{name}>"


def document(root: str) -> bytes:
    """A complete document around a rendered root element."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode("utf-8", "surrogateescape")


def timestamp(modified_ms: int) -> str:
    """A time as listings print it: whole seconds with ``.000Z``, the only form oss2 parses."""
    return _timestamp(modified_ms // 1000)


@lru_cache(maxsize=1024)
def _timestamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def parse(body: bytes) -> ET.Element:
    """Parse a request document and drop its namespaces.

    Raises:
        OssError: ``MalformedXML``.
    """
    hidden = _ILLEGAL.search(body) is not None
    try:
        root = ET.fromstring(_ILLEGAL.sub(_hide, body) if hidden else body)
    except ET.ParseError as error:
        raise malformed_xml() from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if hidden and element.text:
            element.text = _HIDDEN.sub(lambda match: chr(int(match[1], 16)), element.text)
    return root


def _hide(match: re.Match[bytes]) -> bytes:
    reference = match["reference"]
    if reference is None:
        return f"{_MARK}{ord(match[0].decode()):04x}".encode()
    number = int(reference[1:], 16) if reference[:1] in {b"x", b"X"} else int(reference)
    if number in _UNWRITABLE:
        return f"{_MARK}{number:04x}".encode()
    return match[0]


def text_of(parent: ET.Element, path: str) -> str:
    """Text of a required child.

    Raises:
        OssError: ``MalformedXML`` when the child is missing.
    """
    child = parent.find(path)
    if child is None:
        raise malformed_xml()
    return child.text or ""
