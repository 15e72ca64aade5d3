"""What the index keeps about buckets, objects, uploads and parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Object types as ``x-oss-object-type`` names them."""

    NORMAL = "Normal"
    MULTIPART = "Multipart"
    APPENDABLE = "Appendable"
    SYMLINK = "Symlink"


class StorageClass(StrEnum):
    """Storage classes as ``x-oss-storage-class`` names them."""

    STANDARD = "Standard"
    IA = "IA"
    ARCHIVE = "Archive"
    COLD_ARCHIVE = "ColdArchive"
    DEEP_COLD_ARCHIVE = "DeepColdArchive"

    @property
    def needs_restore(self) -> bool:
        """Whether objects of the class cannot be read before they are restored."""
        return self not in {StorageClass.STANDARD, StorageClass.IA}


@dataclass(frozen=True)
class Bucket:
    """A bucket.

    Attributes:
        name: Bucket name.
        storage_class: Class of objects that name none.
        created_ms: Milliseconds since 1970.
    """

    name: str
    storage_class: StorageClass
    created_ms: int


@dataclass(frozen=True)
class Attributes:
    """What a writer says about an object besides its content.

    Attributes:
        headers: Content-Type and the like, and ``x-oss-meta-*``, by lower-case name.
        tags: Object tags.
        storage_class: Storage class.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    storage_class: StorageClass = StorageClass.STANDARD


@dataclass(frozen=True)
class StoredContent:
    """An immutable content on disk.

    Attributes:
        name: Its name in the content store; empty for no bytes at all.
        size: Bytes.
        md5: MD5 digest, empty when the content was put together from others.
        crc64: CRC-64/XZ.
    """

    name: str
    size: int
    md5: bytes
    crc64: int


@dataclass(frozen=True)
class ObjectRow:
    """An object as listings show it."""

    key: bytes
    size: int
    etag: str
    kind: Kind
    storage_class: StorageClass
    modified_ms: int


@dataclass(frozen=True)
class ObjectRecord:
    """The current object of a key.

    Attributes:
        key: Object key.
        kind: Object type.
        etag: Upper-case, without quotes.
        content: Where the bytes are.
        attributes: What the writer said.
        modified_ms: Milliseconds since 1970.
        points_at: Key a symlink points at, otherwise empty.
        restored_until_ms: When a restored archive object can no longer be read; 0 when not restored.
    """

    key: bytes
    kind: Kind
    etag: str
    content: StoredContent
    attributes: Attributes
    modified_ms: int
    points_at: bytes = b""
    restored_until_ms: int = 0

    @property
    def size(self) -> int:
        """Bytes in the object."""
        return self.content.size


@dataclass(frozen=True)
class Upload:
    """A multipart upload that is neither completed nor aborted."""

    upload_id: str
    bucket: str
    key: bytes
    attributes: Attributes
    initiated_ms: int


@dataclass(frozen=True)
class Part:
    """A part that was uploaded."""

    number: int
    content: StoredContent
    modified_ms: int

    @property
    def etag(self) -> str:
        """Upper-case MD5, without quotes."""
        return self.content.md5.hex().upper()
