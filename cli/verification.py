"""Comparing both sides object by object, apart from everything that copies or decides what to copy."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError, ResponseStreamingError
from ferry.errors import ObjectNotFoundError, PermanentError, TransientError
from ferry.finder.merge import Pair, merge_listings
from ferry.keys import KeyMapping, KeyRange
from ferry.listings import list_under
from ferry.metadata import decode_value
from ferry.objects import CONTENT_HEADERS
from ferry.retry import RetryPolicy
from ferry.stores.oss import OssStore
from ferry.stores.s3 import S3Store
from ferry.tasks.filters import Filters

from cli.differences import ReplicaSide, SourceSide, differences

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SHOWN: Final = 20
_AT_ONCE: Final = 32
_BATCH: Final = 256
_CHUNK: Final = 1024**2
_FOREVER: Final = float("inf")


@dataclass(slots=True)
class Verdict:
    """What was found, counted; the first keys of each kind with what is wrong.

    Attributes:
        missing: Source objects without a replica.
        extra: Replicas without a source object.
        different: Replicas that are not what their source is.
        same: Replicas that are.
    """

    missing: int = 0
    extra: int = 0
    different: int = 0
    same: int = 0
    shown: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def checked(self) -> int:
        """Keys looked at so far."""
        return self.missing + self.extra + self.different + self.same

    @property
    def agrees(self) -> bool:
        """Whether both sides are alike."""
        return not (self.missing or self.extra or self.different)

    def to_json(self) -> dict[str, int]:
        """Return the document that ``--json`` prints."""
        return {
            "missing": self.missing,
            "extra": self.extra,
            "different": self.different,
            "same": self.same,
        }

    def show(self, kind: str, key: str, what: str) -> None:
        """Keep one of the first of a kind."""
        if sum(shown[0] == kind for shown in self.shown) < SHOWN:
            self.shown.append((kind, key, what))


class Verifier:
    """Compares a source with its replica.

    Args:
        source: The source bucket.
        replica: The replica bucket, for its listing.
        client: A client of the replica's region.
        mapping: Which keys, and where they land.
        filters: Which objects.
        content: Read every body on both sides.
        pays_requests: Whether the caller pays for what it asks of the replica's bucket.
    """

    def __init__(  # noqa: PLR0913 - both sides, and what is compared of them
        self,
        source: OssStore,
        replica: S3Store,
        client: "S3Client",
        mapping: KeyMapping,
        filters: Filters,
        *,
        content: bool,
        pays_requests: bool,
    ) -> None:
        self.verdict = Verdict()
        self._source = source
        self._replica = replica
        self._client = client
        self._mapping = mapping
        self._filters = filters
        self._content = content
        self._paying: Any = {"RequestPayer": "requester"} if pays_requests else {}
        self._retry = RetryPolicy()

    async def run(self) -> Verdict:
        """Look at every key of either side.

        Raises:
            FerryError: A side could not be read.
        """
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_AT_ONCE))
        slots = asyncio.Semaphore(_AT_ONCE)
        async for batch in _batches(self._pairs):
            async with asyncio.TaskGroup() as group:
                for pair in batch:
                    group.create_task(self._check(pair, slots))
        return self.verdict

    def _pairs(self) -> Iterator[Pair]:
        mapping = self._mapping
        for pair in merge_listings(
            list_under(self._source, mapping.listing_prefixes, KeyRange()),
            list_under(self._replica, mapping.replica_listing_prefixes, KeyRange()),
            mapping,
        ):
            # The empty object that stands for the source's "folder" has no key on the other side.
            has_key = mapping.to_replica(pair.key) or (pair.source and pair.source.size)
            is_meant = mapping.covers(pair.key) and (pair.source is None or self._filters.take(pair.source))
            if has_key and is_meant:
                yield pair

    async def _check(self, pair: Pair, slots: asyncio.Semaphore) -> None:
        verdict = self.verdict
        async with slots:
            if pair.source and pair.source.is_symlink and not await self._takes_target(pair.key):
                return
            found = await self._differences(pair.key) if pair.source and pair.replica else None
        if found is None and pair.source:
            verdict.missing += 1
            verdict.show("missing", pair.key, "not on S3")
        elif found is None:
            verdict.extra += 1
            verdict.show("extra", self._mapping.to_replica(pair.key), "not on OSS")
        elif found:
            verdict.different += 1
            verdict.show("different", pair.key, "; ".join(found))
        else:
            verdict.same += 1

    async def _takes_target(self, key: str) -> bool:
        """Tell whether what a link points to is meant; the listing shows only the link."""
        if not self._filters.looks_at_objects:
            return True
        try:
            target = await self._retry.run(
                lambda: asyncio.to_thread(self._source.head, key), deadline=_FOREVER
            )
        except PermanentError:
            # Whatever is wrong with it shows when it is compared.
            return True
        return self._filters.take(target)

    async def _differences(self, key: str) -> list[str] | None:
        """Return what differs, None when the replica was deleted after it was listed."""
        replica = await self._retry.run(
            lambda: asyncio.to_thread(self._look_at_replica, self._mapping.to_replica(key)),
            deadline=_FOREVER,
        )
        if replica is None:
            return None
        try:
            source = await self._retry.run(lambda: self._look_at_source(key), deadline=_FOREVER)
        except ObjectNotFoundError:
            return ["deleted from OSS after it was listed"]
        return differences(source, replica)

    async def _look_at_source(self, key: str) -> SourceSide:
        digest = None
        if self._content:
            sha = hashlib.sha256()
            async with self._source.open(key) as body:
                async for chunk in body.chunks():
                    sha.update(chunk)
                described, digest = body.source, sha.hexdigest()
        else:
            described = await asyncio.to_thread(self._source.head, key)
        tags = await asyncio.to_thread(self._source.tags, key) if described.tag_count else {}
        return SourceSide(described, tags, digest)

    def _look_at_replica(self, key: str) -> ReplicaSide | None:
        bucket = self._replica.bucket
        digest = None
        reply: Any
        try:
            if self._content:
                reply = self._client.get_object(Bucket=bucket, Key=key, **self._paying)
                sha = hashlib.sha256()
                for chunk in reply["Body"].iter_chunks(_CHUNK):
                    sha.update(chunk)
                digest = sha.hexdigest()
            else:
                reply = self._client.head_object(Bucket=bucket, Key=key, **self._paying)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return None
            raise
        except (HTTPClientError, ResponseStreamingError) as error:
            msg = f"The reply of S3 broke off: {error}"
            raise TransientError(msg, reason="Truncated") from error
        headers = reply["ResponseMetadata"]["HTTPHeaders"]
        tags: dict[str, str] = {}
        if reply.get("TagCount") or headers.get("x-amz-tagging-count", "0") != "0":
            tag_set = self._client.get_object_tagging(Bucket=bucket, Key=key, **self._paying)["TagSet"]
            tags = {tag["Key"]: tag["Value"] for tag in tag_set}
        return ReplicaSide(
            size=reply["ContentLength"],
            etag=reply["ETag"].strip('"'),
            content_headers={name: _utf8(headers[name]) for name in CONTENT_HEADERS if name in headers},
            metadata={name.lower(): decode_value(value) for name, value in reply["Metadata"].items()},
            tags=tags,
            digest=digest,
        )


def _utf8(value: str) -> str:
    """HTTP clients show header bytes as latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


async def _batches(pairs: Callable[[], Iterator[Pair]]) -> AsyncIterator[tuple[Pair, ...]]:
    """Yield a listing in batches, read on another thread."""
    batches = batched(pairs(), _BATCH, strict=False)
    while batch := await asyncio.to_thread(next, batches, ()):
        yield batch
