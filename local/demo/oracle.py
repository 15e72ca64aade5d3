"""Judges a replica from outside: reads both sides with the vendors' own SDKs and compares all there is.

Nothing here knows how Ferry copies; it uses no part of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from typing import Protocol

from local.demo.threads import for_each

CONTENT_HEADERS = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
)
_MARKER_PREFIX = "ferry-"


@dataclass(frozen=True, slots=True)
class Described:
    """All that one side says about an object.

    Attributes:
        size: Bytes as stored.
        sha256: Digest of the bytes as stored, in hex.
        headers: Content headers that are set, lower-case names.
        metadata: User metadata, lower-case names, values as their owner wrote them.
        tags: Its tags.
    """

    size: int
    sha256: str
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Side(Protocol):
    """One bucket below one prefix."""

    def list_keys(self) -> Iterable[str]:
        """Every key below the prefix, without the prefix."""

    def describe(self, key: str) -> Described:
        """Read an object to its end, and its tags; the key is without the prefix."""


@dataclass(frozen=True)
class Verdict:
    """How a replica differs from its source; keys are without the prefixes.

    Attributes:
        missing: Keys that only the source has.
        extra: Keys that only the replica has.
        different: What differs, by key.
        same: How many objects are equal in everything.
        size: Bytes of the source.
    """

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    different: Mapping[str, tuple[str, ...]]
    same: int
    size: int

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return not (self.missing or self.extra or self.different)

    def __str__(self) -> str:
        if self.holds:
            return f"{self.same:,} objects are equal in bytes, headers, metadata and tags"
        return (
            f"{len(self.missing)} missing, {len(self.extra)} extra, "
            f"{len(self.different)} different, {self.same} same"
        )


def describe_all(side: Side, on_object: Callable[[Described], None] = lambda _: None) -> dict[str, Described]:
    """Read one side completely, several objects at a time.

    Args:
        side: What to read.
        on_object: Told about every object that was read, from this thread.
    """
    described: dict[str, Described] = {}

    def keep(key: str, found: Described) -> None:
        described[key] = found
        on_object(found)

    for_each(side.describe, side.list_keys(), keep)
    return described


def compare(source: Mapping[str, Described], replica: Mapping[str, Described]) -> Verdict:
    """Compare two sides that were read completely."""
    different = {
        key: differences
        for key in sorted(source.keys() & replica.keys())
        if (differences := _differences(source[key], replica[key]))
    }
    return Verdict(
        missing=tuple(sorted(source.keys() - replica.keys())),
        extra=tuple(sorted(replica.keys() - source.keys())),
        different=different,
        same=len(source.keys() & replica.keys()) - len(different),
        size=sum(described.size for described in source.values()),
    )


def owners_metadata(stored: Mapping[str, str]) -> dict[str, str]:
    """The metadata of a replica as the owner of its source wrote it.

    Args:
        stored: As S3 gives it; what Ferry records for itself is left out, and values that S3 cannot hold as
            they are come as encoded words.

    Source:
        RFC 2047, "Message Header Extensions for Non-ASCII Text".
    """
    return {
        name.lower(): str(make_header(decode_header(value))) if value.startswith("=?") else value
        for name, value in stored.items()
        if not name.lower().startswith(_MARKER_PREFIX)
    }


def _differences(source: Described, replica: Described) -> tuple[str, ...]:
    found = []
    if source.size != replica.size:
        found.append(f"size: {source.size} is {replica.size}")
    if source.sha256 != replica.sha256:
        found.append("content: other bytes")
    for what, wanted, seen in (
        ("header", source.headers, replica.headers),
        ("metadata", source.metadata, replica.metadata),
        ("tag", source.tags, replica.tags),
    ):
        found += [
            f"{what} {name}: {wanted.get(name)!r} is {seen.get(name)!r}"
            for name in sorted(wanted.keys() | seen.keys())
            if wanted.get(name) != seen.get(name)
        ]
    return tuple(found)
