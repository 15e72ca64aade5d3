"""The objects of every cell: one of each kind that is copied in another way."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ferry.replica_policy import ReplicaPolicy

from tests.support.store_cases import OssSourceCase, S3ReplicaCase

KIB = 1024
WHOLE_SIZE = 64 * KIB
LARGE_SIZE = 5 * KIB**2
EARLIER = "earlier"
"""The run that wrote what the destination holds at first."""


def content_of(seed: str, size: int) -> bytes:
    return hashlib.shake_128(seed.encode()).digest(size)


@dataclass(frozen=True)
class Sample:
    """One source object, and what its replica holds before the run.

    Attributes:
        is_appended: Whether it was made by appending, so that only the marker tells that it is current.
        before: What the replica holds; None for no replica.
    """

    key: str
    content: bytes
    content_headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    is_appended: bool = False
    before: bytes | None = None

    def put(self, source: OssSourceCase, replica: S3ReplicaCase) -> None:
        """Write it on both sides."""
        if self.is_appended:
            source.bucket.append_object(self.key, 0, self.content[:5])
            source.bucket.append_object(self.key, 5, self.content[5:])
        else:
            source.write(
                self.key,
                self.content,
                content_headers=dict(self.content_headers),
                metadata=dict(self.metadata),
                tags=dict(self.tags),
            )
        if self.before is None:
            return
        fields = {}
        if self.before == self.content:
            properties = ReplicaPolicy(EARLIER).properties(source.store.head(self.key))
            fields = {"Metadata": dict(properties.metadata), "ContentType": "application/octet-stream"}
        replica.client.put_object(Bucket=replica.store.bucket, Key=self.key, Body=self.before, **fields)


_APPENDED = content_of("current", 300)
SAMPLES = (
    Sample("a-first", content_of("first", 100)),
    Sample("changed/current", _APPENDED, is_appended=True, before=_APPENDED),
    Sample("changed/outdated", content_of("new", 400), before=content_of("old", 400)),
    Sample("small/empty", b""),
    Sample(
        "small/described +%",
        content_of("described", 2_000),
        content_headers={"content-type": "text/plain", "cache-control": "no-store"},
        metadata={"author": "José 日本"},
    ),
    Sample(
        "streamed/packed",
        content_of("streamed", 3 * WHOLE_SIZE + 7),
        content_headers={"content-encoding": "gzip"},
    ),
    Sample("tagged/some", content_of("tagged", 10), tags={"team": "a b", "stage": "x=y"}),
)
"""What is there in every run."""

LARGE = Sample(
    "large/two-parts",
    content_of("large", LARGE_SIZE + 4_321),
    content_headers={"content-language": "zh"},
    metadata={"parts": "two"},
    tags={"size": "large"},
)


def sample_like(folder: str, name: str) -> Sample:
    """Another object that is copied as those in a folder are."""
    model = next(sample for sample in reversed((LARGE, *SAMPLES)) if sample.key.startswith(f"{folder}/"))
    return replace(model, key=f"{folder}/{name}")
