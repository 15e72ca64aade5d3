"""Replicating in one process: the finder, a bounded queue and the transfer, without any deployment.

Finders run in threads and hand what they find to one event loop, which copies. A finder waits when the copies
fall behind, so memory depends on neither the number nor the sizes of the objects.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from typing import Final

from ferry.errors import FerryError
from ferry.extra_spool import ExtraSpool
from ferry.finder.changes import Finding, LeftOut, find_changes
from ferry.finder.extras import extra_rule
from ferry.finder.shards import plan_ranges
from ferry.handover import Handover
from ferry.jobs import JobObject
from ferry.keys import KeyRange
from ferry.multipart.upload import LargeObjectCopier
from ferry.multipart.whole import copy_whole
from ferry.objects import Notice
from ferry.outcome import Outcome, Result
from ferry.preflight import check_access
from ferry.tasks.deletes import Deletes
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.models import CompareMode
from ferry.transfer.deleter import Deleter, backup_folder
from ferry.transfer.engine import GREW, TransferEngine

FINDERS: Final = 4
_SHARDS_PER_FINDER: Final = 4
_BATCH: Final = 500
_BATCHES_AHEAD: Final = 100
_LARGE_AT_ONCE: Final = 4
_LARGE_AHEAD: Final = 10_000
_ATTEMPTS: Final = 3
_FOREVER: Final = float("inf")


@dataclass(slots=True)
class Tally:
    """How far a replication got. Only its event loop writes to it; anybody may read.

    Attributes:
        found: Source objects looked at so far.
        planned: Of them, those that need copying.
        planned_size: Their bytes.
        is_listed: Whether every source object was looked at, so that the plan is final.
        copied: Objects copied, in a dry run those that would be.
        current: Objects whose replica already was what the source is.
        excluded: Objects that the filters leave out; not among those found.
        archived: Objects that need copying, but are archived and left out for that.
        gone: Objects deleted from the source after they were listed.
        failed: Objects that could not be copied, or whose replicas could not be deleted.
        replicas: Replicas looked at.
        extra: Of them, those without a source, that are to be deleted.
        deleted: Replicas deleted, in a dry run those that would be.
        deletes_refused: Why none was deleted, a sentence that says what to do.
        unverified: Objects copied whose source gave no checksum of their content.
        metadata_dropped: Objects copied whose user metadata did not fit.
        size: Bytes copied, in a dry run those that would be.
        closed: Planned objects that have ended, whichever way.
        moved_size: Bytes that S3 has taken, parts of unfinished objects included.
    """

    found: int = 0
    planned: int = 0
    planned_size: int = 0
    is_listed: bool = False
    copied: int = 0
    current: int = 0
    gone: int = 0
    failed: int = 0
    unverified: int = 0
    metadata_dropped: int = 0
    replicas: int = 0
    extra: int = 0
    deleted: int = 0
    deletes_refused: str | None = None
    excluded: int = 0
    archived: int = 0
    size: int = 0
    closed: int = 0
    moved_size: int = 0

    @property
    def objects(self) -> int:
        """Objects considered; those gone from the source do not count."""
        return self.copied + self.current + self.failed


class Replication:
    """One pass from a source to a replica.

    Args:
        engine: Copies what is not large; it also says which buckets, keys and places.
        copier: Copies large objects.
        mode: How to recognise a current replica.
        filters: Which objects are meant.
        large_object_threshold: Bytes from which an object is large.
        dry_run: Only count what would be copied and deleted.
        deletes: Which replicas without a source are deleted; None for none.
        on_report: Told every object that could not be copied, or was copied with a notice.
    """

    def __init__(  # noqa: PLR0913 - what one pass may be told
        self,
        engine: TransferEngine,
        copier: LargeObjectCopier,
        *,
        mode: CompareMode,
        large_object_threshold: int,
        dry_run: bool = False,
        deletes: Deletes | None = None,
        filters: Filters = NO_FILTERS,
        on_report: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self.tally = Tally()
        self._engine = engine
        self._copier = copier
        self._mode = mode
        self._large_object_threshold = large_object_threshold
        self._dry_run = dry_run
        self._deletes = deletes
        self._filters = filters
        self._extras = ExtraSpool()
        self._on_report = on_report

    async def run(self) -> Tally:
        """Check both sides, copy everything that needs it, then delete what has no source.

        Nothing is deleted unless both listings have come to their ends.

        When this raises or is cancelled, no upload is left unfinished.

        Raises:
            ConfigurationError: Nothing can work until somebody changes a setting.
            FerryError: A listing failed.
        """
        loop = asyncio.get_running_loop()
        # Not the loop's own pool: leaving the loop would wait for a listing that nobody needs any more.
        pool = ThreadPoolExecutor(FINDERS, thread_name_prefix="find")
        found = Handover[tuple[Finding, ...]](loop, ahead=_BATCHES_AHEAD, on_arrival=self._count)
        try:
            await _to_its_end(loop.run_in_executor(pool, self._check))
            ranges = await loop.run_in_executor(pool, self._plan)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._find_all(pool, ranges, found))
                group.create_task(self._copy_all(found))
            await self._delete_extras(pool)
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        finally:
            found.close()
            self._extras.close()
            pool.shutdown(wait=False, cancel_futures=True)
        return self.tally

    def _check(self) -> None:
        engine = self._engine
        deletes = None if self._dry_run else self._deletes
        check_access(engine.source, engine.replica, engine.mapping, writes=not self._dry_run, deletes=deletes)

    def _plan(self) -> list[KeyRange]:
        prefixes = self._engine.mapping.listing_prefixes
        wanted = FINDERS * _SHARDS_PER_FINDER
        return plan_ranges(self._engine.source, prefixes, KeyRange(), wanted=wanted)

    async def _find_all(
        self, pool: ThreadPoolExecutor, ranges: list[KeyRange], found: Handover[tuple[Finding, ...]]
    ) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, self._find, piece, found) for piece in ranges))
        self.tally.is_listed = True
        found.finish()

    def _find(self, key_range: KeyRange, found: Handover[tuple[Finding, ...]]) -> None:
        engine = self._engine
        findings = find_changes(
            engine.source,
            engine.replica,
            engine.mapping,
            key_range,
            mode=self._mode,
            filters=self._filters,
            skips_archived=engine.archived == "skip",
            is_extra=extra_rule(self._deletes, engine.mapping),
        )
        for batch in batched(findings, _BATCH, strict=False):
            if not found.put(batch):
                return

    async def _copy_all(self, found: Handover[tuple[Finding, ...]]) -> None:
        small = asyncio.Queue[JobObject](self._engine.limits.in_flight)
        # Many, so that small objects are not held up behind a row of large ones.
        large = asyncio.Queue[JobObject](_LARGE_AHEAD)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._engine.limits.in_flight):
                group.create_task(self._work(small, self._copy_small))
            for _ in range(_LARGE_AT_ONCE):
                group.create_task(self._work(large, self._copy_large))
            async for batch in found:
                for item in (finding.copy for finding in batch):
                    if item is not None and not self._dry_run:
                        await (large if item.size >= self._large_object_threshold else small).put(item)
            small.shutdown()
            large.shutdown()

    def _count(self, batch: tuple[Finding, ...]) -> None:
        tally = self.tally
        copies = [finding.copy for finding in batch if finding.copy is not None]
        extras = [finding.extra for finding in batch if finding.extra is not None]
        chosen = sum(finding.is_chosen for finding in batch)
        size = sum(item.size for item in copies)
        tally.found += chosen
        tally.current += chosen - len(copies)
        tally.excluded += sum(finding.left_out is LeftOut.EXCLUDED for finding in batch)
        tally.archived += sum(finding.left_out is LeftOut.ARCHIVED for finding in batch)
        tally.replicas += sum(finding.has_replica for finding in batch)
        tally.extra += len(extras)
        self._extras.add(extras)
        tally.planned += len(copies)
        tally.planned_size += size
        if self._dry_run:
            tally.copied += len(copies)
            tally.size += size

    async def _delete_extras(self, pool: ThreadPoolExecutor) -> None:
        tally, deletes = self.tally, self._deletes
        if deletes is None or not tally.extra:
            return
        tally.deletes_refused = deletes.refusal(extra=tally.extra, replicas=tally.replicas)
        if tally.deletes_refused is not None:
            return
        if self._dry_run:
            tally.deleted = tally.extra
            return
        engine, loop = self._engine, asyncio.get_running_loop()
        folder = backup_folder(deletes, engine.policy.run_id)
        deleter = Deleter(engine.source, engine.replica, engine.mapping, folder, engine.retry)
        for batch in batched(self._extras, _BATCH, strict=False):
            for outcome in await loop.run_in_executor(pool, deleter.delete_all, batch):
                self._close(outcome)

    async def _work(
        self, items: asyncio.Queue[JobObject], copy: Callable[[JobObject], Awaitable[Outcome]]
    ) -> None:
        with contextlib.suppress(asyncio.QueueShutDown):
            while True:
                self._close(await copy(await items.get()))

    def _close(self, outcome: Outcome) -> None:
        tally = self.tally
        tally.closed += 1
        match outcome.result:
            case Result.COPIED:
                tally.copied += 1
                tally.size += outcome.size
                tally.unverified += Notice.UNVERIFIED in outcome.notices
                tally.metadata_dropped += Notice.METADATA_DROPPED in outcome.notices
                if outcome.notices:
                    self._on_report(outcome)
            case Result.CURRENT:
                tally.current += 1
            case Result.GONE:
                tally.gone += 1
            case Result.DELETED:
                tally.deleted += 1
            case Result.EXCLUDED:
                tally.excluded += 1
            case Result.ARCHIVED:
                tally.archived += 1
            case Result.FAILED:
                tally.failed += 1
                self._on_report(outcome)

    async def _copy_small(self, item: JobObject) -> Outcome:
        for attempt in range(1, _ATTEMPTS + 1):
            outcome = await self._engine.copy(item, look_first=attempt > 1, deadline=_FOREVER)
            if not outcome.is_transient:
                break
        if outcome.reason == GREW:
            return await self._copy_large(item)
        self.tally.moved_size += outcome.size
        return outcome

    async def _copy_large(self, item: JobObject) -> Outcome:
        return await copy_whole(self._copier, item.key, on_moved=self._move)

    def _move(self, size: int) -> None:
        self.tally.moved_size += size


async def _to_its_end(work: asyncio.Future[None]) -> None:
    """Await a thread's work, when cancelled too: only it can take back what it did to try things out."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        with contextlib.suppress(FerryError):
            await work
        raise


def _first(errors: BaseExceptionGroup) -> BaseException:
    """Return the first error that is not a group itself."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
