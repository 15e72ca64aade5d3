"""Buckets of any number of keys that take no memory, since every key follows from its number."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from typing import Final

from ferry.keys import LAST_CHARACTER, KeyRange
from ferry.objects import ListedObject

KEYS_PER_PAGE: Final = 1000
_WRITTEN_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DIGITS: Final = 10
_KNOWN_PLACES: Final = 100_000
_ETAG: Final = "0123456789ABCDEF0123456789ABCDEF"


@dataclass(frozen=True)
class Layout:
    """How keys look.

    Attributes:
        title: In words.
        spell: Returns a key by its number and the number of keys there are; ascending, ASCII.
    """

    title: str
    spell: Callable[[int, int], str]


def _hash(number: int, keys: int) -> str:
    """Return hexadecimal digits that spread over all there are."""
    return f"{number * (16**_DIGITS // keys):0{_DIGITS}x}"


def _folders(number: int, keys: int) -> str:
    digits = _hash(number, keys)
    return f"data/{digits[:2]}/{digits[2:4]}/{digits[4:]}-photo.jpg"


def _halves(number: int, keys: int) -> str:
    return f"data/{99 - (keys - number).bit_length():02}/{number:012}.jpg"


LAYOUTS: Final = {
    "folders": Layout("256 folders of 256 folders, names spread", _folders),
    "hashes": Layout("no folders, names that are hashes", lambda number, keys: f"{_hash(number, keys)}.jpg"),
    "sequence": Layout(
        "no folders, names that are a sequence", lambda number, _: f"log-{number:012}-events.json"
    ),
    "long": Layout(
        "no folders, and all names begin with the same 40 characters",
        lambda number, _: f"export-of-the-production-database-orders{number:012}.json",
    ),
    "uneven": Layout("folders of which each holds as many as all after it", _halves),
}


@dataclass
class KeySpace:
    """The side of a source that listing and planning see; counts the requests that they take.

    Attributes:
        keys: How many there are.
        size: Bytes of every object.
        is_blurred: Whether a listing gives one and the same row again and again, which is enough for planning
            and takes less time.
    """

    layout: Layout
    keys: int
    size: int = 10 * 1024
    requests: int = 0
    is_blurred: bool = False
    _places: dict[str, int] = field(default_factory=dict, repr=False)

    def key(self, number: int) -> str:
        """Return a key by its number, from 0."""
        return self.layout.spell(number, self.keys)

    def place(self, key: str) -> int:
        """Return how many keys are not after this one."""
        if (known := self._places.get(key)) is None:
            if len(self._places) == _KNOWN_PLACES:
                self._places.clear()
            known = self._places[key] = bisect_right(range(self.keys), key, key=self.key)
        return known

    def numbers(self, prefix: str, key_range: KeyRange) -> range:
        """Return the numbers of the keys under a prefix within a range."""
        first = max(
            # No key is a prefix of another, so none is equal to this one.
            self.place(prefix) if prefix else 0,
            self.place(key_range.after) if key_range.after else 0,
        )
        last = self.place(prefix + LAST_CHARACTER) if prefix else self.keys
        return range(first, last if key_range.until is None else min(last, self.place(key_range.until)))

    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        """Yield what a listing yields, whose next page is asked for while one is looked at."""
        spell, keys, size = self.layout.spell, self.keys, self.size
        numbers = self.numbers(prefix, key_range)
        row = ListedObject(prefix, size, _ETAG, _WRITTEN_AT)
        self.requests += 1
        for first in range(0, len(numbers), KEYS_PER_PAGE):
            if first + KEYS_PER_PAGE < len(numbers):
                self.requests += 1
            page = numbers[first : first + KEYS_PER_PAGE]
            if self.is_blurred:
                yield from repeat(row, len(page))
            else:
                yield from (ListedObject(spell(number, keys), size, _ETAG, _WRITTEN_AT) for number in page)

    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        """Return the next levels below a prefix."""
        self.requests += 1
        numbers = self.numbers(prefix, key_range)
        found: list[str] = []
        while numbers and len(found) < limit:
            name, slash, _ = self.key(numbers[0])[len(prefix) :].partition("/")
            if not slash:
                # Of these layouts none mixes keys and folders on a level.
                break
            level = f"{prefix}{name}/"
            if level in key_range:
                found.append(level)
            numbers = range(self.place(level + LAST_CHARACTER), numbers.stop)
        return found

    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        """Return the smallest key under a prefix in a range."""
        self.requests += 1
        numbers = self.numbers(prefix, key_range)
        return self.key(numbers[0]) if numbers else None


class NoReplicas:
    """The replica's side of a first run."""

    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        """Yield nothing."""
        del prefix, key_range
        return iter(())
