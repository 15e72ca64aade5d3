"""Buckets, objects and uploads on disk: the index and the contents kept in step.

A write becomes visible with one index statement after its content is complete. The content it replaces
is dropped afterwards, so a crash leaves at worst an unused content file.
"""

import asyncio
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from weakref import WeakValueDictionary

from local.oss.content import ContentStore
from local.oss.errors import OssError, no_such_bucket, no_such_key, no_such_upload, object_already_exists
from local.oss.index import Index
from local.oss.records import Bucket, ObjectRecord, Part, StoredContent, Upload
from local.oss.starting import CannotStartError, refusing_to_start


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
        index: Records.
        contents: Bytes.
        now_ms: Milliseconds since 1970.

    Raises:
        CannotStartError: The folder cannot be used, or another server uses it.
    """

    def __init__(self, root: Path, now_ms: Callable[[], int]) -> None:
        with refusing_to_start(f"The folder {root} cannot hold what the server keeps"):
            root.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(root)
            self.contents = ContentStore(root)
            self.index = Index(root / "index.sqlite3")
        self.now_ms = now_ms
        self._completing: set[str] = set()
        self._append_locks: WeakValueDictionary[tuple[str, bytes], asyncio.Lock] = WeakValueDictionary()

    def close(self) -> None:
        """Close the index and release the folder."""
        self.index.close()
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
        occupied = next(self.index.object_rows(name, b""), None) or next(self.index.uploads(name), None)
        if occupied is not None:
            details = {"BucketName": name}
            message = "The bucket has objects. Please delete them first."
            raise OssError(409, "BucketNotEmpty", message, ec="0015-00000301", details=details)
        self.index.delete_bucket(name)

    def object(self, bucket: str, key: bytes) -> ObjectRecord:
        """An object that must exist.

        Raises:
            OssError: ``NoSuchBucket`` or ``NoSuchKey``.
        """
        record = self.index.object(bucket, key)
        if record is None:
            self.bucket(bucket)
            raise no_such_key(key.decode("utf-8", "replace"))
        return record

    def check_overwrite(self, bucket: str, key: bytes, *, forbidden: bool) -> None:
        """Refuse early what `commit` would refuse.

        Raises:
            OssError: ``NoSuchBucket`` or ``FileAlreadyExists``.
        """
        self.bucket(bucket)
        if forbidden and self.index.object(bucket, key) is not None:
            raise object_already_exists(key.decode("utf-8", "replace"))

    def commit(self, bucket: str, record: ObjectRecord, *, forbid_overwrite: bool = False) -> None:
        """Make an object the current one of its key and drop the content it replaces.

        Raises:
            OssError: ``NoSuchBucket`` or ``FileAlreadyExists``; the record's content is dropped then.
        """
        try:
            self.check_overwrite(bucket, record.key, forbidden=forbid_overwrite)
        except OssError:
            self.contents.remove(record.content)
            raise
        old = self.index.object(bucket, record.key)
        self.index.put_object(bucket, record)
        if old is not None and old.content.name != record.content.name:
            self.contents.remove(old.content)

    def delete(self, bucket: str, key: bytes) -> None:
        """Delete an object; nothing happens when there is none."""
        old = self.index.object(bucket, key)
        if old is not None:
            self.index.delete_object(bucket, key)
            self.contents.remove(old.content)

    def append_lock(self, bucket: str, key: bytes) -> asyncio.Lock:
        """The lock that puts appends to one key in a row."""
        return self._append_locks.setdefault((bucket, key), asyncio.Lock())

    def upload(self, upload_id: str, bucket: str, key: bytes) -> Upload:
        """An upload that must exist, for the right key, and not be completing.

        Raises:
            OssError: ``NoSuchBucket`` or ``NoSuchUpload``.
        """
        upload = self.index.upload(upload_id)
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
        replaced = self.index.put_part(upload.upload_id, part)
        if replaced is not None:
            self.contents.remove(replaced)
        return part

    def drop_upload(self, upload: Upload) -> None:
        """Forget an upload and drop its parts."""
        parts = list(self.index.parts(upload.upload_id))
        self.index.delete_upload(upload.upload_id)
        for part in parts:
            self.contents.remove(part.content)
