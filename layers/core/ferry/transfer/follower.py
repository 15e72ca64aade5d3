"""Making replicas match sources that notifications tell about, by what both sides are at this moment."""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

from ferry.archives import ARCHIVE_CLASSES, refused_as_archived
from ferry.companions import read_companions
from ferry.errors import (
    ArchivedError,
    ConfigurationError,
    ConflictError,
    FerryError,
    LimitReachedError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    TransientError,
)
from ferry.jobs import ChangedObject, ExtraReplica, JobObject
from ferry.keys import check_key
from ferry.objects import Replica, SourceObject
from ferry.outcome import Outcome, Result
from ferry.replica_policy import properties_digest
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.leases import Lease, Leases
from ferry.transfer.deleter import Deleter
from ferry.transfer.engine import GREW, TransferEngine

APPEND_PAUSE: Final = timedelta(seconds=5)
"""How long an object that is appended to is left alone after it was copied."""
_LEASE_MARGIN_SECONDS: Final = 30.0
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Large:
    """An object that a workflow has to copy.

    Attributes:
        source: As it is now.
        replica_etag: The replica's, None when there is none.
    """

    source: SourceObject
    replica_etag: str | None


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of one changed object; exactly one of the last three is set.

    Attributes:
        ended_at: When.
        outcome: How it ended.
        large: What a workflow has to copy; the object has not ended.
        later_seconds: When to look at it again; the object has not ended.
    """

    change: ChangedObject
    ended_at: datetime
    outcome: Outcome | None = None
    large: Large | None = None
    later_seconds: float | None = None


type _End = Outcome | Large | float


@dataclass(frozen=True)
class Follower:
    """Follows the notifications of one task.

    Attributes:
        engine: Copies; its limit of one PUT is where large objects begin.
        deleter: Deletes.
        leases: Keep functions from doing the same at once.
        task_id: The task.
        deletes: Whether a replica goes when its source does.
        filters: Which objects are meant.
    """

    engine: TransferEngine
    deleter: Deleter
    leases: Leases
    task_id: str
    deletes: bool
    filters: Filters = NO_FILTERS

    async def follow_all(self, changes: Iterable[ChangedObject], *, seconds: float) -> list[Followed]:
        """Look at objects side by side, and copy or delete what is behind.

        Args:
            changes: What notifications are about.
            seconds: Time for all of them; what is not done by then has failed for now.

        Returns:
            One per object, in the given order; a failure is an outcome, not an error.
        """
        deadline = self.engine.retry.clock() + seconds
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._follow(change, deadline)) for change in changes]
        return [task.result() for task in tasks]

    async def look_all(self, changes: Iterable[ChangedObject]) -> list[Outcome]:
        """Tell how objects ended that nobody will look at again: current, gone, or failed."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._final_look(change)) for change in changes]
        return [task.result() for task in tasks]

    async def _follow(self, change: ChangedObject, deadline: float) -> Followed:
        try:
            async with asyncio.timeout(max(0.0, deadline - self.engine.retry.clock())):
                end = await self._end_of(change, deadline)
        except TimeoutError:
            error = self.engine.out_of_time()
            if isinstance(error, LimitReachedError):
                end = error.wait_seconds
            else:
                end = Outcome.failed(change.key, error, is_transient=True)
        now = datetime.now(UTC)
        match end:
            case Outcome():
                return Followed(change, now, outcome=end)
            case Large():
                return Followed(change, now, large=end)
            case seconds:
                return Followed(change, now, later_seconds=seconds)

    async def _end_of(self, change: ChangedObject, deadline: float) -> _End:
        key = change.key
        try:
            end = await self._converge(change, deadline)
            decoded = unquote(key)
            is_gone = isinstance(end, Outcome) and end.result is Result.GONE
            if is_gone and decoded != key and self.engine.mapping.covers(decoded):
                # Keys are not encoded in notifications as far as anybody has seen, but no document says so.
                end = await self._converge(change.model_copy(update={"key": decoded}), deadline)
        except PermanentError as error:
            judged = await self._judged(key, error)
            # Whatever is wrong with a setting, it is mended by somebody, perhaps before the last delivery.
            return Outcome.failed(key, judged, is_transient=isinstance(judged, ConfigurationError))
        except (TransientError, ConflictError, SourceChangedError) as error:
            return Outcome.failed(key, error, is_transient=True)
        except LimitReachedError as error:
            return error.wait_seconds
        return end

    async def _converge(self, change: ChangedObject, deadline: float) -> _End:
        mapping = self.engine.mapping
        if not mapping.is_under_prefix(change.key):
            # Where it would land, another object's replica may be.
            msg = "The key does not begin with the task's prefix, or with one of them."
            raise PermanentError(msg, reason="OutsidePrefix")
        if not mapping.covers(change.key):
            return Outcome(change.key, Result.EXCLUDED)
        check_key(change.key, mapping.to_replica(change.key))
        end, _ = await self._look(change)
        if end is not None:
            return end
        lease = await self._take(change.key, deadline)
        if lease is None:
            return Outcome(change.key, Result.CURRENT)
        try:
            return await self._act(change, lease, deadline)
        except BaseException:
            await asyncio.to_thread(self.leases.drop, lease)
            raise

    async def _judged(self, key: str, error: PermanentError) -> FerryError:
        return await self.engine.judge(key, error) if isinstance(error, ConfigurationError) else error

    async def _take(self, key: str, deadline: float) -> Lease | None:
        """Take the key's lease; one that comes when nobody waits for it any more is given back."""
        seconds = deadline - self.engine.retry.clock() + _LEASE_MARGIN_SECONDS
        now = datetime.now(UTC)
        taking = asyncio.ensure_future(
            asyncio.to_thread(self.leases.take, self.task_id, key, now, seconds=seconds)
        )
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            with contextlib.suppress(TransientError):
                if (lease := await taking) is not None:
                    await asyncio.to_thread(self.leases.drop, lease)
            raise

    async def _act(self, change: ChangedObject, lease: Lease, deadline: float) -> _End:
        """Look and act until nobody has told about the object meanwhile."""
        done: Outcome | None = None
        for _ in range(_ROUNDS):
            try:
                end = await self._act_once(change, deadline)
            except ArchivedError as error:
                end = await refused_as_archived(self.engine.source, change.key, self.engine.archived, error)
            except PermanentError as error:
                judged = await self._judged(change.key, error)
                if isinstance(judged, ConfigurationError):
                    raise
                # Somebody may have noted a change that does not fail.
                end = Outcome.failed(change.key, judged)
            if isinstance(end, Outcome) and end.result in {Result.COPIED, Result.DELETED}:
                done = end
            if await asyncio.to_thread(self.leases.give_back, lease):
                is_fine = isinstance(end, Outcome) and end.result is not Result.FAILED
                return done if done is not None and is_fine else end
        msg = "The object changes faster than it can be copied."
        raise TransientError(msg, reason="KeepsChanging")

    async def _act_once(self, change: ChangedObject, deadline: float) -> _End:
        error: FerryError
        for _ in range(_ROUNDS):
            end, replica = await self._look(change)
            if end is not None:
                return end
            try:
                return await self._copy(change.key, replica, deadline)
            except (ConflictError, SourceChangedError) as caught:
                error = caught
            except _GoneError:
                return await self._delete(change.key, replica)
        raise error

    async def _look(self, change: ChangedObject) -> tuple[_End | None, Replica | None]:
        """Compare both sides: how the object ends without any change, or None and the replica to change."""
        key = change.key
        replica = await asyncio.to_thread(self.engine.replica.head, self.engine.mapping.to_replica(key))
        if replica is None and not self._looks_first:
            return None, None
        try:
            source = await asyncio.to_thread(self.engine.source.head, key)
            if not self.filters.take(source):
                return Outcome(key, Result.EXCLUDED), replica
            is_left_out = self._skips_archived and source.storage_class in ARCHIVE_CLASSES
            if replica is None:
                return (Outcome(key, Result.ARCHIVED) if is_left_out else None), None
            companions = await read_companions(self.engine.source, source, wants_acl=False)
        except ObjectNotFoundError:
            return (None if self.deletes else Outcome(key, Result.GONE)), replica
        digest = properties_digest(source, companions.tags)
        if replica.marker is not None and replica.marker.is_exactly(source, digest):
            return Outcome(key, Result.CURRENT), replica
        if is_left_out:
            return Outcome(key, Result.ARCHIVED), replica
        pause = replica.written_at + APPEND_PAUSE - datetime.now(UTC)
        if change.appended and pause > timedelta() and replica.marker is not None:
            return max(1.0, pause.total_seconds()), replica
        return None, replica

    @property
    def _skips_archived(self) -> bool:
        return self.engine.archived == "skip"

    @property
    def _looks_first(self) -> bool:
        """Whether the source decides if it is copied at all."""
        return self.filters.looks_at_objects or self._skips_archived

    async def _copy(self, key: str, replica: Replica | None, deadline: float) -> _End:
        expected = replica.etag if replica is not None else None
        # The size is not known yet; what is held in memory is counted as the most that may be.
        item = JobObject(key=key, size=self.engine.limits.whole_size, etag="", replica_etag=expected)
        try:
            try:
                return await self.engine.attempt(item, deadline=deadline)
            except PermanentError as error:
                if error.reason != GREW:
                    raise
            return Large(await asyncio.to_thread(self.engine.source.head, key), expected)
        except ObjectNotFoundError as error:
            if replica is None:
                return Outcome(key, Result.GONE)
            raise _GoneError from error

    async def _delete(self, key: str, replica: Replica | None) -> Outcome:
        if replica is None:
            return Outcome(key, Result.GONE)
        extra = ExtraReplica(key=key, size=replica.size, replica_etag=replica.etag)
        return await asyncio.to_thread(self._deleter_of(replica).delete, extra)

    def _deleter_of(self, replica: Replica) -> Deleter:
        """Return what deletes a replica; a key may go more than once a day, so backups lie by their etags."""
        if self.deleter.backup_prefix is None:
            return self.deleter
        return replace(self.deleter, backup_prefix=f"{self.deleter.backup_prefix}{replica.etag}/")

    async def _final_look(self, change: ChangedObject) -> Outcome:
        if not self.engine.mapping.covers(change.key):
            return Outcome(change.key, Result.EXCLUDED)
        try:
            end, replica = await self._look(change)
            if isinstance(end, Outcome):
                return end
            if replica is None:
                await asyncio.to_thread(self.engine.source.head, change.key)
        except ObjectNotFoundError:
            return Outcome(change.key, Result.GONE)
        except FerryError as error:
            return Outcome.failed(change.key, error)
        msg = "No delivery of its job came to an end; the function may have run out of memory or time."
        return Outcome.failed(change.key, PermanentError(msg, reason="Undelivered"))


class _GoneError(Exception):
    """The source is gone, and its replica is there."""
