"""AWS in process: moto's server, and clients that reach it and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from local.deployment import AwsAccess

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

REGION = "us-east-1"
_numbers = itertools.count()


def unique_name(stem: str) -> str:
    """A name that no other test of this process uses."""
    return f"{stem}-{next(_numbers)}"


@contextmanager
def running_moto() -> Iterator[AwsAccess]:
    """Run moto's server on a free loopback port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield AwsAccess(f"http://{host}:{port}", REGION, "testing", "testing")
    finally:
        server.stop()


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
