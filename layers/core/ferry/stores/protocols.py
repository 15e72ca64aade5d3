"""What the features need from a source bucket and a replica bucket.

Every method raises the errors of ``ferry.errors``. Object bodies are asynchronous, since hundreds of them
are in flight on one event loop; everything else is a plain call that may block.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from ferry.keys import KeyRange
from ferry.objects import (
    ByteRange,
    ListedObject,
    PendingUpload,
    Replica,
    ReplicaProperties,
    SourceObject,
    UploadedPart,
)

CALLS_AT_ONCE: Final = 64
"""Blocking calls that threads may make side by side, for which a store keeps connections."""

LONGEST_CALL_SECONDS: Final = 45
"""After this no store begins another attempt: below the time of every function, even those that only plan."""

type Body = bytes | AsyncIterable[bytes]
type ExpectedEtag = str | None
"""The etag a conditional write must find; None means that no object may be there."""


class SourceBody(Protocol):
    """An open GET: the object it reads from, and its bytes exactly as stored."""

    @property
    def source(self) -> SourceObject:
        """The one version of the object that every byte of this body comes from."""

    @property
    def size(self) -> int:
        """Bytes that this body will deliver."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes in order; raises DamagedContentError when there are fewer than ``size``."""

    async def read(self) -> bytes:
        """Return all bytes; raises as ``chunks`` does."""


class ObjectListing(Protocol):
    """A bucket that can be enumerated."""

    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        """Yield the objects under a prefix within a key range, ascending by UTF-8 bytes of the key.

        A listing that fails raises; it never ends early.
        """


class SourceStore(ObjectListing, Protocol):
    """One OSS bucket, read only."""

    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        """Return up to ``limit`` distinct next levels below a prefix, each ending in ``/``, ascending."""

    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        """Return the smallest key under a prefix in a range, or None."""

    def head(self, key: str) -> SourceObject:
        """Describe the current version; raises ObjectNotFoundError."""

    def tags(self, key: str) -> dict[str, str]:
        """Return the tags of the current version."""

    def acl(self, key: str) -> str:
        """Return the ACL of the current version, ``default`` for one that is the bucket's own."""

    def open(
        self, key: str, *, byte_range: ByteRange | None = None, if_match: str | None = None
    ) -> AbstractAsyncContextManager[SourceBody]:
        """Open the object or exactly the range asked for.

        Raises:
            SourceChangedError: The object's etag is not ``if_match``.
            ObjectNotFoundError: There is no such object.
            ArchivedError: It has to be restored first.
        """

    def restore(self, key: str, *, days: int) -> None:
        """Have an archived object restored for some days, 1 to 7; one that is being restored is fine."""


class ReplicaStore(ObjectListing, Protocol):
    """One S3 bucket."""

    def head(self, key: str) -> Replica | None:
        """Describe the replica, None when there is none."""

    async def put(
        self, key: str, body: Body, *, size: int, properties: ReplicaProperties, expected: ExpectedEtag
    ) -> str:
        """Write a whole object that S3 checks against a checksum, and return its etag.

        Nothing becomes visible when ``body`` raises, ends early, or the condition does not hold.

        Raises:
            ConflictError: The replica there is not the expected one.
        """

    def delete(self, key: str, *, expected: str) -> None:
        """Delete the replica if its etag is the expected one; raises ConflictError."""

    def keep_aside(self, key: str, backup_key: str, *, expected: str) -> None:
        """Copy a replica, with all it was written with, to another key of the bucket.

        Raises:
            ConflictError: The replica is not the one with the expected etag.
            PermanentError: There is another object at ``backup_key``, which stays.
        """

    def check_writable(self, key: str) -> None:
        """Raise ConfigurationError unless tagged objects may be written at ``key``; leaves nothing behind."""

    def check_deletable(self, key: str) -> None:
        """Raise ConfigurationError unless objects may be deleted at ``key``, where there is none."""

    async def create_upload(self, key: str, properties: ReplicaProperties) -> str:
        """Start a multipart upload and return its id."""

    async def upload_part(self, key: str, upload_id: str, number: int, body: Body, *, size: int) -> str:
        """Write one part that S3 checks against a checksum, and return its etag."""

    def list_parts(self, key: str, upload_id: str) -> Iterator[UploadedPart]:
        """Yield the parts S3 holds, ascending by number."""

    def list_uploads(self, key: str) -> Iterator[PendingUpload]:
        """Yield the uploads of exactly this key that are neither completed nor aborted."""

    def complete_upload(
        self, key: str, upload_id: str, parts: Iterable[UploadedPart], *, expected: ExpectedEtag
    ) -> str:
        """Make the upload the object and return its etag; raises ConflictError."""

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Drop the upload and its parts; an upload that no longer exists is fine.

        Raises:
            TransientError: Parts that were being written survived it; abort it again.
        """
