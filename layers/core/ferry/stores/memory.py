"""Buckets in memory that behave like the real ones, for tests and for trying things out."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import override

from ferry.checksums import crc64
from ferry.errors import (
    ArchivedError,
    ConflictError,
    DamagedContentError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
)
from ferry.keys import KeyRange, sort_key
from ferry.objects import (
    ByteRange,
    ListedObject,
    Marker,
    PendingUpload,
    Replica,
    ReplicaProperties,
    SourceObject,
    UploadedPart,
)
from ferry.stores.backups import backup_taken
from ferry.stores.protocols import Body, ExpectedEtag, ReplicaStore, SourceBody, SourceStore

_CHUNK = 64 * 1024


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemorySource(SourceStore):
    """A source bucket; ``write`` and ``remove`` change it as its owner would.

    Attributes:
        archived: Keys that cannot be read; the owner takes those out that are restored.
        restores: Days that restores were asked for, by key.
    """

    clock: Callable[[], datetime] = _now
    objects: dict[str, tuple[SourceObject, bytes]] = field(default_factory=dict)
    tag_sets: dict[str, dict[str, str]] = field(default_factory=dict)
    acls: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    restores: dict[str, int] = field(default_factory=dict)

    def write(
        self,
        key: str,
        content: bytes,
        *,
        content_headers: dict[str, str] | None = None,
        metadata: dict[str, str] | None = None,
        tags: dict[str, str] | None = None,
        storage_class: str = "Standard",
    ) -> SourceObject:
        """Store an object, replacing what was there, and return its description."""
        self.links.pop(key, None)
        self.acls.pop(key, None)
        described = SourceObject(
            key=key,
            size=len(content),
            etag=_md5(content).upper(),
            last_modified=self.clock(),
            crc64=crc64(content),
            content_headers=content_headers or {},
            metadata=metadata or {},
            tag_count=len(tags or {}),
            md5=_md5(content),
            storage_class=storage_class,
        )
        self.objects[key] = (described, content)
        self.tag_sets[key] = tags or {}
        return described

    def link(self, key: str, target: str) -> None:
        """Store a symbolic link to another key."""
        described = self.write(key, b"")
        etag = _md5(b"link to " + target.encode()).upper()
        self.objects[key] = (replace(described, etag=etag), b"")
        self.links[key] = target

    def remove(self, key: str) -> None:
        """Delete an object."""
        del self.objects[key]
        self.links.pop(key, None)

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        for key in _keys(self.objects, prefix, key_range):
            described = self.objects[key][0]
            yield ListedObject(
                key,
                described.size,
                described.etag,
                described.last_modified,
                described.storage_class,
                is_symlink=key in self.links,
            )

    @override
    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        levels = {
            prefix + rest[: rest.index("/") + 1]
            for key in _keys(self.objects, prefix, key_range)
            if "/" in (rest := key[len(prefix) :])
        }
        return [level for level in sorted(levels, key=sort_key) if level in key_range][:limit]

    @override
    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        return next(iter(_keys(self.objects, prefix, key_range)), None)

    @override
    def head(self, key: str) -> SourceObject:
        return self._get(key)[0]

    @override
    def tags(self, key: str) -> dict[str, str]:
        self._get(key)
        return dict(self.tag_sets[key])

    @override
    def acl(self, key: str) -> str:
        self._get(key)
        return self.acls.get(key, "default")

    @override
    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: ByteRange | None = None, if_match: str | None = None
    ) -> AsyncIterator[SourceBody]:
        described, content = self._get(key)
        if key in self.archived:
            msg = f"The object {key!r} is archived."
            raise ArchivedError(msg)
        if if_match is not None and if_match != described.etag:
            msg = f"The etag is {described.etag}."
            raise SourceChangedError(msg)
        if byte_range is not None:
            content = content[byte_range.offset : byte_range.offset + byte_range.size]
            if len(content) != byte_range.size:
                msg = f"Asked for {byte_range.header()} of {described.size} bytes."
                raise DamagedContentError(msg, reason="WrongRange")
        yield _MemoryBody(described, content)

    @override
    def restore(self, key: str, *, days: int) -> None:
        self._get(key)
        self.restores[key] = days

    def _get(self, key: str) -> tuple[SourceObject, bytes]:
        if key not in self.objects:
            msg = f"There is no object {key!r}."
            raise ObjectNotFoundError(msg, reason="NoSuchKey")
        if key not in self.links:
            return self.objects[key]
        target = self.links[key]
        if target not in self.objects:
            msg = f"The link {key!r} points to {target!r}, which does not exist."
            raise PermanentError(msg, reason="DanglingSymlink")
        if target in self.links:
            msg = f"The link {key!r} points to another link."
            raise PermanentError(msg, reason="InvalidTargetType")
        of_link, (of_target, content) = self.objects[key][0], self.objects[target]
        described = replace(of_link, size=of_target.size, etag=of_target.etag, crc64=None, md5=of_target.md5)
        return replace(described, storage_class=of_target.storage_class), content


@dataclass(frozen=True)
class _MemoryBody(SourceBody):
    described: SourceObject
    content: bytes

    @property
    @override
    def source(self) -> SourceObject:
        return self.described

    @property
    @override
    def size(self) -> int:
        return len(self.content)

    @override
    async def read(self) -> bytes:
        return self.content

    @override
    async def chunks(self) -> AsyncIterator[bytes]:
        for offset in range(0, len(self.content), _CHUNK):
            yield self.content[offset : offset + _CHUNK]


@dataclass(frozen=True, slots=True)
class StoredReplica:
    """A replica as the memory bucket holds it."""

    content: bytes
    properties: ReplicaProperties
    etag: str
    last_modified: datetime


@dataclass
class _Upload:
    key: str
    properties: ReplicaProperties
    initiator: str
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass
class MemoryReplica(ReplicaStore):
    """A replica bucket; ``caller`` is the ARN of whoever begins uploads."""

    clock: Callable[[], datetime] = _now
    objects: dict[str, StoredReplica] = field(default_factory=dict)
    uploads: dict[str, _Upload] = field(default_factory=dict)
    caller: str = "arn:aws:sts::123456789012:assumed-role/ferry/memory"
    _started: int = 0

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        for key in _keys(self.objects, prefix, key_range):
            stored = self.objects[key]
            yield ListedObject(
                key,
                len(stored.content),
                stored.etag,
                stored.last_modified,
                stored.properties.storage_class,
            )

    @override
    def head(self, key: str) -> Replica | None:
        stored = self.objects.get(key)
        if stored is None:
            return None
        marker = Marker.from_metadata(stored.properties.metadata)
        return Replica(key, len(stored.content), stored.etag, marker, stored.last_modified)

    @override
    async def put(
        self, key: str, body: Body, *, size: int, properties: ReplicaProperties, expected: ExpectedEtag
    ) -> str:
        content = await _collect(body, size)
        self._check(key, expected)
        return self._store(key, content, properties, _md5(content))

    @override
    def delete(self, key: str, *, expected: str) -> None:
        self._check(key, expected)
        del self.objects[key]

    @override
    def keep_aside(self, key: str, backup_key: str, *, expected: str) -> None:
        self._check(key, expected)
        stored = self.objects[key]
        if self.objects.setdefault(backup_key, stored).content != stored.content:
            raise backup_taken(backup_key)

    @override
    def check_writable(self, key: str) -> None:
        return

    @override
    def check_deletable(self, key: str) -> None:
        return

    @override
    async def create_upload(self, key: str, properties: ReplicaProperties) -> str:
        self._started += 1
        upload_id = f"upload-{self._started}"
        self.uploads[upload_id] = _Upload(key, properties, self.caller)
        return upload_id

    @override
    async def upload_part(self, key: str, upload_id: str, number: int, body: Body, *, size: int) -> str:
        content = await _collect(body, size)
        self._upload(upload_id).parts[number] = content
        return _md5(content)

    @override
    def list_parts(self, key: str, upload_id: str) -> Iterator[UploadedPart]:
        parts = self._upload(upload_id).parts
        for number in sorted(parts):
            yield UploadedPart(number, _md5(parts[number]), len(parts[number]))

    @override
    def list_uploads(self, key: str) -> Iterator[PendingUpload]:
        for upload_id, upload in list(self.uploads.items()):
            if upload.key == key:
                yield PendingUpload(upload_id, upload.initiator)

    @override
    def complete_upload(
        self, key: str, upload_id: str, parts: Iterable[UploadedPart], *, expected: ExpectedEtag
    ) -> str:
        upload = self._upload(upload_id)
        self._check(key, expected)
        content = b"".join(upload.parts[part.number] for part in parts)
        del self.uploads[upload_id]
        return self._store(key, content, upload.properties, f"{_md5(content)}-{len(upload.parts)}")

    @override
    def abort_upload(self, key: str, upload_id: str) -> None:
        self.uploads.pop(upload_id, None)

    def _upload(self, upload_id: str) -> _Upload:
        if upload_id not in self.uploads:
            msg = f"There is no upload {upload_id!r}."
            raise PermanentError(msg, reason="NoSuchUpload")
        return self.uploads[upload_id]

    def _check(self, key: str, expected: ExpectedEtag) -> None:
        stored = self.objects.get(key)
        if (stored.etag if stored else None) != expected:
            msg = f"The replica {key!r} is not the expected one."
            raise ConflictError(msg)

    def _store(self, key: str, content: bytes, properties: ReplicaProperties, etag: str) -> str:
        self.objects[key] = StoredReplica(content, replace(properties), etag, self.clock())
        return etag


def _keys(objects: Iterable[str], prefix: str, key_range: KeyRange) -> list[str]:
    return sorted((key for key in objects if key.startswith(prefix) and key in key_range), key=sort_key)


async def _collect(body: Body, size: int) -> bytes:
    content = body if isinstance(body, bytes) else b"".join([chunk async for chunk in body])
    if len(content) != size:
        msg = f"Got {len(content)} bytes of {size}."
        raise DamagedContentError(msg, reason="IncompleteBody")
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
