"""Two listings walked side by side in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from ferry.errors import FerryError
from ferry.keys import KeyMapping, sort_key
from ferry.objects import ListedObject


class ListingOrderError(FerryError):
    """A listing went backwards, so a merge of it would miss objects."""


@dataclass(frozen=True, slots=True)
class Pair:
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
    left = _ascending((row.key, row) for row in sources)
    right = _ascending((mapping.to_source(row.key), row) for row in replicas)
    source = next(left, None)
    replica = next(right, None)
    while source or replica:
        if replica is None or (source is not None and sort_key(source[0]) < sort_key(replica[0])):
            assert source is not None
            yield Pair(source[0], source[1], None)
            source = next(left, None)
        elif source is None or sort_key(replica[0]) < sort_key(source[0]):
            yield Pair(replica[0], None, replica[1])
            replica = next(right, None)
        else:
            yield Pair(source[0], source[1], replica[1])
            source, replica = next(left, None), next(right, None)


def _ascending(rows: Iterator[tuple[str, ListedObject]]) -> Iterator[tuple[str, ListedObject]]:
    last: bytes | None = None
    for key, row in rows:
        order = sort_key(key)
        if last is not None and order <= last:
            msg = f"The listing is out of order at {key!r}."
            raise ListingOrderError(msg)
        last = order
        yield key, row
