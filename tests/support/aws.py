"""AWS in process: moto's server, and clients that reach it and nothing else."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from local.deployment import AwsAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

REGION = "us-east-1"
_numbers = itertools.count()


def unique_name(stem: str) -> str:
    """A name that no other test of this process uses."""
    return f"{stem}-{next(_numbers)}"


class _OneWriteAtATime:
    """Makes DynamoDB requests one after the other: moto's transactions see each other's halves otherwise."""

    def __init__(self, service: Any) -> None:
        dispatching = DomainDispatcherApplication(create_backend_app)
        self._app: Any = create_backend_app(service) if service else dispatching
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            with self._lock:
                return list(self._app(environ, start_response))
        return self._app(environ, start_response)  # type: ignore[no-any-return]


@contextmanager
def running_moto(service: str | None = None) -> Iterator[AwsAccess]:
    """Run moto's server on a free loopback port; one service alone answers faster."""
    server = make_server(
        "127.0.0.1", 0, _OneWriteAtATime(service), threaded=True, request_handler=MotoRequestHandler
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="moto")
    thread.start()
    try:
        yield AwsAccess(f"http://127.0.0.1:{server.server_port}", REGION, "testing", "testing")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def session_to(access: AwsAccess) -> boto3.Session:
    return boto3.Session(access.access_key_id, access.secret_access_key, region_name=access.region)


@contextmanager
def client_to(access: AwsAccess, service: str) -> Iterator[Any]:
    """A client that is closed again."""
    settings = Config(retries={"max_attempts": 1}, max_pool_connections=40)
    client: Any = session_to(access).client(service, endpoint_url=access.endpoint, config=settings)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def new_table(access: AwsAccess) -> Iterator[Table]:
    """A table like the template's, empty."""
    settings = Config(max_pool_connections=40)
    resource = session_to(access).resource("dynamodb", endpoint_url=access.endpoint, config=settings)
    table = resource.create_table(
        TableName=unique_name("ferry"),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    try:
        yield table
    finally:
        resource.meta.client.close()
