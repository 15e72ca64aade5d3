"""What a user may choose about the replicas: class, encryption, ACL, and what becomes of large metadata."""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

StorageClass = Literal[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
]


class MetadataPolicy(StrEnum):
    """What becomes of an object whose user metadata does not fit into S3's 2 KB."""

    FAIL = "fail"
    DROP = "drop"
    """It is copied without its user metadata, all of it, and reported."""


class Encryption(StrEnum):
    """How S3 encrypts replicas."""

    BUCKET_DEFAULT = "bucket-default"
    SSE_S3 = "sse-s3"
    SSE_KMS = "sse-kms"


class Acl(StrEnum):
    """The ACL of replicas: the bucket's doing, a canned one for all, or each source object's own.

    Source:
        Amazon S3 User Guide, "Access control list (ACL) overview", canned ACLs.
    """

    BUCKET_DEFAULT = "bucket-default"
    SOURCE = "source"
    PRIVATE = "private"
    PUBLIC_READ = "public-read"
    PUBLIC_READ_WRITE = "public-read-write"
    AUTHENTICATED_READ = "authenticated-read"
    AWS_EXEC_READ = "aws-exec-read"
    BUCKET_OWNER_READ = "bucket-owner-read"
    BUCKET_OWNER_FULL_CONTROL = "bucket-owner-full-control"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StorageClassMap(_Model):
    """The S3 class for objects of each OSS class; None for what every other object gets.

    Source:
        OSS User Guide, "Storage classes".
    """

    standard: StorageClass | None = None
    ia: StorageClass | None = None
    archive: StorageClass | None = None
    cold_archive: StorageClass | None = None
    deep_cold_archive: StorageClass | None = None


class ReplicaSettings(_Model):
    """How replicas are written.

    Attributes:
        storage_class: Of replicas that ``storage_class_map`` says nothing about.
        kms_key: Id, alias or ARN of a KMS key, with ``sse-kms`` only; None for the account's own S3 key.
    """

    storage_class: StorageClass = "STANDARD"
    storage_class_map: StorageClassMap = StorageClassMap()
    encryption: Encryption = Encryption.BUCKET_DEFAULT
    kms_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9:/_-]{1,2048}$")] | None = None
    acl: Acl = Acl.BUCKET_DEFAULT
    metadata_policy: MetadataPolicy = MetadataPolicy.FAIL

    @model_validator(mode="after")
    def _key_has_a_use(self) -> Self:
        if self.kms_key is not None and self.encryption is not Encryption.SSE_KMS:
            msg = "a KMS key needs the encryption sse-kms"
            raise ValueError(msg)
        return self

    def storage_class_of(self, oss_class: str) -> str:
        """Return the S3 class for an object of an OSS class, such as ``ColdArchive`` in any case."""
        return self._chosen_classes.get(oss_class.lower()) or self.storage_class

    @cached_property
    def _chosen_classes(self) -> dict[str, StorageClass | None]:
        return {name.replace("_", ""): value for name, value in self.storage_class_map}
