"""What the index keeps about buckets, objects, uploads and parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Object types as ``x-oss-object-type`` names them, and delete markers, which are versions too."""

    NORMAL = "Normal"
    MULTIPART = "Multipart"
    APPENDABLE = "Appendable"
    SYMLINK = "Symlink"
    DELETE_MARKER = "DeleteMarker"


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


class Acl(StrEnum):
    """Who may read or write besides the owner; only objects have ``default``, which is the bucket's."""

    DEFAULT = "default"
    PRIVATE = "private"
    PUBLIC_READ = "public-read"
    PUBLIC_READ_WRITE = "public-read-write"


class Versioning(StrEnum):
    """Whether a bucket keeps what is overwritten; once on, it can only be suspended."""

    OFF = ""
    ENABLED = "Enabled"
    SUSPENDED = "Suspended"


class Payer(StrEnum):
    """Who pays for requests."""

    OWNER = "BucketOwner"
    REQUESTER = "Requester"


NULL_VERSION = "null"


@dataclass(frozen=True)
class Bucket:
    """A bucket.

    Attributes:
        name: Bucket name.
        account: Id of the account it belongs to.
        created_ms: Milliseconds since 1970.
        storage_class: Class of objects that name none.
        acl: Who may do what, for objects whose ACL is ``default``.
        versioning: Whether versions are kept.
        payer: Who pays.
        archive_direct_read: Whether Archive objects can be read without being restored.
        encryption: Server-side encryption headers of objects that name none, by lower-case name.
        policy: Policy document, empty for none.
        redundancy: ``LRS`` or ``ZRS``; makes no difference here.
    """

    name: str
    account: str
    created_ms: int
    storage_class: StorageClass = StorageClass.STANDARD
    acl: Acl = Acl.PRIVATE
    versioning: Versioning = Versioning.OFF
    payer: Payer = Payer.OWNER
    archive_direct_read: bool = False
    encryption: Mapping[str, str] = field(default_factory=dict)
    policy: str = ""
    redundancy: str = "LRS"


@dataclass(frozen=True)
class Attributes:
    """What a writer says about an object besides its content.

    Attributes:
        headers: Content-Type and the like, and ``x-oss-meta-*``, by lower-case name.
        tags: Object tags.
        storage_class: Storage class.
        acl: Who may read or write the object.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    storage_class: StorageClass = StorageClass.STANDARD
    acl: Acl = Acl.DEFAULT


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
    """An object or one of its versions as listings show it."""

    key: bytes
    sequence: int
    version_id: str
    size: int
    etag: str
    kind: Kind
    storage_class: StorageClass
    modified_ms: int
    restored_from_ms: int
    restored_until_ms: int


@dataclass(frozen=True)
class ObjectRecord:
    """One version of an object, or a delete marker.

    Attributes:
        key: Object key.
        kind: Object type.
        etag: Upper-case, without quotes.
        content: Where the bytes are.
        attributes: What the writer said.
        modified_ms: Milliseconds since 1970.
        points_at: Key a symlink points at, otherwise empty.
        restored_from_ms: When a restored archive object can be read for the first time.
        restored_until_ms: When it can no longer be read; 0 when it was never restored.
        version_id: Opaque id, ``null`` unless versioning was enabled when it was written.
        sequence: Grows with each version of a key; 0 for a record that is not stored yet.
    """

    key: bytes
    kind: Kind
    etag: str
    content: StoredContent
    attributes: Attributes
    modified_ms: int
    points_at: bytes = b""
    restored_from_ms: int = 0
    restored_until_ms: int = 0
    version_id: str = NULL_VERSION
    sequence: int = 0

    @property
    def size(self) -> int:
        """Bytes in the object."""
        return self.content.size


@dataclass(frozen=True)
class Upload:
    """A multipart upload that is neither completed nor aborted.

    The parts of a sequential one come in order, and its object has an MD5.
    """

    upload_id: str
    bucket: str
    key: bytes
    attributes: Attributes
    initiated_ms: int
    sequential: bool = False


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
