"""Listing only what was chosen: the objects under several prefixes as one ascending stream."""

from collections.abc import Iterable, Iterator

from ferry.keys import KeyRange
from ferry.objects import ListedObject
from ferry.stores.protocols import ObjectListing


def list_under(bucket: ObjectListing, prefixes: Iterable[str], key_range: KeyRange) -> Iterator[ListedObject]:
    """Yield the objects under any of these prefixes within a key range; nothing else is asked for.

    Args:
        bucket: The bucket to list.
        prefixes: Ascending, none within another.
        key_range: Which keys.

    Raises:
        FerryError: A listing failed; it never ends early.
    """
    for prefix in prefixes:
        if key_range.meets(prefix):
            yield from bucket.list_objects(prefix, key_range)
