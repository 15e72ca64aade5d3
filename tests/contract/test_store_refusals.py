"""What stores over real protocols make of refusals: which setting is wrong, and what to do."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError
from ferry.errors import ConfigurationError, PermanentError, TransientError
from ferry.keys import KeyRange
from ferry.preflight import check_access
from ferry.stores.access_keys import FixedKey, SessionKeys
from ferry.stores.oss import OssEndpoint, OssStore
from ferry.stores.run_bucket import RunBucket
from ferry.stores.signing import AccessKey

from local.deployment import AwsAccess
from tests.support.aws import REGION, client_to, session_to, unique_name
from tests.support.builders import SAME_KEYS, properties
from tests.support.store_cases import open_transport, oss_source, s3_replica

NOWHERE = "http://127.0.0.1:1"
OPERATIONS = {
    "list": lambda case: list(case.store.list_objects("", KeyRange())),
    "first key": lambda case: case.store.first_key("", KeyRange()),
    "head": lambda case: case.store.head("k"),
    "tags": lambda case: case.store.tags("k"),
    "acl": lambda case: case.store.acl("k"),
    "open": lambda case: case.read("k"),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS)


@pytest.fixture
def bucket(oss):
    name = unique_name("source")
    with oss_source(oss, name) as case:
        case.bucket.create_bucket()
        case.write("k")
        yield name


@every_operation
@pytest.mark.parametrize(
    ("key", "reason", "remedy"),
    [
        (AccessKey("nobody", "secret"), "InvalidAccessKeyId", "access key"),
        (AccessKey("local-access-key", "hush-hush"), "SignatureDoesNotMatch", "secret"),
    ],
    ids=["id", "secret"],
)
def test_a_wrong_access_key_is_named(oss, bucket, operation, key, reason, remedy):
    with (
        oss_source(oss, bucket, key=key) as case,
        pytest.raises(ConfigurationError, match=f"To go on: .*{remedy}") as caught,
    ):
        OPERATIONS[operation](case)

    assert caught.value.reason == reason
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("operation", ["head", "open"])
def test_a_missing_permission_to_read_is_named(oss, bucket, operation):
    with (
        oss_source(oss, bucket, key=AccessKey("no-get", "secret")) as case,
        pytest.raises(ConfigurationError, match="oss:GetObject"),
    ):
        OPERATIONS[operation](case)


def test_a_missing_permission_to_read_acls_is_named(oss, bucket):
    with (
        oss_source(oss, bucket, key=AccessKey("no-acl", "secret")) as case,
        pytest.raises(ConfigurationError, match="oss:GetObjectAcl"),
    ):
        case.store.acl("k")


@every_operation
def test_a_wrong_region_is_named(oss, bucket, operation):
    with (
        oss_source(oss, bucket, region="cn-beijing") as case,
        pytest.raises(ConfigurationError, match=r"To go on: .*region"),
    ):
        OPERATIONS[operation](case)


@every_operation
def test_a_missing_bucket_is_not_a_missing_object(oss, operation):
    with oss_source(oss, "no-such-bucket") as case, pytest.raises(ConfigurationError) as caught:
        OPERATIONS[operation](case)

    assert caught.value.reason == "NoSuchBucket"


@every_operation
def test_a_source_that_does_not_answer_is_worth_another_try(oss, operation):
    with oss_source(oss, "photos") as case:
        case.store = OssStore(
            "photos",
            endpoint=OssEndpoint("cn-hangzhou", NOWHERE),
            keys=FixedKey(AccessKey("a", "b")),
            http=case.store._http,
            retry=case.store._retry,
        )

        with pytest.raises(TransientError):
            OPERATIONS[operation](case)


@pytest.mark.parametrize("url", ["oss-cn-hangzhou.aliyuncs.com", "ftp://oss", "https://"])
def test_an_endpoint_that_is_no_url_is_refused(url):
    with pytest.raises(ConfigurationError, match="is not a URL such as"):
        OssStore("photos", endpoint=OssEndpoint("cn-hangzhou", url), keys=None, http=None)


@pytest.mark.parametrize(
    ("url", "is_cname", "base"),
    [
        ("https://oss-cn-hangzhou.aliyuncs.com", False, "https://photos.oss-cn-hangzhou.aliyuncs.com"),
        ("https://oss-cn-hangzhou.aliyuncs.com/", False, "https://photos.oss-cn-hangzhou.aliyuncs.com"),
        ("https://images.example.com", True, "https://images.example.com"),
        ("http://127.0.0.1:9000", False, "http://127.0.0.1:9000/photos"),
        ("http://localhost:9000", False, "http://localhost:9000/photos"),
    ],
)
def test_a_bucket_is_addressed_as_its_endpoint_wants(url, is_cname, base):
    store = OssStore("photos", endpoint=OssEndpoint("cn-hangzhou", url, is_cname), keys=None, http=None)

    assert store._base_url == base


def write(case):
    return case.run(case.store.put("k", b"x", size=1, properties=properties(), expected=None))


@pytest.mark.parametrize(
    "operation",
    [
        lambda case: list(case.store.list_objects("", KeyRange())),
        write,
        lambda case: case.store.check_writable("k"),
        lambda case: case.run(case.store.create_upload("k", properties())),
    ],
    ids=["list", "put", "check", "upload"],
)
def test_a_missing_destination_bucket_is_named(moto, operation):
    with (
        s3_replica(moto, "no-such-bucket") as case,
        pytest.raises(ConfigurationError, match="create the destination bucket") as caught,
    ):
        operation(case)

    assert caught.value.reason == "NoSuchBucket"


@pytest.mark.parametrize(
    "operation",
    [
        lambda case: list(case.store.list_objects("", KeyRange())),
        lambda case: case.store.head("k"),
        lambda case: case.store.delete("k", expected="E"),
        lambda case: case.store.abort_upload("k", "upload"),
        lambda case: list(case.store.list_parts("k", "upload")),
        write,
    ],
    ids=["list", "head", "delete", "abort", "parts", "put"],
)
def test_a_destination_that_does_not_answer_is_worth_another_try(operation):
    with (
        s3_replica(AwsAccess(NOWHERE, REGION, "a", "b"), "photos") as case,
        pytest.raises(TransientError) as caught,
    ):
        operation(case)

    assert caught.value.reason == "ConnectionFailed"


def test_a_preflight_says_which_side_is_wrong(oss, moto, bucket):
    with (
        oss_source(oss, bucket) as source,
        s3_replica(moto) as replica,
        s3_replica(moto, "missing") as missing,
    ):
        check_access(source.store, replica.store, SAME_KEYS)

        with pytest.raises(ConfigurationError, match="The destination cannot be used"):
            check_access(source.store, missing.store, SAME_KEYS)
        assert replica.uploads() == []
    with (
        oss_source(oss, "no-such-bucket") as source,
        s3_replica(moto) as replica,
        pytest.raises(ConfigurationError, match="The source cannot be used"),
    ):
        check_access(source.store, replica.store, SAME_KEYS)


def test_a_session_without_credentials_is_named(monkeypatch):
    class Nobody:
        def get_credentials(self):
            return None

    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID"):
        SessionKeys(Nobody())()
    assert SessionKeys(session_to(AwsAccess("", REGION, "a", "b")))() == AccessKey("a", "b")


def test_a_document_is_written_once_and_read_back(moto):
    name = unique_name("runs")
    with client_to(moto, "s3") as client:
        client.create_bucket(Bucket=name)
        documents = RunBucket(client, name)

        first = documents.write_once("runs/a.json", b"{}")
        second = documents.write_once("runs/a.json", b"[]")

        assert (first, second) == (True, False)
        assert (documents.read("runs/a.json"), documents.read("runs/b.json")) == (b"{}", None)


def test_a_run_bucket_that_is_missing_is_an_error_and_not_an_absent_document(moto):
    with client_to(moto, "s3") as client, pytest.raises((ClientError, PermanentError)):
        RunBucket(client, "no-such-bucket").read("runs/a.json")


def test_a_redirect_of_the_source_is_not_followed():
    class Redirecting(BaseHTTPRequestHandler):
        asked: ClassVar[list[str]] = []

        def do_HEAD(self):
            self.asked.append(self.path)
            self.send_response(302)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    with (
        HTTPServer(("127.0.0.1", 0), Redirecting) as server,
        asyncio.Runner() as runner,
        open_transport(runner) as http,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = OssEndpoint("cn-hangzhou", f"http://127.0.0.1:{server.server_port}")
        store = OssStore("bucket", endpoint=endpoint, keys=FixedKey(AccessKey("id", "secret")), http=http)

        with pytest.raises(PermanentError):
            store.head("k")
        server.shutdown()

    assert Redirecting.asked == ["/bucket/k"]
