"""Servers that live as long as the tests of one process: fixtures to import into a conftest."""

from collections.abc import Iterator

import pytest

from local.deployment import AwsAccess
from local.oss.credentials import parse_credential
from local.oss.embedded import OssServer
from tests.support.aws import running_moto

LIMITED_KEYS = (
    "no-get:secret:deny=oss:GetObject",
    "no-tags:secret:deny=oss:GetObjectTagging",
    "no-acl:secret:deny=oss:GetObjectAcl",
    "guest:secret:account=4711",
)


@pytest.fixture(scope="session")
def moto() -> Iterator[AwsAccess]:
    with running_moto() as access:
        yield access


@pytest.fixture(scope="session")
def oss() -> Iterator[OssServer]:
    with OssServer(credentials=[parse_credential(text) for text in LIMITED_KEYS]) as server:
        yield server
