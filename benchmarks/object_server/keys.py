"""The keys of a bucket that holds many: numbered, ascending, never all in memory."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from benchmarks.object_server.options import PREFIX

_STEM = f"{PREFIX}photo-"
_DIGITS = 10
_SUFFIX = ".jpg"
_LAST = "\U0010ffff"


def key_of(number: int) -> str:
    """Return the key of the object with this number, counting from 0."""
    return f"{_STEM}{number:0{_DIGITS}}{_SUFFIX}"


@dataclass(frozen=True)
class Page:
    """The numbers that one reply lists.

    Attributes:
        numbers: Ascending.
        is_truncated: Whether others follow.
        folders: Prefixes up to the delimiter, instead of the keys below.
    """

    numbers: range
    is_truncated: bool = False
    folders: tuple[str, ...] = ()


def page_of(count: int, query: dict[str, str]) -> Page:
    """Return what a version 2 listing of the first ``count`` keys answers to a query."""
    numbers = range(count)
    prefix = query.get("prefix", "")
    start = bisect_left(numbers, prefix, key=key_of)
    end = bisect_left(numbers, prefix + _LAST, key=key_of)
    if query.get("delimiter") and not prefix.startswith(PREFIX):
        return Page(range(0), folders=(PREFIX,) if start < end else ())
    after = query.get("continuation-token") or query.get("start-after", "")
    if after:
        start = max(start, bisect_right(numbers, after, key=key_of))
    most = int(query.get("max-keys", 1000))
    return Page(range(start, min(start + most, end)), is_truncated=start + most < end)


def number_of(key: str, count: int) -> int | None:
    """Return the number of a key, None when there is no such object among the first ``count``."""
    digits = key[len(_STEM) : len(_STEM) + _DIGITS]
    if not digits.isdecimal() or int(digits) >= count or key_of(int(digits)) != key:
        return None
    return int(digits)
