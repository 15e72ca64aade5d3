import itertools
from collections.abc import Iterator

import oss2
import pytest

from local.oss.credentials import parse_credential
from local.oss.embedded import OssServer
from tests.support.event_receiver import Receiver
from tests.support.events import AT_ONCE

_numbers = itertools.count()
_LIMITED = (
    "sts:sts-secret:token=the-token",
    "no-get:secret:deny=oss:GetObject",
    "no-tags:secret:deny=oss:GetObjectTagging",
    "reader:secret:read-only",
    "lister:secret:allow=oss:ListObjects",
)


class Connections(oss2.Session):
    """Closes what oss2 leaves open: replies whose body it never reads keep their connection."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[oss2.http.Response] = []

    def do_request(self, req, timeout):
        reply = super().do_request(req, timeout)
        self.replies.append(reply)
        return reply

    def close(self) -> None:
        for reply in self.replies:
            reply.response.close()
        self.session.close()


@pytest.fixture
def connections() -> Iterator[Connections]:
    session = Connections()
    yield session
    session.close()


@pytest.fixture(scope="session")
def server() -> Iterator[OssServer]:
    with OssServer(credentials=[parse_credential(text) for text in _LIMITED]) as running:
        yield running


@pytest.fixture(params=["v4", "v1"])
def auth(request, server):
    return oss2.make_auth(server.access_key_id, server.access_key_secret, request.param)


@pytest.fixture
def bucket_name():
    return f"bucket-{next(_numbers)}"


@pytest.fixture
def reach(server, connections, bucket_name):
    """Opens the test's bucket with any credentials."""

    def with_auth(auth, region=server.region):
        return oss2.Bucket(auth, server.endpoint, bucket_name, session=connections, region=region)

    return with_auth


@pytest.fixture
def bucket(server, reach) -> oss2.Bucket:
    """A fresh bucket, reached with V4 signatures."""
    opened = reach(oss2.AuthV4(server.access_key_id, server.access_key_secret))
    opened.create_bucket()
    return opened


@pytest.fixture
def signed_bucket(auth, reach) -> oss2.Bucket:
    """A fresh bucket, reached once with V4 and once with V1 signatures."""
    opened = reach(auth)
    opened.create_bucket()
    return opened


@pytest.fixture
def service(auth, server, connections) -> oss2.Service:
    return oss2.Service(auth, server.endpoint, session=connections, region=server.region)


@pytest.fixture(scope="session")
def shared_notifying_server() -> Iterator[OssServer]:
    with OssServer(notifications=AT_ONCE, control_token="token") as running:
        yield running


@pytest.fixture
def notifying_server(shared_notifying_server: OssServer) -> Iterator[OssServer]:
    """A server without notification rules that tries again at once; its control token is ``token``."""
    yield shared_notifying_server
    shared_notifying_server.notifications.clear()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint that takes every push."""
    with Receiver() as running:
        yield running
