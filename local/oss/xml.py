"""Writing response documents and reading request documents.

Responses carry no namespace: oss2 looks up bare tag names.
"""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from functools import lru_cache

from local.oss.errors import malformed_xml

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
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise malformed_xml() from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(parent: ET.Element, path: str) -> str:
    """Text of a required child.

    Raises:
        OssError: ``MalformedXML`` when the child is missing.
    """
    child = parent.find(path)
    if child is None:
        raise malformed_xml()
    return child.text or ""
