"""Copying one large object: begin, copy ranges of parts side by side, complete or abort."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict

from ferry.archives import ARCHIVE_CLASSES, Archived
from ferry.checksums import combine_crc64, crc64
from ferry.companions import read_companions
from ferry.errors import (
    ConflictError,
    FerryError,
    LimitReachedError,
    PartsDifferError,
    PermanentError,
    SourceChangedError,
    ThrottledError,
)
from ferry.keys import KeyMapping, check_key
from ferry.multipart.plan import Part, part_size_for, plan_parts, plan_ranges
from ferry.multipart.ranges import CopiedRange, RangeProgress, until_time_is_up
from ferry.objects import ByteRange, Notice, Replica, SourceObject, UploadedPart
from ferry.outcome import Outcome, Result
from ferry.pacing.governor import Governor, Turn
from ferry.pacing.throttle import UNLIMITED
from ferry.replica_policy import ReplicaPolicy, properties_digest
from ferry.retry import RetryPolicy
from ferry.stores.protocols import ReplicaStore, SourceBody, SourceStore

_DECISIONS: Final = 5
UPLOAD_IS_GONE: Final = "Somebody else has aborted the upload."


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PartRange(_Model):
    """First and last number of the parts that one call copies."""

    first: int
    last: int


class UploadPlan(_Model):
    """An upload under way, as it travels from step to step.

    Attributes:
        etag: The one version of the source that every part must come from.
        expected: The replica's etag that completing must find, None for no replica.
        crc64: CRC-64/XZ of the whole source as decimal text, None when it has none.
        notices: What the user should know once it is completed.
    """

    key: str
    upload_id: str
    etag: str
    expected: str | None = None
    size: int
    crc64: str | None = None
    part_size: int
    ranges: tuple[PartRange, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """The source as it is, and the etag that the replica's next write must find."""

    source: SourceObject
    expected: str | None


