"""Buckets, objects and uploads on disk: the index and the contents kept in step.

A write becomes visible with one index statement after its content is complete. The content it replaces
is dropped afterwards, so a crash leaves at worst an unused content file.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from local.oss.content import EMPTY, ContentStore
from local.oss.errors import (
    OssError,
    marker_not_allowed,
    no_such_bucket,
    no_such_key,
    no_such_upload,
    no_such_version,
    object_already_exists,
)
from local.oss.index import Index, open_database
from local.oss.records import (
    NULL_VERSION,
    Attributes,
    Bucket,
    Kind,
    ObjectRecord,
    Part,
    StoredContent,
    Upload,
    Versioning,
)
from local.oss.starting import CannotStartError, refusing_to_start
from local.oss.upload_index import UploadIndex
from local.oss.version_ids import new_version_id


@dataclass(frozen=True)
class Committed:
    """A version as it was stored, and the bytes in the object it replaced, 0 when there was none."""

    record: ObjectRecord
    replaced_size: int


@dataclass(frozen=True)
class Deleted:
    """What a delete did: removed a version, made a delete marker, or nothing."""

    removed: ObjectRecord | None = None
    marker: ObjectRecord | None = None


def _lock(root: Path) -> int:
    lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = (
            f"The folder {root} is not free: another server uses it. Stop that one or name another folder."
        )
        raise CannotStartError(message) from None
    return lock


class Storage:
    """Everything the server keeps in one folder.

    Attributes:
        index: Buckets and objects.
        uploads: Multipart uploads and their parts.
        contents: Bytes.
        now_ms: Milliseconds since 1970.
        restore_delay_ms: How long it takes until a restored object can be read.

    Raises:
        CannotStartError: The folder cannot be used, or another server uses it.
    """

    def __init__(self, root: Path, now_ms: Callable[[], int], *, restore_delay_ms: int = 0) -> None:
        with refusing_to_start(f"The folder {root} cannot hold what the server keeps"):
            root.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(root)
            self.contents = ContentStore(root)
            self._database = open_database(root / "index.sqlite3")
        self.index = Index(self._database)
        self.uploads = UploadIndex(self._database)
        self.now_ms = now_ms
        self.restore_delay_ms = restore_delay_ms
        self._completing: set[str] = set()
        self._append_locks: WeakValueDictionary[tuple[str, bytes], asyncio.Lock] = WeakValueDictionary()

    def close(self) -> None:
        """Close the index and release the folder."""
        self._database.close()
        os.close(self._lock)

    def bucket(self, name: str) -> Bucket:
        """A bucket that must exist.

        Raises:
            OssError: ``NoSuchBucket``.
        """
        bucket = self.index.bucket(name)
        if bucket is None:
            raise no_such_bucket(name)
        return bucket

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket.

        Raises:
            OssError: ``NoSuchBucket`` or ``BucketNotEmpty``.
        """
        self.bucket(name)
        occupied = next(self.index.version_rows(name, b""), None) or next(self.uploads.in_bucket(name), None)
        if occupied is not None:
            details = {"BucketName": name}
            message = "The bucket has objects. Please delete them first."
            raise OssError(409, "BucketNotEmpty", message, ec="0015-00000301", details=details)
        self.index.delete_bucket(name)

    def current(self, bucket: str, key: bytes) -> ObjectRecord | None:
        """The current object of a key, or None when there is none."""
        record = self.index.current(bucket, key)
        return None if record is None or record.kind is Kind.DELETE_MARKER else record

    def object(self, bucket: str, key: bytes, version_id: str = "") -> ObjectRecord:
        """An object that must exist.

        Args:
            bucket: Bucket name.
            key: Object key.
            version_id: Which version; empty for the current one.

        Raises:
            OssError: ``NoSuchBucket``, ``NoSuchKey``, ``NoSuchVersion``, or ``MethodNotAllowed`` for the
                version of a delete marker.
        """
        index = self.index
        record = index.version(bucket, key, version_id) if version_id else index.current(bucket, key)
        if record is None:
            self.bucket(bucket)
            raise no_such_version(key, version_id) if version_id else no_such_key(key)
        if record.kind is Kind.DELETE_MARKER:
            marked = {"x-oss-delete-marker": "true", "x-oss-version-id": record.version_id}
            raise marker_not_allowed(marked) if version_id else no_such_key(key, marked)
        return record

    def check_overwrite(self, bucket: str, key: bytes, *, forbidden: bool) -> Bucket:
        """Refuse early what `commit` would refuse.

        Raises:
            OssError: ``NoSuchBucket`` or ``FileAlreadyExists``.
        """
        found = self.bucket(bucket)
        if forbidden and found.versioning is Versioning.OFF and self.current(bucket, key) is not None:
            raise object_already_exists(key.decode("utf-8", "replace"))
        return found

    def commit(self, bucket: str, record: ObjectRecord, *, forbid_overwrite: bool = False) -> Committed:
        """Make an object the current version of its key and drop the content it replaces.

        Raises:
            OssError: ``NoSuchBucket`` or ``FileAlreadyExists``; the record's content is dropped then.
        """
        try:
            found = self.check_overwrite(bucket, record.key, forbidden=forbid_overwrite)
        except OssError:
            self.contents.remove(record.content)
            raise
        return self._put(found, record)

    def _put(self, bucket: Bucket, record: ObjectRecord) -> Committed:
        """Write a new version; appendable objects never get a version id of their own."""
        current = self.index.current(bucket.name, record.key)
        sequence = max(self.now_ms() * 1000, current.sequence + 1 if current else 1)
        replaced: ObjectRecord | None
        if bucket.versioning is Versioning.ENABLED and record.kind is not Kind.APPENDABLE:
            version_id, replaced = new_version_id(sequence), None
        else:
            version_id, replaced = NULL_VERSION, current
            if current is not None and current.version_id != NULL_VERSION:
                replaced = self.index.version(bucket.name, record.key, NULL_VERSION)
            elif current is not None:
                sequence = current.sequence
        stored = replace(record, version_id=version_id, sequence=sequence)
        self.index.put_version(bucket.name, stored, replaced)
        if replaced is not None and replaced.content.name != record.content.name:
            self.contents.remove(replaced.content)
        return Committed(stored, replaced.size if replaced else 0)

    def amend(self, bucket: str, record: ObjectRecord) -> None:
        """Change what is kept about a version that exists; its place among the versions stays."""
        self.index.put_version(bucket, record, None)

    def delete(self, bucket: str, key: bytes, version_id: str = "") -> Deleted:
        """Delete one version, or the current object; nothing happens when there is none.

        Without a version id a bucket that keeps versions gets a delete marker.

        Raises:
            OssError: ``NoSuchBucket``.
        """
        found = self.bucket(bucket)
        if not version_id and found.versioning is not Versioning.OFF:
            marker = ObjectRecord(key, Kind.DELETE_MARKER, "", EMPTY, Attributes(), self.now_ms())
            return Deleted(marker=self._put(found, marker).record)
        index = self.index
        old = index.version(bucket, key, version_id) if version_id else index.current(bucket, key)
        if old is not None:
            index.delete_version(bucket, old)
            self.contents.remove(old.content)
        return Deleted(removed=old)

    def append_lock(self, bucket: str, key: bytes) -> asyncio.Lock:
        """The lock that puts appends to one key in a row."""
        return self._append_locks.setdefault((bucket, key), asyncio.Lock())

    def upload(self, upload_id: str, bucket: str, key: bytes) -> Upload:
        """An upload that must exist, for the right key, and not be completing.

        Raises:
            OssError: ``NoSuchBucket`` or ``NoSuchUpload``.
        """
        upload = self.uploads.get(upload_id)
        if upload is None or (upload.bucket, upload.key) != (bucket, key) or upload_id in self._completing:
            self.bucket(bucket)
            raise no_such_upload(upload_id)
        return upload

    def begin_completing(self, upload: Upload) -> None:
        """Keep everybody else away from an upload while its parts are joined."""
        self._completing.add(upload.upload_id)

    def stop_completing(self, upload: Upload) -> None:
        """Undo `begin_completing`."""
        self._completing.discard(upload.upload_id)

    def put_part(self, upload: Upload, number: int, content: StoredContent) -> Part:
        """Record a part, replacing one with the same number.

        Raises:
            OssError: ``NoSuchUpload`` when the upload ended meanwhile; the content is dropped then.
        """
        try:
            self.upload(upload.upload_id, upload.bucket, upload.key)
        except OssError:
            self.contents.remove(content)
            raise
        part = Part(number, content, self.now_ms())
        replaced = self.uploads.put_part(upload.upload_id, part)
        if replaced is not None:
            self.contents.remove(replaced)
        return part

    def drop_upload(self, upload: Upload) -> None:
        """Forget an upload and drop its parts."""
        parts = list(self.uploads.parts(upload.upload_id))
        self.uploads.delete(upload.upload_id)
        for part in parts:
            self.contents.remove(part.content)
