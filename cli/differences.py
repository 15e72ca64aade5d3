"""What differs between an object and its replica, as a pure rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ferry.objects import OWN_METADATA, Marker, Notice, SourceObject
from ferry.replica_policy import SOURCE_EXPIRES


@dataclass(frozen=True, slots=True)
class SourceSide:
    """An object of the source as it is now; ``digest`` is None unless contents are compared."""

    described: SourceObject
    tags: Mapping[str, str]
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class ReplicaSide:
    """Its replica as it is now, headers and metadata decoded."""

    size: int
    etag: str
    content_headers: Mapping[str, str]
    metadata: Mapping[str, str]
    tags: Mapping[str, str]
    digest: str | None = None

    @property
    def marker(self) -> Marker | None:
        """What the replica records about its source."""
        return Marker.from_metadata(self.metadata)


def differences(source: SourceSide, replica: ReplicaSide) -> list[str]:
    """Return what differs, each in a few words; nothing when the replica is what the source is."""
    described = source.described
    found: list[str] = []
    if described.size != replica.size:
        found.append(f"size: {described.size} on OSS, {replica.size} on S3")
    elif source.digest != replica.digest:
        found.append(f"content: SHA-256 {source.digest} on OSS, {replica.digest} on S3")
    found += _marker_differences(source, replica)
    found += _mapping_differences("header", described.content_headers, _headers_of(replica, described))
    if replica.marker is None or Notice.METADATA_DROPPED not in replica.marker.notices:
        found += _mapping_differences("metadata", _users(described.metadata), _users(replica.metadata))
    found += _mapping_differences("tag", source.tags, replica.tags)
    return found


def _users(metadata: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in metadata.items() if not name.startswith(OWN_METADATA)}


def _headers_of(replica: ReplicaSide, source: SourceObject) -> dict[str, str]:
    """Return a replica's headers with the Expires that S3 does not hold as one."""
    headers = dict(replica.content_headers)
    if (expires := replica.metadata.get(SOURCE_EXPIRES)) is not None:
        headers["expires"] = expires
    elif replica.marker is not None and Notice.METADATA_DROPPED in replica.marker.notices:
        headers |= {name: value for name, value in source.content_headers.items() if name == "expires"}
    return headers


def _marker_differences(source: SourceSide, replica: ReplicaSide) -> Iterator[str]:
    etag, marker = source.described.etag, replica.marker
    if marker is None:
        if source.digest is None and etag.lower() != replica.etag.lower():
            yield "content unknown: Ferry did not write the replica, compare it with --content"
        return
    if not marker.matches(etag):
        yield f"version: etag {etag} on OSS, the replica was made from {marker.etag}"
    elif None not in (marker.crc64, source.described.crc64) and marker.crc64 != source.described.crc64:
        yield f"CRC-64: {source.described.crc64} on OSS, {marker.crc64} recorded on S3"


def _mapping_differences(kind: str, source: Mapping[str, str], replica: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(source.keys() | replica.keys()):
        left, right = source.get(name), replica.get(name)
        if left != right:
            yield f"{kind} {name}: {_spell(left)} on OSS, {_spell(right)} on S3"


def _spell(value: str | None) -> str:
    return "none" if value is None else repr(value)
