"""What a task would copy, from a look at its source that ends in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ferry.archives import ARCHIVE_CLASSES
from ferry.costs import Cost, cost_of_copying
from ferry.keys import KeyMapping, KeyRange
from ferry.listings import list_under
from ferry.objects import ListedObject
from ferry.stores.protocols import ObjectListing
from ferry.tasks.filters import NO_FILTERS
from ferry.tasks.models import TaskSettings

LOOK_SECONDS: Final = 15.0
"""A call of the API has to be answered within half a minute."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a task that has copied nothing yet would copy.

    Attributes:
        size: Bytes.
        is_complete: Whether everything was looked at; otherwise there is more.
        seconds: How long looking took.
    """

    objects: int
    size: int
    is_complete: bool
    seconds: float
    cost: Cost


def estimate(
    settings: TaskSettings,
    source: ObjectListing,
    *,
    large_object_threshold: int,
    clock: Callable[[], float] = time.monotonic,
) -> Estimate:
    """List the source of a task for as long as there is time, and add up what is to be copied.

    Args:
        settings: The task.
        source: Its source.
        large_object_threshold: Bytes from which an object is copied in parts.
        clock: Returns seconds that only grow.

    Raises:
        ConfigurationError: The source cannot be used.
        TransientError: It is too busy to answer.
    """
    began = clock()
    mapping = settings.mapping
    listed = objects = size = large_objects = large_size = 0
    is_complete = True
    for found in list_under(source, mapping.listing_prefixes, KeyRange()):
        listed += 1
        if _would_be_copied(settings, mapping, found):
            objects += 1
            size += found.size
            if found.size >= large_object_threshold:
                large_objects += 1
                large_size += found.size
        if listed % 1000 == 0 and clock() - began > LOOK_SECONDS:
            is_complete = False
            break
    cost = cost_of_copying(
        listed=listed, objects=objects, size=size, large_size=large_size, large_objects=large_objects
    )
    return Estimate(objects, size, is_complete, clock() - began, cost)


def _would_be_copied(settings: TaskSettings, mapping: KeyMapping, found: ListedObject) -> bool:
    """Tell whether a run without any replicas would copy an object; of a link only the link is looked at."""
    filters = settings.filters or NO_FILTERS
    if not found.size and not mapping.to_replica(found.key):
        return False
    if settings.archived == "skip" and found.storage_class in ARCHIVE_CLASSES:
        return False
    return mapping.covers(found.key) and filters.take(found)
