"""The other writer: overwrites or deletes an object behind the back of a request."""

import hashlib
import itertools
from dataclasses import dataclass, replace

from local.oss.content import ContentStore
from local.oss.errors import OssError
from local.oss.metadata import md5_etag
from local.oss.records import Kind, ObjectRecord, StoredContent
from local.oss.storage import Storage

_BLOCK_BYTES = 64 << 10
_writes = itertools.count(1)


@dataclass(frozen=True)
class Filler:
    """Content for one overwrite, unlike that of any other in this process.

    Attributes:
        block: Bytes that are repeated.
    """

    block: bytes

    def read(self, offset: int, size: int) -> bytes:
        """Bytes from an offset on."""
        start = offset % len(self.block)
        count = (start + size) // len(self.block) + 1
        return (self.block * count)[start : start + size]


def new_filler() -> Filler:
    """The next overwrite's content."""
    seed = f"overwrite {next(_writes)}".encode()
    return Filler(hashlib.shake_128(seed).digest(_BLOCK_BYTES))


def overwrite(storage: Storage, bucket: str, key: bytes, filler: Filler, size: int | None) -> bool:
    """Put another object in the place of one; headers, tags and class stay.

    Args:
        storage: Where the object is.
        bucket: Its bucket.
        key: Its key.
        filler: Its new content.
        size: Bytes in the new object; as many as now when None, but at least one.

    Returns:
        Whether there was an object.
    """
    old = _current(storage, bucket, key)
    if old is None:
        return False
    content = _write(storage.contents, filler, max(1, old.size) if size is None else size)
    record = replace(
        old,
        kind=Kind.NORMAL,
        etag=md5_etag(content),
        content=content,
        modified_ms=storage.now_ms(),
        points_at=b"",
    )
    storage.commit(bucket, record)
    return True


def delete(storage: Storage, bucket: str, key: bytes) -> bool:
    """Delete an object; returns whether there was one."""
    if _current(storage, bucket, key) is None:
        return False
    storage.delete(bucket, key)
    return True


def _current(storage: Storage, bucket: str, key: bytes) -> ObjectRecord | None:
    try:
        return storage.object(bucket, key)
    except OssError:
        return None


def _write(contents: ContentStore, filler: Filler, size: int) -> StoredContent:
    writer = contents.writer()
    try:
        for offset in range(0, size, _BLOCK_BYTES):
            writer.write(filler.read(offset, min(_BLOCK_BYTES, size - offset)))
    except BaseException:
        writer.discard()
        raise
    return writer.finish()
