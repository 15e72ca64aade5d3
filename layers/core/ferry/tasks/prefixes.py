"""Several prefixes below a task's own, in the one form they are kept in."""

from collections.abc import Iterable
from typing import Final

from ferry.keys import sort_key

MAX_PREFIXES: Final = 1000
MAX_PREFIXES_BYTES: Final = 64 * 1024
"""UTF-8 bytes of all of them; a task and each of its runs keep them in a DynamoDB row of 400 KB."""


def canonical_prefixes(prefix: str, chosen: Iterable[str]) -> tuple[str, ...]:
    """Return chosen prefixes in ascending order, without those that lie within another one.

    Args:
        prefix: That every chosen one begins with.
        chosen: In any order, repeated as may be.

    Returns:
        None of them when ``prefix`` itself is chosen, which is everything under it.

    Raises:
        ValueError: One cannot be, or they are too many: what they "must" be.
    """
    given = tuple(chosen)
    if "" in given:
        msg = "must not be empty; leave them out to choose everything"
        raise ValueError(msg)
    for one in given:
        if not one.startswith(prefix):
            msg = f"must each begin with the source prefix {prefix!r}, unlike {one!r}"
            raise ValueError(msg)
    size = sum(len(sort_key(one)) for one in given)
    if len(given) > MAX_PREFIXES or size > MAX_PREFIXES_BYTES:
        msg = (
            f"must be at most {MAX_PREFIXES:,} with {MAX_PREFIXES_BYTES:,} bytes in all, "
            f"not {len(given):,} with {size:,}; choose shorter ones, or make several tasks"
        )
        raise ValueError(msg)
    kept: list[str] = []
    for one in sorted(set(given), key=sort_key):
        if not kept or not one.startswith(kept[-1]):
            kept.append(one)
    return () if kept == [prefix] else tuple(kept)
