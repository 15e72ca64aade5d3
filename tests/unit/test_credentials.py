import json

import pytest
from botocore.exceptions import ClientError
from ferry.credentials import KEEP_SECONDS, SecretCredentials, parse_secret, read_secret
from ferry.errors import ConfigurationError, TransientError
from ferry.stores.signing import AccessKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import FakeClock

GOOD = {"access_key_id": "LTAI-id", "secret_access_key": "hush-hush"}


class Secrets:
    """A Secrets Manager that answers one text or one error."""

    def __init__(self, answer):
        self.answer = answer
        self.calls = 0

    def get_secret_value(self, SecretId):  # noqa: N803 - as boto3 calls it
        self.calls += 1
        if isinstance(self.answer, str):
            raise ClientError({"Error": {"Code": self.answer, "Message": "hush-hush"}}, "GetSecretValue")
        return self.answer


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (GOOD, AccessKey("LTAI-id", "hush-hush")),
        ({**GOOD, "security_token": "token"}, AccessKey("LTAI-id", "hush-hush", "token")),
        ({**GOOD, "security_token": ""}, AccessKey("LTAI-id", "hush-hush")),
        ({**GOOD, "security_token": None}, AccessKey("LTAI-id", "hush-hush")),
        (
            {"access_key_id": " LTAI-id\n", "secret_access_key": "\thush-hush "},
            AccessKey("LTAI-id", "hush-hush"),
        ),
        ({**GOOD, "note": "rotated in May"}, AccessKey("LTAI-id", "hush-hush")),
    ],
)
def test_a_secret_is_read_with_or_without_a_token(fields, expected):
    assert parse_secret(json.dumps(fields), "oss-key") == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("hush-hush", "not JSON"),
        ('"hush-hush"', "not JSON"),
        ('["hush-hush"]', "not JSON"),
        ("{}", "lacks access_key_id and secret_access_key"),
        ('{"secret_access_key": "hush-hush"}', "lacks access_key_id"),
        ('{"access_key_id": "a", "secret_access_key": " "}', "lacks secret_access_key"),
        ('{"access_key_id": 5, "secret_access_key": "hush-hush"}', "lacks access_key_id"),
        ('{"accessKeyId": "a", "accessKeySecret": "hush-hush"}', "lacks access_key_id"),
    ],
)
def test_a_secret_of_another_form_is_refused_with_what_it_should_look_like(text, says):
    with pytest.raises(ConfigurationError, match=says) as caught:
        parse_secret(text, "oss-key")

    message = str(caught.value)
    assert "oss-key" in message
    assert "hush-hush" not in message
    assert '"access_key_id"' in message


@given(st.text(min_size=6))
def test_no_error_shows_the_text_of_a_secret(text):
    secret = f"{{{text}"

    with pytest.raises(ConfigurationError) as caught:
        parse_secret(secret, "oss-key")

    assert caught.value.__cause__ is None
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "error", "says"),
    [
        ("ResourceNotFoundException", ConfigurationError, "no secret 'oss-key'; create it"),
        ("AccessDeniedException", ConfigurationError, "SecretArns"),
        ("DecryptionFailure", ConfigurationError, "DecryptionFailure"),
        ("ThrottlingException", TransientError, "ThrottlingException"),
        ("InternalServiceError", TransientError, "InternalServiceError"),
    ],
)
def test_a_refusal_says_what_to_do(code, error, says):
    with pytest.raises(error, match=says) as caught:
        read_secret(Secrets(code), "oss-key")

    assert caught.value.reason == code
    assert "hush-hush" not in str(caught.value)


def test_a_binary_secret_is_refused():
    with pytest.raises(ConfigurationError, match="not JSON"):
        read_secret(Secrets({"SecretBinary": b"hush-hush"}), "oss-key")


def test_a_secret_is_kept_for_a_while_and_then_read_again():
    clock = FakeClock()
    secrets = Secrets({"SecretString": json.dumps(GOOD)})
    credentials = SecretCredentials(secrets, "oss-key", clock=clock)

    first = [credentials(), credentials()]
    clock.now += KEEP_SECONDS
    secrets.answer = {"SecretString": json.dumps({**GOOD, "secret_access_key": "rotated"})}
    second = credentials()

    assert [key.secret_access_key for key in [*first, second]] == ["hush-hush", "hush-hush", "rotated"]
    assert secrets.calls == 2


def test_the_text_form_of_a_key_shows_no_secret():
    key = AccessKey("LTAI-id", "hush-hush", "token-text")

    assert "LTAI-id" in f"{key} {key!r}"
    assert "hush-hush" not in f"{key} {key!r}"
    assert "token-text" not in f"{key} {key!r}"
