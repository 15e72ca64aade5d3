import asyncio
from contextlib import contextmanager

import pytest
from ferry.stores.memory import MemoryReplica, MemorySource

from tests.support.aws import new_table, unique_name
from tests.support.servers import moto, oss  # noqa: F401 - fixtures
from tests.support.store_cases import MemoryReplicaCase, MemorySourceCase, oss_source, s3_replica

BACKENDS = {"source": ["memory", "oss"], "replica": ["memory", "moto"]}


def pytest_configure(config):
    config.addinivalue_line("markers", "not_on(backend, reason): the backend lacks what the test is about")


def pytest_generate_tests(metafunc):
    """Run a test of stores on every backend, but those that lack what it is about."""
    lacking = {mark.args[0] for mark in metafunc.definition.iter_markers("not_on") if mark.kwargs["reason"]}
    for side, backends in BACKENDS.items():
        if side in metafunc.fixturenames:
            able = [name for name in backends if name not in lacking]
            metafunc.parametrize(side, able, indirect=True)


@contextmanager
def memory_source():
    with asyncio.Runner() as runner:
        yield MemorySourceCase(MemorySource(), runner)


@contextmanager
def memory_replica():
    with asyncio.Runner() as runner:
        yield MemoryReplicaCase(MemoryReplica(), runner)


@contextmanager
def empty_oss_bucket(server):
    with oss_source(server, unique_name("source")) as case:
        case.bucket.create_bucket()
        yield case


@pytest.fixture
def source(request):
    if request.param == "memory":
        opened = memory_source()
    else:
        opened = empty_oss_bucket(request.getfixturevalue("oss"))
    with opened as case:
        yield case


@pytest.fixture
def replica(request):
    opened = memory_replica() if request.param == "memory" else s3_replica(request.getfixturevalue("moto"))
    with opened as case:
        yield case


@pytest.fixture
def runner():
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def table(moto):  # noqa: F811
    with new_table(moto) as empty:
        yield empty
