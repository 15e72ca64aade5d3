"""Cutting the key space into shards that finders can scan side by side.

Shards are key ranges that together cover the whole key space, so no key can fall between them, whatever the
keys look like. Of each, only what lies under the chosen prefixes is ever listed.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from ferry.finder.probing import next_beginnings
from ferry.keys import KeyRange
from ferry.listings import list_under
from ferry.stores.protocols import SourceStore

DEFAULT_SHARDS: Final = 32
PROBES_AT_ONCE: Final = 32
"""Of the requests that a source can be sent side by side; its stores keep connections for more."""
LOOKS_PER_SHARD: Final = 2
"""How many beginnings are looked below for every shard wanted, at the most."""
_NOT_WORTH_CUTTING: Final = 1000


class Workers(Protocol):
    """Does work side by side, as a pool of threads."""

    def map[One, Result](self, work: Callable[[One], Result], each: Iterable[One], /) -> Iterable[Result]:
        """Return the results in the order of what they are of; raise the first error."""


@dataclass
class _Cut:
    """A range that is being cut.

    Attributes:
        beginnings: Of its keys, as far as they are known; ascending, none within another.
        settled: Those of them that nothing more can be learned of.
        looks: How often it was looked below one of them.
    """

    key_range: KeyRange
    beginnings: list[str]
    settled: set[str] = field(default_factory=set)
    looks: int = 0

    def unsettled(self, wanted: int) -> list[str]:
        """Return the beginnings to look below next; none when it is cut enough."""
        if len(self.beginnings) >= wanted:
            return []
        names = [name for name in self.beginnings if name not in self.settled]
        return names[: LOOKS_PER_SHARD * wanted - self.looks]

    def grow(self, beginning: str, longer: list[str]) -> None:
        """Note what lies below a beginning."""
        self.looks += 1
        if longer:
            place = self.beginnings.index(beginning)
            self.beginnings[place : place + 1] = longer
        else:
            self.settled.add(beginning)

    def pieces(self, wanted: int) -> list[KeyRange]:
        """Return up to so many ranges with about as many of the beginnings each."""
        known = len(self.beginnings)
        count = min(known, wanted)
        return self.key_range.cut([self.beginnings[number * known // count] for number in range(1, count)])


def plan_ranges(
    source: SourceStore, prefixes: Sequence[str], key_range: KeyRange, *, wanted: int = DEFAULT_SHARDS
) -> list[KeyRange]:
    """Cut a key range where the listing shows that keys spread; see ``cut_ranges``."""
    with ThreadPoolExecutor(PROBES_AT_ONCE, thread_name_prefix="probe") as workers:
        (pieces,) = cut_ranges(
            source, prefixes, [key_range], wanted=wanted, workers=workers, out_of_time=lambda: False
        )
    return pieces


def cut_ranges(
    source: SourceStore,
    prefixes: Sequence[str],
    key_ranges: Sequence[KeyRange],
    *,
    wanted: int,
    workers: Workers,
    out_of_time: Callable[[], bool],
) -> list[list[KeyRange]]:
    """Cut key ranges where the listing shows that keys spread.

    Boundaries lie between the prefixes, or if these are too few between the next beginnings that the keys
    under them have, a level at a time. They only balance the work; where they lie decides nothing about which
    keys are found.

    Args:
        source: The bucket to probe: two pages of every range, since listings ask ahead, or a listing of every
            prefix that has less, and up to ``LOOKS_PER_SHARD * MOST_REQUESTS`` requests for every shard
            wanted; as a rule a few.
        prefixes: Only keys under them are of interest; ascending, none within another.
        key_ranges: What the shards have to cover.
        wanted: About how many shards to make of each range; there may be fewer.
        workers: Send the requests.
        out_of_time: Asked before most requests; what is not cut by then stays as it is.

    Returns:
        For each range between 1 and ``wanted`` ranges in ascending order that cover exactly this one.

    Raises:
        FerryError: A listing failed.
    """
    cuts = [
        _Cut(key_range, [prefix for prefix in prefixes if key_range.meets(prefix)])
        for key_range in key_ranges
    ]
    few = [cut for cut in cuts if len(cut.beginnings) < wanted]
    small = workers.map(lambda cut: not out_of_time() and _is_small(source, cut), few)
    for cut, is_small in zip(few, small, strict=True):
        if is_small:
            cut.beginnings = []
    while level := [(cut, beginning) for cut in few for beginning in cut.unsettled(wanted)]:
        below = workers.map(lambda one: next_beginnings(source, one[1], one[0].key_range, out_of_time), level)
        for (cut, beginning), longer in zip(level, below, strict=True):
            cut.grow(beginning, longer)
    return [cut.pieces(wanted) for cut in cuts]


def _is_small(source: SourceStore, cut: _Cut) -> bool:
    """Tell whether a range is not worth cutting, whatever the prefixes."""
    rows = list_under(source, cut.beginnings, cut.key_range)
    return sum(1 for _ in islice(rows, _NOT_WORTH_CUTTING)) < _NOT_WORTH_CUTTING
