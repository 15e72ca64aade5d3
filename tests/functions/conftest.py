import pytest

from tests.support.deployments import deployed
from tests.support.servers import moto, oss  # noqa: F401 - fixtures


def pytest_collection_modifyitems(items):
    # An invocation that moved nothing has no metrics to write.
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:No application metrics to publish"))


@pytest.fixture
def deployment(moto, oss, monkeypatch):  # noqa: F811
    with deployed(moto, oss, monkeypatch) as stack:
        yield stack
