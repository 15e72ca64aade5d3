"""Both buckets of one cell: a source on the OSS server, a replica behind the fault proxy."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, override

import boto3
import oss2
from botocore.config import Config
from ferry.keys import KeyMapping
from ferry.multipart.upload import LargeObjectCopier
from ferry.outcome import Outcome, Result
from ferry.replica_policy import ReplicaPolicy
from ferry.replicate import Replication
from ferry.retry import RetryPolicy
from ferry.stores.access_keys import FixedKey, KeySource, SessionKeys
from ferry.stores.http import HttpTransport
from ferry.stores.oss import OssEndpoint, OssStore
from ferry.stores.s3 import S3Store
from ferry.stores.signing import AccessKey
from ferry.tasks.models import CompareMode
from ferry.transfer.engine import TransferEngine, TransferLimits

from local.deployment import AwsAccess
from local.oss.credentials import Credential
from local.oss.embedded import OssServer
from tests.reliability.faults import ROTATED_KEY_ID
from tests.reliability.objects import LARGE_SIZE, WHOLE_SIZE
from tests.support.aws import client_to, running_moto, unique_name
from tests.support.clock import FakeClock, retry_policy
from tests.support.s3_faults.proxy import S3FaultProxy
from tests.support.store_cases import Connections, OssSourceCase, S3ReplicaCase

LONGEST_RUN_SECONDS = 2 * 3600.0
ROTATED_KEY_SECRET = "rotated-away-too"
_ATTEMPTS = 2
_IMPATIENT_ATTEMPTS = 4
_PATIENCE_SECONDS = 60.0
_SHORT_PATIENCE_SECONDS = 0.5


class NeverEndsError(Exception):
    """A run has paused for longer than any run may."""


class BoundedClock(FakeClock):
    """A fake clock that lets nobody pause for ever."""

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if sum(self.pauses) > LONGEST_RUN_SECONDS:
            msg = f"The run has paused for {sum(self.pauses):.0f} seconds."
            raise NeverEndsError(msg)


@dataclass
class RotatedKey(KeySource):
    """A key that has another behind it once it is refused."""

    current: AccessKey
    fresh: AccessKey

    @override
    def __call__(self) -> AccessKey:
        return self.current

    @override
    def renew(self, refused: AccessKey) -> AccessKey:
        self.current = self.fresh
        return self.current


@dataclass
class RotatedSession(KeySource):
    """The same for an AWS session, whose clients sign with what it holds."""

    session: boto3.Session
    fresh: AccessKey

    @override
    def __call__(self) -> AccessKey:
        return SessionKeys(self.session)()

    @override
    def renew(self, refused: AccessKey) -> AccessKey:
        held: Any = self.session.get_credentials()
        held.access_key, held.secret_key = self.fresh.access_key_id, self.fresh.secret_access_key
        return self()


@dataclass(frozen=True)
class Clouds:
    """What all cells share: an OSS server, and an S3 with a proxy before it.

    Attributes:
        owner: A client that reaches the S3 past the proxy.
        clients: Those that reach it through the proxy, by how long they wait for an answer.
    """

    oss: OssServer
    s3: AwsAccess
    proxy: S3FaultProxy
    owner: Any
    clients: dict[float, tuple[boto3.Session, Any]] = field(default_factory=dict)


@contextmanager
def running_clouds() -> Iterator[Clouds]:
    """Run both clouds in this process."""
    rotated = Credential(ROTATED_KEY_ID, ROTATED_KEY_SECRET)
    with (
        OssServer(credentials=[rotated]) as oss,
        running_moto("s3") as s3,
        S3FaultProxy(s3.endpoint) as proxy,
        client_to(s3, "s3") as owner,
    ):
        clouds = Clouds(oss, s3, proxy, owner)
        try:
            yield clouds
        finally:
            for _, client in clouds.clients.values():
                client.close()


@dataclass
class Sides:
    """Both buckets as Ferry sees them, and as their owner does, whom no fault meets.

    Attributes:
        retry: How Ferry tries again: at once, on a clock that only its pauses move.
        failures: What the last replication told to be failed.
    """

    source: OssSourceCase
    replica: S3ReplicaCase
    retry: RetryPolicy
    failures: list[Outcome] = field(default_factory=list)

    def replication(self, run_id: str) -> Replication:
        """A whole pass over everything."""
        self.failures = []
        sides = (self.source.store, self.replica.store, KeyMapping(), ReplicaPolicy(run_id))
        engine = TransferEngine(*sides, limits=TransferLimits(whole_size=WHOLE_SIZE), retry=self.retry)
        copier = LargeObjectCopier(*sides, part_size=LARGE_SIZE, retry=self.retry)
        return Replication(
            engine,
            copier,
            mode=CompareMode.AUTO,
            large_object_threshold=LARGE_SIZE,
            on_report=self._report,
        )

    def _report(self, outcome: Outcome) -> None:
        if outcome.result is Result.FAILED:
            self.failures.append(outcome)


@dataclass(frozen=True)
class _Client:
    """How Ferry reaches both sides.

    Attributes:
        is_rotated: Whether it begins with keys that have others behind them.
        patience_seconds: How long it waits for a server that says nothing.
    """

    http: HttpTransport
    retry: RetryPolicy
    is_rotated: bool
    patience_seconds: float


@contextmanager
def open_sides(clouds: Clouds, *, is_rotated: bool = False, is_impatient: bool = False) -> Iterator[Sides]:
    """Make an empty bucket on each side.

    Args:
        clouds: Where.
        is_rotated: Begin with keys that have others behind them.
        is_impatient: Give up soon on a server that says nothing, which really waits, but try more often,
            since a busy machine is silent too.
    """
    patience = _SHORT_PATIENCE_SECONDS if is_impatient else _PATIENCE_SECONDS
    retry = retry_policy(BoundedClock(), attempts=_IMPATIENT_ATTEMPTS if is_impatient else _ATTEMPTS)
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        client = _Client(_open_transport(stack, runner, patience), retry, is_rotated, patience)
        store, owner = _open_source(stack, clouds.oss, client)
        source = OssSourceCase(store, runner, owner)
        replica = S3ReplicaCase(_open_replica(stack, clouds, client), runner, clouds.owner)
        yield Sides(source, replica, retry)


def _open_transport(stack: ExitStack, runner: asyncio.Runner, patience_seconds: float) -> HttpTransport:
    async def start() -> HttpTransport:
        return HttpTransport(stall_timeout_seconds=patience_seconds)

    transport = runner.run(start())
    stack.callback(lambda: runner.run(transport.aclose()))
    return transport


def _open_source(stack: ExitStack, oss: OssServer, client: _Client) -> tuple[OssStore, oss2.Bucket]:
    own = AccessKey(oss.access_key_id, oss.access_key_secret)
    refused = AccessKey(ROTATED_KEY_ID, ROTATED_KEY_SECRET)
    connections = Connections()
    stack.callback(connections.close)
    name = unique_name("source")
    auth = oss2.AuthV4(own.access_key_id, own.secret_access_key)
    owner = oss2.Bucket(auth, oss.endpoint, name, session=connections, region=oss.region)
    owner.create_bucket()
    store = OssStore(
        name,
        endpoint=OssEndpoint(oss.region, oss.endpoint),
        keys=RotatedKey(refused, own) if client.is_rotated else FixedKey(own),
        http=client.http,
        retry=client.retry,
    )
    store._bucket.session = connections
    store._bucket.timeout = client.patience_seconds
    return store, owner


def _open_replica(stack: ExitStack, clouds: Clouds, client: _Client) -> S3Store:
    bucket = unique_name("replica")
    clouds.owner.create_bucket(Bucket=bucket)
    session, s3 = _s3_client(clouds, client.patience_seconds)
    keys: KeySource = SessionKeys(session)
    if client.is_rotated:
        session, s3 = _new_s3_client(clouds, ROTATED_KEY_ID, client.patience_seconds)
        stack.callback(s3.close)
        keys = RotatedSession(session, AccessKey(clouds.s3.access_key_id, clouds.s3.secret_access_key))
    return S3Store(bucket, client=s3, keys=keys, http=client.http, retry=client.retry)


def _s3_client(clouds: Clouds, patience_seconds: float) -> tuple[boto3.Session, Any]:
    """A client that cells share, since making one takes longer than many a cell."""
    if patience_seconds not in clouds.clients:
        made = _new_s3_client(clouds, clouds.s3.access_key_id, patience_seconds)
        clouds.clients[patience_seconds] = made
    return clouds.clients[patience_seconds]


def _new_s3_client(clouds: Clouds, access_key_id: str, patience_seconds: float) -> tuple[boto3.Session, Any]:
    session = boto3.Session(access_key_id, clouds.s3.secret_access_key, region_name=clouds.s3.region)
    settings = Config(
        retries={"total_max_attempts": 1}, read_timeout=patience_seconds, max_pool_connections=40
    )
    return session, session.client("s3", endpoint_url=clouds.proxy.endpoint, config=settings)
