"""Reading one page of a listing, the XML of ``ListObjectsV2`` that both clouds speak.

A listing of a billion objects is a million pages, so this is where a finder spends its time. The entries of a
page look alike as a rule; a pattern made from the first of them reads the others several times as fast as an
XML parser, which takes over where a page is any different.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import unescape
from operator import itemgetter
from typing import Final, Protocol
from urllib.parse import unquote, unquote_plus
from xml.etree import ElementTree as ET

from ferry.errors import DamagedContentError
from ferry.keys import KeyRange
from ferry.objects import ListedObject

PAGE_SIZE: Final = 1000
_ENTRY: Final = "<Contents>"
_ELEMENT: Final = re.compile(r"<(\w+)>[^<]*</\1>")
_WANTED: Final = ("Key", "Size", "ETag", "LastModified", "StorageClass", "Type")
_NEEDED: Final = frozenset(_WANTED[:4])


@dataclass(frozen=True, slots=True)
class ListingPage:
    """A page of a listing.

    Attributes:
        objects: Ascending, as the page has them.
        prefixes: What was rolled up at the delimiter; ascending.
        next_token: Where the listing goes on, None at its end.
    """

    objects: Sequence[ListedObject]
    prefixes: Sequence[str]
    next_token: str | None


class PageSource(Protocol):
    """Asks for pages of one listing."""

    def __call__[Page](self, place: Mapping[str, str], read: Callable[[bytes], Page], /) -> Page:
        """Ask for the page at a place, which are query parameters, until it can be read."""


def list_pages(
    ask: PageSource,
    read: Callable[[bytes], ListingPage],
    key_range: KeyRange,
) -> Iterator[ListedObject]:
    """Yield the objects of a listing within a range; the next page is on its way while one is worked on.

    Args:
        ask: Asks for the pages, of which the next one on another thread, which does not read it.
        read: Reads a page; raises DamagedContentError.
        key_range: Which keys.

    Raises:
        FerryError: A page could not be had; what was yielded before is right.
    """
    place = {"start-after": key_range.after}
    with ThreadPoolExecutor(1, thread_name_prefix="list-ahead") as ahead:
        body = ahead.submit(ask, place, bytes)
        while True:
            try:
                page = read(body.result())
            except DamagedContentError:
                page = ask(place, read)
            # Text compares by code points, which is the order of its UTF-8 bytes.
            is_past = (
                key_range.until is not None and bool(page.objects) and page.objects[-1].key > key_range.until
            )
            if page.next_token is None or is_past:
                yield from page.objects if not is_past else _until(page.objects, key_range.until)
                return
            place = {"continuation-token": page.next_token}
            body = ahead.submit(ask, place, bytes)
            yield from page.objects


def _until(rows: Sequence[ListedObject], last: str | None) -> Iterator[ListedObject]:
    return (row for row in rows if last is None or row.key <= last)


def read_oss_page(body: bytes) -> ListingPage:
    """Read a page of OSS; raises DamagedContentError.

    Source:
        OSS API reference, "ListObjectsV2": with ``encoding-type=url`` the token is encoded as the keys are.
    """
    return _read_page(body, unquote, unquote)


def read_s3_page(body: bytes) -> ListingPage:
    """Read a page of S3; raises DamagedContentError.

    Source:
        Amazon S3 API reference, "ListObjectsV2": keys are encoded as in a form, with ``+`` for a space.
    """
    return _read_page(body, unquote_plus, str)


def _read_page(body: bytes, decode: Callable[[str], str], decode_token: Callable[[str], str]) -> ListingPage:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _damaged(str(error)) from error
    objects = _read_alike(text, decode)
    if objects is None:
        return _read_xml(body, decode, decode_token)
    return ListingPage(
        objects,
        [decode(name) for name in re.findall(r"<CommonPrefixes><Prefix>([^<]*)</Prefix>", text)],
        _next_token(
            _only(text, "IsTruncated") == "true", _only(text, "NextContinuationToken") or "", decode_token
        ),
    )


def _read_alike(text: str, decode: Callable[[str], str]) -> list[ListedObject] | None:
    """Return the objects of a page whose entries look alike, None when they do not or it is no whole page."""
    count = text.count(_ENTRY)
    is_whole = text.rstrip().endswith("</ListBucketResult>")
    if not is_whole or _only(text, "EncodingType") != "url" or _only(text, "IsTruncated") is None:
        return None
    if not count:
        return []
    start = text.index(_ENTRY) + len(_ENTRY)
    names = tuple(_ELEMENT.findall(text, start, text.find("</Contents>", start)))
    if len(set(names)) != len(names) or not set(names) >= _NEEDED:
        return None
    rows = _pattern(names).findall(text)
    if len(rows) != count:
        return None
    # Column by column, so that most of the loops are C.
    keys, sizes, etags, times, classes, kinds = _in_order(names)(tuple(zip(*rows, strict=True)))
    if "%" in text or "+" in text:
        keys = [decode(key) if "%" in key or "+" in key else key for key in keys]
    if "&" in text:
        etags = [etag.replace("&quot;", "") for etag in etags]
    unquoted = [etag.strip('"') for etag in etags]
    links = [kind == "Symlink" for kind in kinds]
    try:
        columns = zip(
            keys, map(int, sizes), unquoted, map(datetime.fromisoformat, times), classes, links, strict=True
        )
        return list(map(ListedObject._make, columns))
    except ValueError as error:
        raise _damaged(str(error)) from error


@lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds entries of these elements, and behind them nothing, for those that are not there."""
    elements = "".join(rf"<{name}>([^<]*)</{name}>" for name in names)
    return re.compile(f"{_ENTRY}{elements}()</Contents>")


