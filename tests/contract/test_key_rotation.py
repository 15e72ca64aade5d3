"""A key that was rotated away is read again when it is refused, without a restart."""

import json

import boto3
import pytest
from ferry.credentials import KEEP_SECONDS, RENEW_SECONDS, SecretCredentials
from ferry.errors import ConfigurationError, TransientError
from ferry.keys import KeyRange
from ferry.stores.access_keys import FixedKey, SessionKeys, renewed
from ferry.stores.signing import AccessKey

from tests.support.aws import client_to, unique_name
from tests.support.clock import FakeClock
from tests.support.store_cases import oss_source
from tests.support.threads import together

OPERATIONS = {
    "list": lambda case: [row.key for row in case.store.list_objects("", KeyRange())] == ["k"],
    "head": lambda case: case.store.head("k").size == 1,
    "tags": lambda case: case.store.tags("k") == {},
}
GONE = AccessKey("rotated-away", "old-secret")


class Secret:
    """A secret in Secrets Manager, and who reads it."""

    def __init__(self, client, key):
        self.client = client
        self.name = unique_name("oss-key")
        self.reads = 0
        self.clock = FakeClock()
        client.create_secret(Name=self.name, SecretString=self.text(key))
        self.keys = SecretCredentials(self, self.name, clock=self.clock)

    @staticmethod
    def text(key):
        return json.dumps({"access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key})

    def get_secret_value(self, **fields):
        self.reads += 1
        return self.client.get_secret_value(**fields)

    def rotate(self, key):
        self.client.put_secret_value(SecretId=self.name, SecretString=self.text(key))
        self.clock.now += RENEW_SECONDS


@pytest.fixture
def good(oss):
    return AccessKey(oss.access_key_id, oss.access_key_secret)


@pytest.fixture
def secret(moto):
    with client_to(moto, "secretsmanager") as client:
        yield Secret(client, GONE)


@pytest.fixture
def case(oss, secret):
    with oss_source(oss, unique_name("source"), keys=secret.keys) as case:
        case.bucket.create_bucket()
        case.write("k")
        yield case


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("stale", [GONE, AccessKey("local-access-key", "old-secret")], ids=["id", "secret"])
def test_a_call_goes_on_with_the_key_that_replaced_its_own(case, secret, good, operation, stale):
    secret.rotate(stale)
    assert secret.keys() in {GONE, stale}
    secret.rotate(good)

    assert OPERATIONS[operation](case)


def test_a_body_is_worth_another_try_with_the_key_that_replaced_its_own(case, secret, good):
    secret.keys()
    secret.rotate(good)

    with pytest.raises(TransientError, match="read again") as caught:
        case.read("k")

    assert caught.value.reason == "InvalidAccessKeyId"
    assert case.read("k") == b"x"


@pytest.mark.parametrize("operation", [*OPERATIONS, "open"])
def test_a_key_that_nobody_replaced_is_a_wrong_setting(case, secret, operation):
    secret.keys()
    secret.clock.now += RENEW_SECONDS

    with pytest.raises(ConfigurationError) as caught:
        case.read("k") if operation == "open" else OPERATIONS[operation](case)

    assert caught.value.reason == "InvalidAccessKeyId"
    assert secret.reads == 2


def test_a_secret_is_read_once_however_many_requests_are_refused(secret, good):
    secret.keys()
    secret.rotate(good)

    keys = together(secret.keys.renew, [GONE] * 16)

    assert (set(keys), secret.reads) == ({good}, 2)


def test_a_secret_that_was_just_read_is_not_read_again(secret):
    secret.keys()

    assert secret.keys.renew(GONE) == GONE
    assert secret.reads == 1
    secret.clock.now += KEEP_SECONDS
    secret.keys()
    assert secret.reads == 2


def test_a_key_given_by_hand_has_no_other(good):
    error = ConfigurationError("Refused.", reason="InvalidAccessKeyId")

    assert renewed(error, FixedKey(good), good, {"InvalidAccessKeyId"}) is error


@pytest.fixture
def credentials_file(tmp_path, monkeypatch):
    file = tmp_path / "credentials"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))

    def write(key):
        file.write_text(
            f"[default]\naws_access_key_id={key.access_key_id}\n"
            f"aws_secret_access_key={key.secret_access_key}\naws_session_token={key.security_token}\n"
        )

    return write


def test_a_session_whose_file_was_renewed_goes_on_with_it_and_so_do_its_clients(credentials_file):
    old, new = AccessKey("old", "secret", "token-1"), AccessKey("new", "secret", "token-2")
    credentials_file(old)
    session = boto3.Session(region_name="us-east-1")
    keys = SessionKeys(session)
    client = session.client("s3")

    before, unchanged = keys(), keys.renew(old)
    credentials_file(new)

    assert (before, unchanged) == (old, old)
    assert (keys.renew(old), keys()) == (new, new)
    url = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    client.close()
    assert "token-2" in url


def test_credentials_handed_to_a_session_are_not_replaced_by_others(credentials_file):
    credentials_file(AccessKey("other", "secret", "token"))
    own = AccessKey("own", "secret")
    keys = SessionKeys(boto3.Session("own", "secret", region_name="us-east-1"))

    assert keys.renew(own) == own