@dataclass(frozen=True)
class LargeObjectCopier:
    """Copies objects by multipart upload.

    Attributes:
        parts_in_flight: Parts copied at once; each streams, so memory does not grow with their size.
        part_size: Preferred bytes per part.
        on_part: Told the bytes of every part that S3 has taken.
        archived: What becomes of a source that has to be restored before it can be read.
        governor: Lets parts begin.
        exact: Whether a replica of the same content is copied again for its headers, metadata and tags.
    """

    source: SourceStore
    replica: ReplicaStore
    mapping: KeyMapping
    policy: ReplicaPolicy
    parts_in_flight: int = 4
    part_size: int = 16 * 1024**2
    on_part: Callable[[int], None] = lambda _: None
    archived: Archived = "fail"
    exact: bool = False
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    governor: Governor = field(default_factory=Governor)

    async def begin(self, key: str) -> UploadPlan | Outcome:
        """Look at both sides and start an upload if the replica is not current; raises as the two do."""
        changed: FerryError
        for _ in range(_DECISIONS):
            looked = await self.look(key)
            if isinstance(looked, Outcome):
                return looked
            try:
                return await self.start(looked)
            except (ConflictError, SourceChangedError) as error:
                changed = error
        raise changed

    async def look(self, key: str) -> Sides | Outcome:
        """Look at both sides.

        Returns:
            What is there, or how the object ended because its replica is current.

        Raises:
            ObjectNotFoundError: The source is gone.
            ArchivedError: It has to be restored before it can be copied.
            PermanentError: The object cannot be copied.
        """
        replica_key = self.mapping.to_replica(key)
        check_key(key, replica_key)
        source = await asyncio.to_thread(self.source.head, key)
        replica = await asyncio.to_thread(self.replica.head, replica_key)
        if replica is not None and (ended := self._ended(source.etag, replica)) is not None:
            if not self.exact:
                return ended
            companions = await read_companions(self.source, source, wants_acl=False)
            digest = properties_digest(source, companions.tags)
            if replica.marker is not None and replica.marker.is_exactly(source, digest):
                return ended
        if source.size:
            part_size_for(source.size, preferred_size=self.part_size)
        if source.size and source.storage_class in ARCHIVE_CLASSES:
            await self._try_to_read(source)
        return Sides(source, replica.etag if replica else None)

    async def _try_to_read(self, source: SourceObject) -> None:
        """Read a byte: a class says nothing sure, since buckets may let archived objects be read."""
        # What has changed meanwhile shows when it is copied.
        with contextlib.suppress(SourceChangedError):
            async with self.source.open(source.key, byte_range=ByteRange(0, 1), if_match=source.etag) as body:
                await body.read()

    async def start(self, sides: Sides) -> UploadPlan | Outcome:
        """Start an upload of what was looked at; an object that became empty is written at once.

        Returns:
            The plan to carry out, or how the object ended without one.

        Raises:
            SourceChangedError: The source is another by now; look again.
            ConflictError: The replica of an empty object is another by now; look again.
        """
        source = sides.source
        replica_key = self.mapping.to_replica(source.key)
        companions = await read_companions(self.source, source, wants_acl=self.policy.wants_acl)
        # A whole object's MD5 cannot be had from ranges that are read side by side.
        is_verified = source.crc64 is not None or not source.size
        properties = self.policy.properties(source, companions, is_verified=is_verified)
        if not source.size:
            # No multipart upload has zero parts, and these bytes are known already.
            await self.replica.put(replica_key, b"", size=0, properties=properties, expected=sides.expected)
            return Outcome(source.key, Result.COPIED, notices=properties.notices)
        part_size = part_size_for(source.size, preferred_size=self.part_size)
        return UploadPlan(
            key=source.key,
            upload_id=await self.replica.create_upload(replica_key, properties),
            etag=source.etag,
            expected=sides.expected,
            size=source.size,
            crc64=None if source.crc64 is None else str(source.crc64),
            part_size=part_size,
            ranges=tuple(
                PartRange(first=first, last=last) for first, last in plan_ranges(source.size, part_size)
            ),
            notices=tuple(sorted(properties.notices)),
        )

    async def copy_range(self, plan: UploadPlan, first: int, last: int, *, deadline: float) -> CopiedRange:
        """Copy the parts ``first`` to ``last``, or as many of the first of them as there is time for.

        Args:
            plan: The upload.
            first: Number of the first part.
            last: Number of the last part.
            deadline: On the retry policy's clock.

        Returns:
            What was copied: at least one part, from ``first`` on without gaps. Its ``last`` is smaller than
            asked for when time was short; go on after it.

        Raises:
            SourceChangedError: The source is no longer the planned version.
            LimitReachedError: The task's limits left no room for even one part.
            TransientError: A part failed too often, or not even one was finished in time.
        """
        copies = RangeProgress(deadline, self.retry.clock)
        left = iter(plan_parts(plan.size, plan.part_size, first=first, last=last))
        limit: LimitReachedError | None = None

        async def work() -> None:
            nonlocal limit
            for part in left:
                if not copies.has_time():
                    return
                started = self.retry.clock()
                try:
                    async with asyncio.timeout(copies.seconds_left()):
                        checksum = await self.retry.run(
                            lambda: self._copy_part(plan, part, deadline),  # noqa: B023
                            deadline=deadline,
                        )
                except LimitReachedError as error:
                    limit = error
                    return
                copies.add(part, checksum, self.retry.clock() - started)
                self.on_part(part.size)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.parts_in_flight):
                    group.create_task(until_time_is_up(work()))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        if limit is not None and first not in copies.done:
            raise limit
        return copies.without_gaps(first)

    def complete(self, plan: UploadPlan, copied: Sequence[CopiedRange]) -> Outcome:
        """Check that S3 holds exactly the planned object and make it the replica.

        Args:
            plan: The upload.
            copied: What ``copy_range`` returned for every range, in any order.

        Raises:
            PartsDifferError: The parts are not the object, or the upload is gone.
            ConflictError: The replica is not the one seen at the beginning.
        """
        replica_key = self.mapping.to_replica(plan.key)
        ordered = sorted(copied, key=lambda piece: piece.first)
        size = sum(piece.size for piece in ordered)
        checksum = combine_crc64((int(piece.crc64), piece.size) for piece in ordered)
        if size != plan.size or (plan.crc64 is not None and checksum != int(plan.crc64)):
            msg = (
                f"The parts have {size} bytes and CRC-64 {checksum}, the source {plan.size} and {plan.crc64}."
            )
            raise PartsDifferError(msg, reason="ChecksumMismatch")
        try:
            parts = list(self.replica.list_parts(replica_key, plan.upload_id))
            _check_parts(plan, parts)
            self.replica.complete_upload(replica_key, plan.upload_id, parts, expected=plan.expected)
        except (PermanentError, ConflictError) as error:
            # An earlier call may have completed it without hearing the answer.
            if (ended := self.ended(plan.key, plan.etag)) is not None:
                return ended
            if error.reason == "NoSuchUpload":
                raise PartsDifferError(UPLOAD_IS_GONE, reason=error.reason) from error
            raise
        return Outcome(plan.key, Result.COPIED, size=plan.size, notices=frozenset(plan.notices))

    def ended(self, key: str, source_etag: str) -> Outcome | None:
        """Tell how an object ended by its replica; None when that is not of this version of the source."""
        replica = self.replica.head(self.mapping.to_replica(key))
        return None if replica is None else self._ended(source_etag, replica)

    def abort(self, key: str, upload_id: str) -> None:
        """Drop an upload and its parts."""
        self.replica.abort_upload(self.mapping.to_replica(key), upload_id)

    async def _copy_part(self, plan: UploadPlan, part: Part, deadline: float) -> int:
        turn = await self.governor.admit(part.size, deadline=deadline)
        try:
            checksum = await self._move_part(plan, part, turn)
        except ThrottledError:
            self.governor.refused(turn)
            raise
        self.governor.succeeded(turn)
        return checksum

    async def _move_part(self, plan: UploadPlan, part: Part, turn: Turn) -> int:
        checksum = 0

        async def content(body: SourceBody) -> AsyncIterator[bytes]:
            nonlocal checksum
            chunks = body.chunks()
            async for chunk in chunks if turn.pace == UNLIMITED else self.governor.paced(chunks, turn):
                checksum = crc64(chunk, checksum)
                yield chunk

        piece = ByteRange(part.offset, part.size)
        async with self.source.open(plan.key, byte_range=piece, if_match=plan.etag) as body:
            if body.source.etag != plan.etag:
                msg = f"The source is {body.source.etag}, planned was {plan.etag}."
                raise SourceChangedError(msg)
            replica_key = self.mapping.to_replica(plan.key)
            await self.replica.upload_part(
                replica_key, plan.upload_id, part.number, content(body), size=part.size
            )
        return checksum

    def _ended(self, source_etag: str, replica: Replica) -> Outcome | None:
        if replica.marker is None or not replica.marker.matches(source_etag):
            return None
        key = self.mapping.to_source(replica.key)
        if replica.marker.run_id == self.policy.run_id:
            return Outcome(key, Result.COPIED, size=replica.size, notices=replica.marker.notices)
        return Outcome(key, Result.CURRENT)


def _check_parts(plan: UploadPlan, parts: Sequence[UploadedPart]) -> None:
    planned = [(part.number, part.size) for part in plan_parts(plan.size, plan.part_size)]
    if [(part.number, part.size) for part in parts] != planned:
        msg = f"S3 holds {len(parts)} parts, planned were {len(planned)}; their numbers or sizes differ."
        raise PartsDifferError(msg)
