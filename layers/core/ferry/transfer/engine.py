"""Copying small and medium objects: one GET, verified, one conditional PUT, many in flight."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Final

from ferry.archives import Archived, refused_as_archived
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
    ThrottledError,
    TransientError,
)
from ferry.jobs import JobObject
from ferry.keys import KeyMapping, check_key
from ferry.outcome import Outcome, Result
from ferry.pacing.governor import HORIZON_SECONDS, Governor, Turn
from ferry.pacing.throttle import UNLIMITED
from ferry.refusals import Refusals
from ferry.replica_policy import ReplicaPolicy
from ferry.retry import RetryPolicy
from ferry.stores.protocols import ReplicaStore, SourceBody, SourceStore
from ferry.transfer.budget import ByteBudget
from ferry.transfer.stream import verified_chunks, verified_content
from ferry.transfer.verify import can_verify

MIB = 1024**2
MAX_PUT_SIZE = 5 * 1024**3
GREW: Final = "GrewDuringCopy"
"""The reason of an object that was small when it was listed and no longer fits into one PUT."""
_DECISIONS = 5


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """What one process may use.

    Attributes:
        in_flight: Objects being copied at once.
        held_bytes: Bytes of object content in memory at once.
        whole_size: Up to this many bytes an object is held whole and checked before its PUT begins.
        stream_bytes: Bytes that a larger object, which streams, is counted with.
        put_size: The most bytes of an object that travel in one PUT; what has outgrown it fails as ``GREW``.
    """

    in_flight: int = 64
    held_bytes: int = 128 * MIB
    whole_size: int = 1 * MIB
    stream_bytes: int = 2 * MIB + MIB // 2
    put_size: int = MAX_PUT_SIZE


@dataclass(eq=False)
class TransferEngine:
    """Makes replicas match their sources, each object by itself.

    Every write is conditional on the replica being the one that was seen. When it is not, both sides are
    looked at again, so duplicate and reordered jobs never take a replica back to an older version.

    Attributes:
        archived: What becomes of a source that has to be restored before it can be read.
        governor: Lets copies begin.
        budget: Content in memory, which engines may share; one of its own unless given.
    """

    source: SourceStore
    replica: ReplicaStore
    mapping: KeyMapping
    policy: ReplicaPolicy
    limits: TransferLimits = field(default_factory=TransferLimits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    archived: Archived = "fail"
    governor: Governor = field(default_factory=Governor)
    budget: ByteBudget | None = None

    def __post_init__(self) -> None:
        self._refusals = Refusals(self.source, self.replica, self.mapping, self.retry.clock)
        self._slots = asyncio.Semaphore(self.limits.in_flight)
        self._budget = self.budget or ByteBudget(self.limits.held_bytes)

    async def copy_all(
        self, objects: Iterable[JobObject], *, look_first: bool = False, seconds: float = 600.0
    ) -> list[Outcome]:
        """Copy objects side by side.

        Args:
            objects: What to copy, with what the listings said.
            look_first: Look at each replica before reading its source, since an earlier delivery of the
                same job may have written it.
            seconds: Time for all of them; what is not done by then has failed for now.

        Returns:
            One outcome per object, in the given order; a failure is an outcome, not an error.

        Raises:
            ConfigurationError: Nothing can work until a setting is changed. Copies in flight are cancelled.
        """
        deadline = self.retry.clock() + seconds
        items = list(objects)
        outcomes: dict[int, Outcome] = {}
        left = iter(enumerate(items))

        async def work() -> None:
            for place, item in left:
                async with self._slots:
                    if self.retry.clock() >= deadline:
                        return
                    outcomes[place] = await self._copy(item, look_first=look_first, deadline=deadline)

        try:
            async with asyncio.timeout(max(0.0, seconds)), asyncio.TaskGroup() as group:
                for _ in range(min(self.limits.in_flight, len(items))):
                    group.create_task(work())
        except TimeoutError:
            # What is not done by now has failed for now.
            pass
        except ExceptionGroup as failed:
            configuration, _ = failed.split(ConfigurationError)
            raise (configuration or failed).exceptions[0] from None
        return [outcomes.get(place) or self._out_of_time(item.key) for place, item in enumerate(items)]

    async def look_all(self, objects: Iterable[JobObject]) -> list[Outcome]:
        """Tell how objects ended that nobody will try to copy again.

        Returns:
            One outcome per object, in the given order: done where the replica is what the source is, else
            failed.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._final_look(item)) for item in objects]
        return [task.result() for task in tasks]

    async def copy(self, item: JobObject, *, look_first: bool = False, deadline: float) -> Outcome:
        """Copy one object.

        Args:
            item: The object, with what the listings said about it.
            look_first: As in ``copy_all``.
            deadline: On the retry policy's clock; what is not done by then has failed for now.

        Raises:
            ConfigurationError: As in ``copy_all``.
        """
        seconds = None if deadline == float("inf") else max(0.0, deadline - self.retry.clock())
        try:
            async with asyncio.timeout(seconds), self._slots:
                if self.retry.clock() >= deadline:
                    raise TimeoutError
                return await self._copy(item, look_first=look_first, deadline=deadline)
        except TimeoutError:
            return self._out_of_time(item.key)

    async def attempt(self, item: JobObject, *, deadline: float) -> Outcome:
        """Copy one object to where the replica is as ``item`` says, and leave it to the caller what failed.

        Raises:
            ConflictError: The replica is another one.
            LimitReachedError: The task's limits leave no room for a while.
            FerryError: As the stores raise it; a passing fault only after it was tried a few times.
        """
        async with self._slots:
            return await self.retry.run(
                lambda: self._copy_once(item, item.replica_etag, deadline), deadline=deadline
            )

    def out_of_time(self) -> FerryError:
        """Return why there was no time left to copy something."""
        if self.governor.has_waited:
            msg = "The task's limits left no time to copy it."
            return LimitReachedError(msg, wait_seconds=HORIZON_SECONDS)
        return TransientError("There was no time left to copy it.", reason="OutOfTime")

    async def judge(self, key: str, error: ConfigurationError) -> FerryError:
        """Return what a refusal is: about one object a PermanentError, else the error itself."""
        return await self._refusals.judge(key, error)

    def _out_of_time(self, key: str) -> Outcome:
        return Outcome.failed(key, self.out_of_time(), is_transient=True)

    async def _copy(self, item: JobObject, *, look_first: bool, deadline: float) -> Outcome:
        try:
            check_key(item.key, self.mapping.to_replica(item.key))
            return await self.retry.run(
                lambda: self._converge(item, look_first=look_first, deadline=deadline), deadline=deadline
            )
        except ConfigurationError as error:
            judged = await self._refusals.judge(item.key, error)
            if isinstance(judged, ConfigurationError):
                raise
            return Outcome.failed(item.key, judged)
        except ObjectNotFoundError:
            return Outcome(item.key, Result.GONE)
        except ArchivedError as error:
            return await refused_as_archived(self.source, item.key, self.archived, error)
        except PermanentError as error:
            return Outcome.failed(item.key, error)
        except (TransientError, ConflictError, SourceChangedError, LimitReachedError) as error:
            return Outcome.failed(item.key, error, is_transient=True)

    async def _final_look(self, item: JobObject) -> Outcome:
        async with self._slots:
            try:
                outcome, _ = await self._look(item)
            except ObjectNotFoundError:
                return Outcome(item.key, Result.GONE)
            except FerryError as error:
                return Outcome.failed(item.key, error)
        if outcome is not None:
            return outcome
        msg = "No delivery of its job came to an end; the function may have run out of memory or time."
        return Outcome.failed(item.key, PermanentError(msg, reason="Undelivered"))

    async def _converge(self, item: JobObject, *, look_first: bool, deadline: float) -> Outcome:
        expected = item.replica_etag
        changed: FerryError
        for _ in range(_DECISIONS):
            if look_first:
                outcome, expected = await self._look(item)
                if outcome is not None:
                    return outcome
            try:
                return await self._copy_once(item, expected, deadline)
            except ConflictError as error:
                look_first, changed = True, error
            except SourceChangedError as error:
                changed = error
        raise changed

    async def _look(self, item: JobObject) -> tuple[Outcome | None, str | None]:
        """Compare both sides as they are now: done, or the etag that the next write must find."""
        replica = await asyncio.to_thread(self.replica.head, self.mapping.to_replica(item.key))
        if replica is None:
            return None, None
        source = await asyncio.to_thread(self.source.head, item.key)
        if replica.marker is None or not replica.marker.matches(source.etag):
            return None, replica.etag
        if replica.marker.run_id == self.policy.run_id:
            # Written by an earlier delivery of this very job: it counts as this run's copy.
            copied = Outcome(item.key, Result.COPIED, size=replica.size, notices=replica.marker.notices)
            return copied, replica.etag
        return Outcome(item.key, Result.CURRENT), replica.etag

    async def _copy_once(self, item: JobObject, expected: str | None, deadline: float) -> Outcome:
        turn = await self.governor.admit(item.size, deadline=deadline)
        try:
            outcome = await self._move(item, expected, turn)
        except ThrottledError:
            self.governor.refused(turn)
            raise
        self.governor.succeeded(turn)
        return outcome

    async def _move(self, item: JobObject, expected: str | None, turn: Turn) -> Outcome:
        held = item.size if item.size <= self.limits.whole_size else self.limits.stream_bytes
        async with self._budget.hold(held), self.source.open(item.key) as body:
            self.governor.correct(turn, body.source.size)
            if body.source.size > self.limits.put_size:
                msg = (
                    f"The object has grown to {body.source.size} bytes since its listing; run the task again."
                )
                raise PermanentError(msg, reason=GREW)
            return await self._put(item.key, body, expected, turn)

    async def _put(self, key: str, body: SourceBody, expected: str | None, turn: Turn) -> Outcome:
        source = body.source
        companions = await read_companions(self.source, source, wants_acl=self.policy.wants_acl)
        properties = self.policy.properties(source, companions, is_verified=can_verify(source))
        await self.replica.put(
            self.mapping.to_replica(key),
            await verified_content(body)
            if source.size <= self.limits.whole_size
            else self._stream(body, turn),
            size=source.size,
            properties=properties,
            expected=expected,
        )
        return Outcome(key, Result.COPIED, size=source.size, notices=properties.notices)

    def _stream(self, body: SourceBody, turn: Turn) -> AsyncIterator[bytes]:
        chunks = verified_chunks(body)
        return chunks if turn.pace == UNLIMITED else self.governor.paced(chunks, turn)
