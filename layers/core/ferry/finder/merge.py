"""Two listings walked side by side in constant memory."""

from collections.abc import Iterator
from typing import NamedTuple

from ferry.errors import FerryError
from ferry.keys import KeyMapping
from ferry.objects import ListedObject


class ListingOrderError(FerryError):
    """A listing went backwards, so a merge of it would miss objects."""


class Pair(NamedTuple):
    """A source key with what each side lists for it; never both None."""

    key: str
    source: ListedObject | None
    replica: ListedObject | None


def merge_listings(
    sources: Iterator[ListedObject], replicas: Iterator[ListedObject], mapping: KeyMapping
) -> Iterator[Pair]:
    """Pair source rows with the replica rows of the same key.

    Args:
        sources: Rows of the source in ascending byte order.
        replicas: Rows of the replica bucket in ascending byte order.
        mapping: Turns a replica's key into its source key, keeping the order.

    Yields:
        Pairs in ascending order of the source key.

    Raises:
        ListingOrderError: One of the listings is not strictly ascending.
    """
    # Text compares by code points, which is the order of its UTF-8 bytes.
    left, right = _ascending(sources), _ascending(replicas)
    to_source = mapping.to_source
    source, replica = next(left, None), next(right, None)
    key = "" if replica is None else to_source(replica.key)
    while source is not None:
        if replica is None or source.key < key:
            yield Pair(source.key, source, None)
            source = next(left, None)
            continue
        if key < source.key:
            yield Pair(key, None, replica)
        else:
            yield Pair(key, source, replica)
            source = next(left, None)
        replica = next(right, None)
        key = "" if replica is None else to_source(replica.key)
    while replica is not None:
        yield Pair(to_source(replica.key), None, replica)
        replica = next(right, None)


def _ascending(rows: Iterator[ListedObject]) -> Iterator[ListedObject]:
    last: str | None = None
    for row in rows:
        key = row.key
        if last is not None and key <= last:
            msg = f"The listing is out of order at {key!r}."
            raise ListingOrderError(msg)
        last = key
        yield row
