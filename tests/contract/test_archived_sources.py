"""Restoring archived objects on the OSS-compatible server."""

import pytest
from ferry.errors import ArchivedError, ConfigurationError, ObjectNotFoundError, PermanentError
from ferry.stores.signing import AccessKey

from local.oss.credentials import parse_credential
from local.oss.embedded import OssServer
from tests.support.aws import unique_name
from tests.support.servers import oss  # noqa: F401 - a fixture
from tests.support.store_cases import oss_source


@pytest.fixture
def slow():
    """A bucket whose restores take an hour, and a key that may not ask for them."""
    key = parse_credential("no-restore:secret:deny=oss:RestoreObject")
    with (
        OssServer(credentials=[key], restore_delay_seconds=3600) as server,
        oss_source(server, unique_name("source")) as case,
        oss_source(server, case.store.bucket, key=AccessKey("no-restore", "secret")) as denied,
    ):
        case.bucket.create_bucket()
        yield case, denied


@pytest.mark.parametrize("storage_class", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_an_archived_object_is_read_once_it_is_restored(oss, storage_class):  # noqa: F811
    with oss_source(oss, unique_name("source")) as source:
        source.bucket.create_bucket()
        source.write("k +%", b"body", storage_class=storage_class)

        with pytest.raises(ArchivedError, match="restore it on OSS"):
            source.read("k +%")
        source.store.restore("k +%", days=7)

        assert source.read("k +%") == b"body"


def test_a_restore_under_way_is_fine_and_not_over(slow):
    source, _ = slow
    source.write("k", b"body", storage_class="ColdArchive")

    for _ in range(2):
        source.store.restore("k", days=7)

    with pytest.raises(ArchivedError):
        source.read("k")
    assert "x-oss-restore" in source.bucket.head_object("k").headers


def test_what_cannot_be_restored_says_why(slow):
    source, denied = slow
    source.write("cold", b"body", storage_class="Archive")
    source.write("warm", b"body")

    with pytest.raises(ConfigurationError) as refused:
        denied.store.restore("cold", days=7)
    with pytest.raises(PermanentError) as needless:
        source.store.restore("warm", days=7)
    with pytest.raises(ObjectNotFoundError):
        source.store.restore("absent", days=7)

    assert (refused.value.reason, needless.value.reason) == ("AccessDenied", "OperationNotSupported")
