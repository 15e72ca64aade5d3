"""What a run needs that takes up the failed objects of an earlier one: each looked at on both sides now."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import batched
from typing import Final

from ferry.errors import ConfigurationError, ObjectNotFoundError, PermanentError
from ferry.finder.changes import LOOK_CONCURRENCY, Finding, LeftOut
from ferry.finder.compare import Decision, compare_marker
from ferry.jobs import ExtraReplica, JobObject
from ferry.keys import KeyMapping, KeyRange, check_key, sort_key
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.models import Failure

_HELD: Final = 50_000
"""Failures held at once; with more of them, their rows are read again for every so many."""
_BATCH: Final = 512


def find_failed(
    source: SourceStore,
    replica: ReplicaStore,
    mapping: KeyMapping,
    key_range: KeyRange,
    *,
    failures: Callable[[], Iterable[Failure]],
    filters: Filters = NO_FILTERS,
) -> Iterator[Finding]:
    """Look at the failed objects of a key range again.

    Args:
        source: The bucket to copy from.
        replica: The bucket to copy to.
        mapping: Which keys, and where they land.
        key_range: Which source keys to look at.
        failures: Reads them from their beginning at every call, in any order.
        filters: Which objects are meant.

    Yields:
        One finding per object that needs a job or is current by now, ascending by key; none for those that
        are gone from the source or that the task does not mean any more. One whose replica could not be
        deleted is extra while it has no source.

    Raises:
        FerryError: A look failed for now, or nothing can work until somebody changes a setting.
    """
    with ThreadPoolExecutor(LOOK_CONCURRENCY, thread_name_prefix="look") as pool:
        for batch in batched(_ascending(failures, mapping, key_range), _BATCH, strict=False):
            found = pool.map(partial(_look, source, replica, mapping, filters), batch)
            yield from (finding for finding in found if finding is not None)


def _ascending(
    failures: Callable[[], Iterable[Failure]], mapping: KeyMapping, key_range: KeyRange
) -> Iterator[Failure]:
    rest = key_range
    while True:
        inside = (failure for failure in failures() if failure.key in rest and mapping.covers(failure.key))
        held = heapq.nsmallest(_HELD, inside, key=lambda failure: sort_key(failure.key))
        yield from held
        if len(held) < _HELD:
            return
        rest = KeyRange(held[-1].key, key_range.until)


def _look(
    source: SourceStore, replica: ReplicaStore, mapping: KeyMapping, filters: Filters, failure: Failure
) -> Finding | None:
    key, replica_key = failure.key, mapping.to_replica(failure.key)
    hopeless = Finding(key, 0, JobObject(key=key, size=0, etag=""))
    try:
        check_key(key, replica_key)
        there = replica.head(replica_key)
        described = source.head(key)
    except ObjectNotFoundError:
        if failure.action == "copy" or there is None:
            return None
        extra = ExtraReplica(key=key, size=there.size, replica_etag=there.etag)
        return Finding(key, there.size, None, extra)
    except ConfigurationError:
        raise
    except PermanentError:
        # Its job says again what is wrong with it.
        return hopeless
    if not filters.take(described):
        return Finding(key, described.size, None, left_out=LeftOut.EXCLUDED)
    if compare_marker(described.etag, there.marker if there else None) is Decision.CURRENT:
        return Finding(key, described.size, None)
    return Finding(
        key,
        described.size,
        JobObject(
            key=key,
            size=described.size,
            etag=described.etag,
            replica_etag=there.etag if there else None,
        ),
    )
