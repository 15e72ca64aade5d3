"""The buckets of the contract suite: one shape over memory and over real protocols."""

import asyncio
from abc import abstractmethod
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import oss2
from ferry.metadata import decode_value
from ferry.objects import CONTENT_HEADERS, ByteRange, ReplicaProperties
from ferry.stores.access_keys import FixedKey, KeySource
from ferry.stores.http import HttpTransport
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.stores.oss import OssEndpoint, OssStore
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.stores.s3 import S3Store
from ferry.stores.signing import AccessKey

from local.deployment import AwsAccess
from local.oss.embedded import OssServer
from tests.support.aws import client_to, unique_name
from tests.support.clock import retry_policy


class SourceCase(Protocol):
    """A source bucket, and its owner's hands on it."""

    store: SourceStore
    runner: asyncio.Runner

    @abstractmethod
    def write(self, key: str, content: bytes = b"x", **fields: Any) -> None:
        """Store an object with ``content_headers``, ``metadata``, ``tags`` and ``storage_class``."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Delete an object."""

    @abstractmethod
    def link(self, key: str, target: str) -> None:
        """Store a symbolic link."""

    @abstractmethod
    def set_acl(self, key: str, acl: str) -> None:
        """Give an object an ACL."""

    def read(self, key: str, byte_range: ByteRange | None = None, if_match: str | None = None) -> bytes:
        """Open an object and read it whole."""

        async def read() -> bytes:
            async with self.store.open(key, byte_range=byte_range, if_match=if_match) as body:
                return await body.read()

        return self.runner.run(read())


@dataclass
class MemorySourceCase(SourceCase):
    store: MemorySource
    runner: asyncio.Runner

    def write(self, key: str, content: bytes = b"x", **fields: Any) -> None:
        self.store.write(key, content, **fields)

    def remove(self, key: str) -> None:
        self.store.remove(key)

    def link(self, key: str, target: str) -> None:
        self.store.link(key, target)

    def set_acl(self, key: str, acl: str) -> None:
        self.store.acls[key] = acl


@dataclass
class OssSourceCase(SourceCase):
    store: OssStore
    runner: asyncio.Runner
    bucket: oss2.Bucket

    def write(self, key: str, content: bytes = b"x", **fields: Any) -> None:
        headers: dict[str, Any] = {
            name: value.encode() for name, value in fields.get("content_headers", {}).items()
        }
        for name, value in fields.get("metadata", {}).items():
            headers[f"x-oss-meta-{name}"] = value.encode()
        if fields.get("tags"):
            headers["x-oss-tagging"] = urlencode(fields["tags"], quote_via=quote)
        if fields.get("storage_class"):
            headers["x-oss-storage-class"] = fields["storage_class"]
        self.bucket.put_object(key, content, headers=headers)

    def remove(self, key: str) -> None:
        self.bucket.delete_object(key)

    def link(self, key: str, target: str) -> None:
        self.bucket.put_symlink(target, key)

    def set_acl(self, key: str, acl: str) -> None:
        self.bucket.put_object_acl(key, acl)


