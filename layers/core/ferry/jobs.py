"""Jobs: what a queue message asks for.

A job says "make the replicas of these keys match their source". Whoever gets it looks at both sides now.
SQS bills by 64 KiB, so small objects travel many to a message.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_JOB_BYTES: Final = 240 * 1024
"""UTF-8 bytes of a packed message, below the fourth of SQS's billing steps of 64 KiB.

About 2,500 objects: towards its end fewer and fewer of a job's objects are in flight, so the more the better.
"""

MAX_JOB_CONTENT: Final = 1024**3
"""Bytes of object content one packed message may move, unless a single object has more."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def spell(message: BaseModel) -> str:
    """Spell a message as JSON that SQS takes.

    Source:
        Amazon SQS API reference, "SendMessage": a body may not hold U+FFFE and U+FFFF, which keys may.
    """
    return _escaped(message.model_dump_json(exclude_none=True))


def _escaped(body: str) -> str:
    return body.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


@dataclass(slots=True)
class JobObject:
    """One object of a job; a plain dataclass, since a finder makes one for every object to copy.

    Attributes:
        etag: The source etag as listed, to recognise a replica that is already done.
        replica_etag: The replica's etag as listed, None when there was no replica.
    """

    key: Annotated[str, Field(min_length=1)]
    size: Annotated[int, Field(ge=0)]
    etag: str
    replica_etag: str | None = None
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")


class CopyJob(_Message):
    """Copy these objects, in any order, each independent of the others.

    Attributes:
        postponed: How often it was put off because the task's limits left no room.
    """

    kind: Literal["copy"] = "copy"
    task_id: str
    run_id: str
    job_id: str
    postponed: Annotated[int, Field(ge=0)] = 0
    objects: tuple[JobObject, ...] = Field(min_length=1)


class ExtraReplica(_Message):
    """A replica without a source.

    Attributes:
        key: The source's, if there were one.
        size: The replica's.
        replica_etag: The replica's etag as listed; no other version of it may be deleted.
    """

    key: str = Field(min_length=1)
    size: Annotated[int, Field(ge=0)]
    replica_etag: str


class DeleteJob(_Message):
    """Delete these replicas, each only while its source does not exist."""

    kind: Literal["delete"] = "delete"
    task_id: str
    run_id: str
    job_id: str
    objects: tuple[ExtraReplica, ...] = Field(min_length=1)


class ChangedObject(_Message):
    """One object that a notification is about; a hint to look at it, no more.

    Attributes:
        key: As the notification spells it.
        changed_ms: When the source changed, in milliseconds since 1970 and often of whole seconds only; None
            when the notification does not say.
        appended: Whether bytes were appended, which tends to happen many times in a row.
    """

    key: str = Field(min_length=1)
    changed_ms: Annotated[int, Field(ge=0)] | None = None
    appended: bool = False


class EventJob(_Message):
    """Look at these objects on both sides now and make the replicas match.

    Attributes:
        run_id: The task's real-time run of the day the notification came in, which accounts for the job.
        received_ms: When the notification came in, in milliseconds since 1970.
        postponed: How often its objects were put off.
    """

    kind: Literal["event"] = "event"
    task_id: str
    run_id: str
    job_id: str
    received_ms: Annotated[int, Field(ge=0)]
    postponed: Annotated[int, Field(ge=0)] = 0
    objects: tuple[ChangedObject, ...] = Field(min_length=1)


type Job = CopyJob | DeleteJob
type Message = CopyJob | DeleteJob | EventJob

_OBJECT: Final = TypeAdapter(JobObject)
_JOB: Final[TypeAdapter[Job]] = TypeAdapter(Annotated[CopyJob | DeleteJob, Field(discriminator="kind")])


def read_job(message: str) -> Job:
    """Read a message as ``spell`` wrote it; raises pydantic's ValidationError."""
    return _JOB.validate_json(message)


def is_job(message: str) -> bool:
    """Tell whether a message is of a kind that ``read_job`` reads."""
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("kind") in {"copy", "delete"}


def pack_changes(changes: Iterable[ChangedObject], *, most: int = 100) -> Iterator[tuple[ChangedObject, ...]]:
    """Group changed objects into messages, keeping their order.

    Args:
        changes: What notifications are about.
        most: Objects in one message.

    Yields:
        Non-empty groups, each under ``MAX_JOB_BYTES`` as JSON.
    """
    return _packed(changes, most)


def pack_extras(extras: Iterable[ExtraReplica]) -> Iterator[tuple[ExtraReplica, ...]]:
    """Group replicas to delete into messages, keeping their order; each under ``MAX_JOB_BYTES`` as JSON."""
    return _packed(extras)


def _packed[T: _Message](items: Iterable[T], most: int | None = None) -> Iterator[tuple[T, ...]]:
    group: list[T] = []
    message_size = 0
    for item in items:
        item_size = len(spell(item).encode()) + 1
        if group and (len(group) == most or message_size + item_size > MAX_JOB_BYTES):
            yield tuple(group)
            group, message_size = [], 0
        group.append(item)
        message_size += item_size
    if group:
        yield tuple(group)


def _most_bytes(item: JobObject) -> int:
    """Return at least the bytes that an object has in a message: exactly those, unless they hold escapes."""
    key = item.key
    if not key.isascii() or not key.isprintable() or '"' in key or "\\" in key:
        return len(_escaped(_OBJECT.dump_json(item, exclude_none=True).decode()).encode()) + 1
    replica = 0 if item.replica_etag is None else len(item.replica_etag) + len(',"replica_etag":""')
    return len(key) + len(str(item.size)) + len(item.etag) + replica + len('{"key":"","size":,"etag":""},')


def pack_objects(
    objects: Iterable[JobObject], *, large_object_threshold: int
) -> Iterator[tuple[JobObject, ...]]:
    """Group objects into messages, keeping their order.

    Args:
        objects: What has to be copied.
        large_object_threshold: Bytes from which an object travels alone.

    Yields:
        Non-empty groups, each under ``MAX_JOB_BYTES`` as JSON and ``MAX_JOB_CONTENT`` of content; a
        large object is a group of its own.
    """
    group: list[JobObject] = []
    message_size = content_size = 0
    for item in objects:
        item_size = _most_bytes(item)
        if item.size >= large_object_threshold:
            yield (item,)
            continue
        if group and (message_size + item_size > MAX_JOB_BYTES or content_size + item.size > MAX_JOB_CONTENT):
            yield tuple(group)
            group, message_size, content_size = [], 0, 0
        group.append(item)
        message_size += item_size
        content_size += item.size
    if group:
        yield tuple(group)
