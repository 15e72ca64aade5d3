"""What a key range needs: every source object as changed or current, in key order."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum
from functools import partial
from itertools import batched
from typing import Final, NamedTuple, Self

from ferry.archives import ARCHIVE_CLASSES
from ferry.errors import ConfigurationError, PermanentError
from ferry.finder.compare import Decision, compare_marker, compare_rows
from ferry.finder.merge import Pair, merge_listings
from ferry.jobs import ExtraReplica, JobObject
from ferry.keys import KeyMapping, KeyRange
from ferry.listings import list_under
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.models import CompareMode

LOOK_CONCURRENCY: Final = 32
_BATCH: Final = 512


class LeftOut(Enum):
    """Why an object is neither copied nor missed."""

    EXCLUDED = "excluded"
    """A filter of the task leaves it out."""
    ARCHIVED = "archived"
    """It needs copying, but is archived."""


class Finding(NamedTuple):
    """One source object: ``copy`` says what to copy, None when the replica is current.

    Or one replica without a source, when ``extra`` describes it; or one object that the task leaves out, when
    ``left_out`` says why. ``storage_class`` is that of an object to copy.
    """

    key: str
    size: int
    copy: JobObject | None
    extra: ExtraReplica | None = None
    left_out: LeftOut | None = None
    storage_class: str = ""

    def unless_archived(self) -> Self:
        """Return it as one that is left out, if it is about an archived object to copy."""
        if self.copy is None or self.storage_class not in ARCHIVE_CLASSES:
            return self
        return self._replace(copy=None, left_out=LeftOut.ARCHIVED)

    @property
    def is_chosen(self) -> bool:
        """Whether it is a source object that the task means."""
        return self.extra is None and self.left_out is None

    @property
    def has_replica(self) -> bool:
        """Whether it is about a replica that was listed and may be the task's."""
        is_known = self.copy is None or self.copy.replica_etag is not None
        return is_known and self.left_out is None


def find_changes(  # noqa: PLR0913 - both sides, and what a task says about its objects
    source: SourceStore,
    replica: ReplicaStore,
    mapping: KeyMapping,
    key_range: KeyRange,
    *,
    mode: CompareMode,
    filters: Filters = NO_FILTERS,
    skips_archived: bool = False,
    is_extra: Callable[[str], bool] = lambda _: False,
) -> Iterator[Finding]:
    """Compare both sides of a key range.

    Args:
        source: The bucket to copy from.
        replica: The bucket to copy to.
        mapping: Which keys, and where they land.
        key_range: Which source keys to look at.
        mode: How to recognise a current replica.
        filters: Which objects are meant.
        skips_archived: Whether objects of an archive class are left out unless their replica is current.
        is_extra: Tells of the key of a replica without a source whether it is to be reported.

    Yields:
        One finding per source object under the prefixes and extra replica, ascending by key. The empty object
        that stands for a source "folder" whose replica's key would be empty is not reported.

    Raises:
        FerryError: A listing or a look at a replica failed; what was yielded before is right.
    """
    pairs = merge_listings(
        list_under(source, mapping.listing_prefixes, key_range),
        list_under(replica, mapping.replica_listing_prefixes, _replica_range(mapping, key_range)),
        mapping,
    )
    takes_all = mapping.takes_all and not filters.looks_at_objects
    with ThreadPoolExecutor(LOOK_CONCURRENCY, thread_name_prefix="look") as pool:
        look = partial(_look, source, replica, mapping, mode, filters)

        def decide(pair: Pair) -> Finding | Future[Finding] | None:
            """Decide about one key, elsewhere if the listings cannot tell; None for nothing to report."""
            key, row, replica_row = pair
            if row is None:
                return _extra(pair) if is_extra(mapping.to_replica(key)) else None
            size = row.size
            if not size and not mapping.to_replica(key):
                return None
            if not takes_all and not (mapping.covers(key) and filters.take(row)):
                return Finding(key, size, None, left_out=LeftOut.EXCLUDED)
            if row.is_symlink:
                return pool.submit(look, pair)
            decision = compare_rows(row, replica_row, mode)
            if decision is Decision.CURRENT:
                return Finding(key, size, None)
            if decision is Decision.LOOK:
                return pool.submit(look, pair)
            return Finding(key, size, _to_copy(pair, size, row.etag), None, None, row.storage_class)

        for batch in batched(pairs, _BATCH, strict=False):
            for decision in [decide(pair) for pair in batch]:
                if decision is None:
                    continue
                finding = decision.result() if isinstance(decision, Future) else decision
                yield finding.unless_archived() if skips_archived else finding


def _extra(pair: Pair) -> Finding:
    row = pair.replica
    assert row is not None
    return Finding(pair.key, row.size, None, ExtraReplica(key=pair.key, size=row.size, replica_etag=row.etag))


def _replica_range(mapping: KeyMapping, key_range: KeyRange) -> KeyRange:
    after = mapping.to_replica(key_range.after) if key_range.after else ""
    until = mapping.to_replica(key_range.until) if key_range.until is not None else None
    return KeyRange(after, until)


def _look(
    source: SourceStore,
    replica: ReplicaStore,
    mapping: KeyMapping,
    mode: CompareMode,
    filters: Filters,
    pair: Pair,
) -> Finding:
    row = pair.source
    assert row is not None
    size, etag, storage_class = row.size, row.etag, row.storage_class
    if row.is_symlink:
        try:
            target = source.head(row.key)
        except PermanentError as error:
            _raise_unless_refused(error)
            # A dangling link, one to another link, one that is refused: the copy reports it with its reason.
            return Finding(row.key, size, _to_copy(pair, size, etag))
        if not filters.take(target):
            return Finding(row.key, target.size, None, left_out=LeftOut.EXCLUDED)
        size, etag, storage_class = target.size, target.etag, target.storage_class
    to_copy = Finding(row.key, size, _to_copy(pair, size, etag), storage_class=storage_class)
    if compare_rows(row, pair.replica, mode) is Decision.COPY:
        return to_copy
    try:
        found = replica.head(mapping.to_replica(row.key))
    except ConfigurationError as error:
        _raise_unless_refused(error)
        return to_copy
    if compare_marker(etag, found.marker if found else None) is Decision.CURRENT:
        return Finding(row.key, size, None)
    return to_copy


def _raise_unless_refused(error: PermanentError) -> None:
    """Let go of a refusal: whether it is about this object or about all of them shows when it is copied."""
    if isinstance(error, ConfigurationError) and error.reason != "AccessDenied":
        raise error


def _to_copy(pair: Pair, size: int, etag: str) -> JobObject:
    return JobObject(pair.key, size, etag, None if pair.replica is None else pair.replica.etag)
