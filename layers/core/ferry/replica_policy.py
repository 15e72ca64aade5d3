"""What a replica is given beside its bytes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from ferry.companions import NO_COMPANIONS, Companions
from ferry.errors import PermanentError
from ferry.metadata import encode_metadata, is_http_date
from ferry.objects import NO_NOTICES, OWN_METADATA, Marker, Notice, ReplicaProperties, SourceObject
from ferry.replica_settings import Acl, Encryption, MetadataPolicy, ReplicaSettings

SOURCE_EXPIRES: Final = "ferry-source-expires"
"""Keeps an Expires that is not a date, which S3 clients stumble over."""
_CLIENT_SIDE_ENCRYPTION: Final = "client-side-encryption-"
_ENCRYPTIONS: Final = {
    Encryption.BUCKET_DEFAULT: None,
    Encryption.SSE_S3: "AES256",
    Encryption.SSE_KMS: "aws:kms",
}
_ACLS_OF_OSS: Final = {
    "default": None,
    "private": "private",
    "public-read": "public-read",
    "public-read-write": "public-read-write",
}


@dataclass(frozen=True, slots=True)
class ReplicaPolicy:
    """How the replicas of one run are written."""

    run_id: str
    settings: ReplicaSettings = field(default_factory=ReplicaSettings)

    @property
    def wants_acl(self) -> bool:
        """Whether ``properties`` needs the source's ACL."""
        return self.settings.acl is Acl.SOURCE

    def properties(
        self, source: SourceObject, companions: Companions = NO_COMPANIONS, *, is_verified: bool = True
    ) -> ReplicaProperties:
        """Derive everything a replica of this source object is written with.

        Args:
            source: The version that is copied.
            companions: Its tags, and its ACL if that is wanted.
            is_verified: Whether more than the length of its content is checked.

        Raises:
            MetadataTooLargeError: The user metadata does not fit and may not be dropped.
            PermanentError: S3 refuses a name of the metadata, or the ACL has no equal there.
        """
        settings = self.settings
        noticed = NO_NOTICES if is_verified else frozenset({Notice.UNVERIFIED})
        marker = Marker.of(source, self.run_id, noticed, properties_digest(source, companions.tags))
        headers = dict(source.content_headers)
        kept = {name: value for name, value in source.metadata.items() if not name.startswith(OWN_METADATA)}
        if (
            "expires" in headers
            and not is_http_date(headers["expires"])
            and (expires := headers.pop("expires"))
        ):
            kept[SOURCE_EXPIRES] = expires
        try:
            metadata = encode_metadata(kept | marker.to_metadata())
        except PermanentError as error:
            if settings.metadata_policy is MetadataPolicy.FAIL:
                raise
            _check_droppable(kept, error)
            marker = replace(marker, notices=noticed | {Notice.METADATA_DROPPED})
            metadata = encode_metadata(marker.to_metadata())
        return ReplicaProperties(
            content_headers=headers,
            metadata=metadata,
            tags=companions.tags,
            storage_class=settings.storage_class_of(source.storage_class),
            encryption=_ENCRYPTIONS[settings.encryption],
            kms_key=settings.kms_key,
            acl=self._acl(companions),
            notices=marker.notices,
        )

    def _acl(self, companions: Companions) -> str | None:
        """Return the canned ACL of a replica, None for the bucket's doing."""
        acl = self.settings.acl
        if acl is Acl.BUCKET_DEFAULT:
            return None
        if acl is not Acl.SOURCE:
            return acl.value
        if companions.acl not in _ACLS_OF_OSS:
            msg = f"The source's ACL {companions.acl!r} has no equal on S3; choose one for all replicas."
            raise PermanentError(msg, reason="UnknownAcl")
        return _ACLS_OF_OSS[companions.acl]


def properties_digest(source: SourceObject, tags: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that differ when headers, user metadata or tags of a source do."""
    return _digest(
        *(tuple(sorted(named.items())) for named in (source.content_headers, source.metadata, tags))
    )


@lru_cache(maxsize=1024)
def _digest(*described: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


def _check_droppable(metadata: Mapping[str, str], error: PermanentError) -> None:
    """Keep the keys of objects that only their owner can decrypt, whatever the policy says.

    Source:
        OSS User Guide, "Client-side encryption": the encrypted data key is user metadata.
    """
    if any(name.startswith(_CLIENT_SIDE_ENCRYPTION) for name in metadata):
        msg = f"{error} It is not dropped, since the object could never be decrypted without it."
        raise type(error)(msg, reason=error.reason) from error