@lru_cache(maxsize=16)
def _in_order(names: tuple[str, ...]) -> Callable[[tuple[Sequence[str], ...]], tuple[Sequence[str], ...]]:
    """Return what puts the columns that were found into the order of ``_WANTED``."""
    return itemgetter(*(names.index(name) if name in names else len(names) for name in _WANTED))


def _read_xml(body: bytes, decode: Callable[[str], str], decode_token: Callable[[str], str]) -> ListingPage:
    try:
        root = ET.fromstring(body)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        if root.tag != "ListBucketResult":
            raise _damaged(f"it is a {root.tag}")
        if root.findtext("EncodingType") != "url":
            decode = decode_token = str
        return ListingPage(
            [_listed(entry, decode) for entry in root.iterfind("Contents")],
            [decode(name.text or "") for name in root.iterfind("CommonPrefixes/Prefix")],
            _next_token(
                root.findtext("IsTruncated") == "true",
                root.findtext("NextContinuationToken", ""),
                decode_token,
            ),
        )
    except (ET.ParseError, ValueError, KeyError) as error:
        raise _damaged(str(error)) from error


def _listed(entry: ET.Element, decode: Callable[[str], str]) -> ListedObject:
    given = {child.tag: child.text or "" for child in entry}
    return ListedObject(
        decode(given["Key"]),
        int(given["Size"]),
        given["ETag"].strip('"'),
        datetime.fromisoformat(given["LastModified"]),
        given.get("StorageClass", ""),
        given.get("Type") == "Symlink",
    )


def _only(text: str, name: str) -> str | None:
    """Return the text of an element that stands once before or after the entries; None when there is none."""
    start = text.find(f"<{name}>")
    if start < 0:
        return None
    start += len(name) + 2
    return text[start : text.index("<", start)]


def _next_token(is_truncated: bool, token: str, decode: Callable[[str], str]) -> str | None:
    if not is_truncated:
        return None
    if not token:
        msg = "The listing says that it goes on, but not where."
        raise DamagedContentError(msg, reason="NoContinuation")
    return decode(unescape(token))


def _damaged(why: str) -> DamagedContentError:
    return DamagedContentError(f"A page of a listing cannot be read: {why}", reason="InvalidReply")
