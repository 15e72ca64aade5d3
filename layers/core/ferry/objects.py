"""What Ferry knows about an object on either side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple, Self

CONTENT_HEADERS: Final = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)
"""The headers a replica keeps as they are on its source, lower-case."""
OWN_METADATA: Final = "ferry-"
"""How the names of the metadata begin that Ferry itself writes; it copies none of that kind."""


class Notice(StrEnum):
    """What a user should know about an object that was copied all the same."""

    METADATA_DROPPED = "metadata-dropped"
    """Its user metadata does not fit into S3, and the task says to leave it out."""
    UNVERIFIED = "unverified"
    """The source gave nothing to check the content against, only its length."""


NO_NOTICES: Final = frozenset[Notice]()


class ListedObject(NamedTuple):
    """One row of a listing; a tuple, since a finder makes one for every object of both sides.

    ``size`` and ``etag`` of a symlink row describe the link, not what it points to.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime
    storage_class: str = ""
    is_symlink: bool = False


@dataclass(frozen=True, slots=True)
class SourceObject:
    """What a HEAD or GET of the source says about one version of an object.

    Attributes:
        size: Bytes of the whole object, also when only a range of it is read.
        etag: An opaque version token without quotes, good for ``If-Match``, not a checksum.
        crc64: CRC-64/XZ of the whole object; None on old objects, which carry none.
        md5: Of the whole object as lower-case hex; None when the source does not say.
        content_headers: The ``CONTENT_HEADERS`` that are set.
        metadata: User metadata, lower-case names.
        tag_count: Number of tags, 0 also when the caller may not read them.
        storage_class: As OSS spells it, such as ``IA``.
    """

    key: str
    size: int
    etag: str
    last_modified: datetime
    crc64: int | None = None
    content_headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tag_count: int = 0
    version_id: str | None = None
    md5: str | None = None
    storage_class: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """What a replica records about its source, as S3 user metadata.

    Attributes:
        properties: A digest of the source's headers, metadata and tags, which may change when its etag does
            not.
    """

    etag: str
    last_modified: datetime
    run_id: str
    crc64: int | None = None
    version_id: str | None = None
    notices: frozenset[Notice] = NO_NOTICES
    properties: str | None = None

    @classmethod
    def of(
        cls,
        source: SourceObject,
        run_id: str,
        notices: frozenset[Notice] = NO_NOTICES,
        properties: str | None = None,
    ) -> Self:
        """Describe a source object as copied by a run."""
        return cls(
            source.etag, source.last_modified, run_id, source.crc64, source.version_id, notices, properties
        )

    def matches(self, source_etag: str) -> bool:
        """Tell whether the replica was made from this version of the source."""
        return self.etag.lower() == source_etag.lower()

    def is_exactly(self, source: SourceObject, properties: str) -> bool:
        """Tell whether the replica has this version's bytes and everything else that is copied with them."""
        return (
            self.matches(source.etag)
            and self.last_modified == source.last_modified.astimezone(UTC).replace(microsecond=0)
            and self.properties == properties
        )

    def to_metadata(self) -> dict[str, str]:
        """Return the metadata entries that carry the marker."""
        modified = self.last_modified.astimezone(UTC).replace(tzinfo=None)
        entries = {
            "ferry-source-etag": self.etag,
            "ferry-source-last-modified": f"{modified.isoformat(timespec='seconds')}Z",
            "ferry-run": self.run_id,
        }
        if self.crc64 is not None:
            entries["ferry-source-crc64"] = str(self.crc64)
        if self.version_id is not None:
            entries["ferry-source-version-id"] = self.version_id
        if self.properties is not None:
            entries["ferry-source-properties"] = self.properties
        if self.notices:
            entries["ferry-notices"] = " ".join(sorted(self.notices))
        return entries

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Self | None:
        """Read a marker back; None when there is none or it is not one of ours."""
        etag = metadata.get("ferry-source-etag")
        modified = metadata.get("ferry-source-last-modified")
        crc64 = metadata.get("ferry-source-crc64")
        if not etag or not modified or (crc64 is not None and not crc64.isdecimal()):
            return None
        try:
            last_modified = datetime.strptime(modified, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(
            etag=etag,
            last_modified=last_modified,
            run_id=metadata.get("ferry-run", ""),
            crc64=int(crc64) if crc64 is not None else None,
            version_id=metadata.get("ferry-source-version-id"),
            notices=frozenset(
                notice for notice in Notice if notice in metadata.get("ferry-notices", "").split()
            ),
            properties=metadata.get("ferry-source-properties"),
        )


@dataclass(frozen=True, slots=True)
class Replica:
    """What a HEAD of the replica says.

    Attributes:
        marker: None when something else wrote it.
        written_at: When S3 took it, in whole seconds.
    """

    key: str
    size: int
    etag: str
    marker: Marker | None
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ReplicaProperties:
    """Everything a replica is written with beside its bytes.

    Attributes:
        metadata: In the form S3 takes, the marker among it.
        encryption: As S3 spells it, such as ``aws:kms``; None leaves it to the bucket.
        kms_key: Of ``aws:kms``; None for the account's own S3 key.
        acl: A canned ACL; None leaves it to the bucket.
        notices: What the user should know once it is written.
    """

    content_headers: Mapping[str, str]
    metadata: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = "STANDARD"
    encryption: str | None = None
    kms_key: str | None = None
    acl: str | None = None
    notices: frozenset[Notice] = NO_NOTICES


@dataclass(frozen=True, slots=True)
class UploadedPart:
    """One part of a multipart upload as S3 holds it. Numbers count from 1."""

    number: int
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes ``[offset, offset + size)`` of an object; ``size`` is at least 1."""

    offset: int
    size: int

    def header(self) -> str:
        """Return the value of an HTTP ``Range`` header."""
        return f"bytes={self.offset}-{self.offset + self.size - 1}"


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """A multipart upload that is neither completed nor aborted.

    Attributes:
        initiator: Who began it: the ARN of a user or of a role's session, or the id of an account.
    """

    upload_id: str
    initiator: str

    def is_of(self, principal: str) -> bool:
        """Tell whether the role or user of that name began it."""
        return self.initiator.rpartition(":")[2].split("/")[1:2] == [principal]
