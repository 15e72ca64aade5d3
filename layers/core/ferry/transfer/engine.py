"""Copying small and medium objects: one GET, verified, one conditional PUT, many in flight."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ferry.errors import (
    ConfigurationError,
    ConflictError,
    FerryError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    TransientError,
)
from ferry.jobs import JobObject
from ferry.keys import KeyMapping, check_key
from ferry.outcome import Outcome, Result
from ferry.refusals import Refusals
from ferry.replica_policy import ReplicaPolicy
from ferry.retry import RetryPolicy
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.transfer.budget import ByteBudget
from ferry.transfer.stream import verified_chunks, verified_content

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
    """

    in_flight: int = 64
    held_bytes: int = 128 * MIB
    whole_size: int = 1 * MIB
    stream_bytes: int = 2 * MIB


class TransferEngine:
    """Makes replicas match their sources, each object by itself.

    Every write is conditional on the replica being the one that was seen. When it is not, both sides are
    looked at again, so duplicate and reordered jobs never take a replica back to an older version.
    """

    def __init__(
        self,
        source: SourceStore,
        replica: ReplicaStore,
        mapping: KeyMapping,
        policy: ReplicaPolicy,
        *,
        limits: TransferLimits | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.source = source
        self.replica = replica
        self.mapping = mapping
        self.policy = policy
        self.limits = limits or TransferLimits()
        self.retry = retry or RetryPolicy()
        self._refusals = Refusals(source, replica, mapping, self.retry.clock)
        self._slots = asyncio.Semaphore(self.limits.in_flight)
        self._budget = ByteBudget(self.limits.held_bytes)

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
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self.copy(item, look_first=look_first, deadline=deadline))
                    for item in objects
                ]
        except ExceptionGroup as failed:
            configuration, _ = failed.split(ConfigurationError)
            raise (configuration or failed).exceptions[0] from None
        return [task.result() for task in tasks]

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
            error = TransientError("There was no time left to copy it.", reason="OutOfTime")
            return Outcome.failed(item.key, error, is_transient=True)

    async def _copy(self, item: JobObject, *, look_first: bool, deadline: float) -> Outcome:
        try:
            check_key(item.key, self.mapping.to_replica(item.key))
            return await self.retry.run(
                lambda: self._converge(item, look_first=look_first), deadline=deadline
            )
        except ConfigurationError as error:
            judged = await self._refusals.judge(item.key, error)
            if isinstance(judged, ConfigurationError):
                raise
            return Outcome.failed(item.key, judged)
        except ObjectNotFoundError:
            return Outcome(item.key, Result.GONE)
        except PermanentError as error:
            return Outcome.failed(item.key, error)
        except (TransientError, ConflictError, SourceChangedError) as error:
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

    async def _converge(self, item: JobObject, *, look_first: bool) -> Outcome:
        expected = item.replica_etag
        for _ in range(_DECISIONS):
            if look_first:
                outcome, expected = await self._look(item)
                if outcome is not None:
                    return outcome
            try:
                return await self._copy_once(item, expected)
            except ConflictError:
                look_first = True
        msg = f"The replica was changed by others {_DECISIONS} times while it was being written."
        raise ConflictError(msg)

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
            return Outcome(item.key, Result.COPIED, size=replica.size), replica.etag
        return Outcome(item.key, Result.CURRENT), replica.etag

    async def _copy_once(self, item: JobObject, expected: str | None) -> Outcome:
        held = item.size if item.size <= self.limits.whole_size else self.limits.stream_bytes
        async with self._budget.hold(held), self.source.open(item.key) as body:
            source = body.source
            if source.size > MAX_PUT_SIZE:
                msg = f"The object has grown to {source.size} bytes since it was listed; run the task again."
                raise PermanentError(msg, reason=GREW)
            tags = await asyncio.to_thread(self.source.tags, item.key) if source.tag_count else {}
            properties = self.policy.properties(source, tags)
            await self.replica.put(
                self.mapping.to_replica(item.key),
                await verified_content(body)
                if source.size <= self.limits.whole_size
                else verified_chunks(body),
                size=source.size,
                properties=properties,
                expected=expected,
            )
        return Outcome(item.key, Result.COPIED, size=source.size)
