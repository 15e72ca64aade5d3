"""Cutting the key space into shards that finders can scan side by side.

Shards are key ranges that together cover the whole key space, so no key can fall between them, whatever the
keys look like. Of each, only what lies under the chosen prefixes is ever listed.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ferry.keys import LAST_CHARACTER, KeyRange, sort_key
from ferry.listings import list_under
from ferry.stores.protocols import SourceStore

DEFAULT_SHARDS: Final = 32
_PROBE_LEVELS: Final = 1000
_NOT_WORTH_CUTTING: Final = 1000


def plan_ranges(
    source: SourceStore, prefixes: Sequence[str], key_range: KeyRange, *, wanted: int = DEFAULT_SHARDS
) -> list[KeyRange]:
    """Cut a key range where the listing shows that keys spread.

    Boundaries come from the prefixes, or if these are too few from the "folders" of the listing, level by
    level, and where a level has none from the distinct next characters of its keys. They only balance the
    work; where they lie decides nothing about which keys are found.

    Args:
        source: The bucket to probe, by a number of listing requests of the order of ``wanted``.
        prefixes: Only keys under them are of interest; ascending, none within another.
        key_range: What the shards have to cover.
        wanted: About how many shards to make; there may be fewer.

    Returns:
        Between 1 and ``wanted`` ranges in ascending order that cover exactly ``key_range``.
    """
    chosen = [prefix for prefix in prefixes if key_range.meets(prefix)]
    boundaries = {prefix for prefix in chosen[1:] if prefix in key_range}
    if len(chosen) < wanted:
        rows = list_under(source, chosen, key_range)
        if sum(1 for _ in islice(rows, _NOT_WORTH_CUTTING)) < _NOT_WORTH_CUTTING:
            return [key_range]
    levels = deque(chosen)
    probes = 0
    while levels and len(boundaries) < wanted - 1 and probes < wanted:
        level = levels.popleft()
        probes += 1
        below = source.next_common_prefixes(level, key_range, _PROBE_LEVELS)
        if len(below) < 2:
            below = below + _next_characters(source, level, key_range, wanted)
        boundaries.update(name for name in below if name in key_range)
        levels.extend(below)
    return key_range.cut(_spread(sorted(boundaries, key=sort_key), wanted - 1))


def _next_characters(source: SourceStore, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
    """Return the distinct prefixes one character longer that have keys, ascending, at most ``limit``."""
    found: list[str] = []
    after = key_range.after
    while len(found) < limit:
        key = source.first_key(prefix, KeyRange(after, key_range.until))
        if key is None:
            break
        if key == prefix:
            after = key
            continue
        name = prefix + key[len(prefix)]
        if found and name == found[-1]:
            # A key that goes on with the last character there is lies beyond the probe; one boundary will do.
            break
        found.append(name)
        after = name + LAST_CHARACTER
    return found


def _spread(boundaries: list[str], limit: int) -> list[str]:
    """Thin out boundaries evenly to at most ``limit``."""
    if len(boundaries) <= limit:
        return boundaries
    return [boundaries[index * len(boundaries) // limit] for index in range(limit)]