class Connections(oss2.Session):
    """Closes what oss2 leaves open: replies whose body it never reads keep their connection."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Any] = []

    def do_request(self, req: Any, timeout: Any) -> Any:
        reply = super().do_request(req, timeout)
        self.replies.append(reply)
        return reply

    def close(self) -> None:
        for reply in self.replies:
            reply.response.close()
        self.session.close()


@contextmanager
def oss_source(
    server: OssServer,
    bucket: str,
    *,
    key: AccessKey | None = None,
    keys: KeySource | None = None,
    region: str | None = None,
    pays_requests: bool = False,
) -> Iterator[OssSourceCase]:
    """Reach a bucket of the local OSS server, which need not exist, with any key."""
    own = AccessKey(server.access_key_id, server.access_key_secret)
    connections = Connections()
    owner = oss2.Bucket(
        oss2.AuthV4(own.access_key_id, own.secret_access_key),
        server.endpoint,
        bucket,
        session=connections,
        region=server.region,
    )
    with asyncio.Runner() as runner, open_transport(runner) as transport:
        store = OssStore(
            bucket,
            endpoint=OssEndpoint(region or server.region, server.endpoint),
            keys=keys or FixedKey(key or own),
            http=transport,
            retry=retry_policy(),
            pays_requests=pays_requests,
        )
        store._bucket.session = connections
        try:
            yield OssSourceCase(store, runner, owner)
        finally:
            connections.close()


@contextmanager
def open_transport(runner: asyncio.Runner) -> Iterator[HttpTransport]:
    async def start() -> HttpTransport:
        return HttpTransport()

    transport = runner.run(start())
    try:
        yield transport
    finally:
        runner.run(transport.aclose())


class ReplicaCase(Protocol):
    """A replica bucket, and its owner's eyes on it."""

    store: ReplicaStore
    runner: asyncio.Runner

    @abstractmethod
    def content(self, key: str) -> bytes | None:
        """What an object holds, None when there is none."""

    @abstractmethod
    def properties(self, key: str) -> ReplicaProperties:
        """What an object was written with; metadata as its reader sees it."""

    @abstractmethod
    def acl(self, key: str) -> str | None:
        """The canned ACL that grants what an object's does."""

    @abstractmethod
    def uploads(self) -> list[str]:
        """Ids of the uploads that are neither completed nor aborted."""

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)


@dataclass
class MemoryReplicaCase(ReplicaCase):
    store: MemoryReplica
    runner: asyncio.Runner

    def content(self, key: str) -> bytes | None:
        stored = self.store.objects.get(key)
        return stored.content if stored else None

    def properties(self, key: str) -> ReplicaProperties:
        return self.store.objects[key].properties

    def acl(self, key: str) -> str | None:
        return self.store.objects[key].properties.acl

    def uploads(self) -> list[str]:
        return list(self.store.uploads)


@dataclass
class S3ReplicaCase(ReplicaCase):
    store: S3Store
    runner: asyncio.Runner
    client: Any

    def content(self, key: str) -> bytes | None:
        try:
            body = self.client.get_object(Bucket=self.store.bucket, Key=key)["Body"]
        except self.client.exceptions.NoSuchKey:
            return None
        with body:
            return bytes(body.read())

    def properties(self, key: str) -> ReplicaProperties:
        head = self.client.head_object(Bucket=self.store.bucket, Key=key)
        tags = self.client.get_object_tagging(Bucket=self.store.bucket, Key=key)["TagSet"]
        sent = head["ResponseMetadata"]["HTTPHeaders"]
        return ReplicaProperties(
            content_headers={name: sent[name] for name in CONTENT_HEADERS if name in sent},
            metadata={name: decode_value(value) for name, value in head["Metadata"].items()},
            tags={tag["Key"]: tag["Value"] for tag in tags},
            storage_class=head.get("StorageClass", "STANDARD"),
            encryption=head.get("ServerSideEncryption"),
            kms_key=head.get("SSEKMSKeyId"),
        )

    def acl(self, key: str) -> str | None:
        acl = self.client.get_object_acl(Bucket=self.store.bucket, Key=key)
        everybody = {grant["Permission"] for grant in acl["Grants"] if "URI" in grant["Grantee"]}
        return "public-read" if everybody == {"READ"} else "private"

    def uploads(self) -> list[str]:
        found = self.client.list_multipart_uploads(Bucket=self.store.bucket)
        return [upload["UploadId"] for upload in found.get("Uploads", [])]


@contextmanager
def s3_replica(access: AwsAccess, bucket: str | None = None) -> Iterator[S3ReplicaCase]:
    """Make a bucket and reach it, or reach one by name that need not exist."""
    with client_to(access, "s3") as client, asyncio.Runner() as runner, open_transport(runner) as transport:
        if bucket is None:
            bucket = unique_name("replica")
            client.create_bucket(Bucket=bucket)
        key = AccessKey(access.access_key_id, access.secret_access_key)
        store = S3Store(bucket, client=client, keys=FixedKey(key), http=transport, retry=retry_policy())
        yield S3ReplicaCase(store, runner, client)
