"""Pages of a listing: prefix, delimiter, start and page size over keys in UTF-8 byte order.

Source: OSS developer reference, "ListObjects" and "ListObjectsV2".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol


class Keyed(Protocol):
    """Anything listed by key."""

    @property
    def key(self) -> bytes:
        """The key."""
        ...


@dataclass(frozen=True)
class ListQuery:
    """One page's question.

    Attributes:
        prefix: Only keys that begin with it.
        delimiter: Keys that contain it after the prefix are grouped up to and including it; empty for none.
        after: Only entries after this key or group.
        max_keys: Largest number of keys and groups together, at least 1.
    """

    prefix: bytes = b""
    delimiter: bytes = b""
    after: bytes = b""
    max_keys: int = 100


@dataclass
class Page[RowT: Keyed]:
    """One page's answer; keys and groups ascend, and never more than ``max_keys`` together.

    Attributes:
        rows: Keys that belong to no group.
        groups: Common prefixes.
        next_after: Where the next page begins, or None when this is the last page.
    """

    rows: list[RowT] = field(default_factory=list)
    groups: list[bytes] = field(default_factory=list)
    next_after: bytes | None = None


def list_page[RowT: Keyed](seek: Callable[[bytes], Iterator[RowT]], query: ListQuery) -> Page[RowT]:
    """Read one page.

    A group that equals ``after`` is over, so a page that ended with a group continues behind all its keys.

    Args:
        seek: Yields the rows with keys at or above a lower bound, ascending; read no further than needed.
        query: What to list.
    """
    page: Page[RowT] = Page()
    last = b""
    rows = seek(max(query.prefix, query.after + b"\0" if query.after else b""))
    while (row := next(rows, None)) is not None and row.key.startswith(query.prefix):
        group = group_of(row.key, query.prefix, query.delimiter)
        entry = group or row.key
        if entry != query.after:
            if len(page.rows) + len(page.groups) == query.max_keys:
                page.next_after = last
                return page
            last = entry
            if group:
                page.groups.append(group)
            else:
                page.rows.append(row)
        if group:
            behind = successor(group)
            if behind is None:
                return page
            rows = seek(behind)
    return page


def group_of(key: bytes, prefix: bytes, delimiter: bytes) -> bytes:
    """The common prefix a key is grouped under; empty for a key that stands for itself."""
    if not delimiter:
        return b""
    end = key.find(delimiter, len(prefix))
    return b"" if end < 0 else key[: end + len(delimiter)]


def successor(prefix: bytes) -> bytes | None:
    """The smallest byte string above every string that begins with the prefix, or None when there is none."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:
        return None
    return stripped[:-1] + bytes([stripped[-1] + 1])
