"""Who may be told about a task."""

import pytest
from ferry.tasks.alerts import Alerts
from pydantic import ValidationError

SLACK = "https://hooks.slack.com/services/T0/B0/secret"


@pytest.mark.parametrize(
    "email", ["a@example.com", "first.last+ferry@mail.example.co.uk", "o'neil@example.cn"]
)
def test_an_address_is_taken_as_it_is(email):
    assert Alerts(email=email).email == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@b",
        "a@example.com,b@example.com",
        "a b@example.com",
        "a@exa mple.com",
        "ä@example.com",
        "a@example.com\n",
    ],
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(ValidationError, match="must be one e-mail address"):
        Alerts(email=email)


@pytest.mark.parametrize(
    "url",
    [SLACK, "https://oapi.dingtalk.com/robot/send?access_token=secret", "https://hooks.example.com:8443/x"],
)
def test_a_webhook_on_the_internet_is_taken(url):
    assert Alerts(webhook=url).webhook == url


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/x",
        "https://0x7f.0.0.0x1/x",
        "https://10.1/x",
        "https://metadata/x",
        "https://user:password@hooks.example.com/x",
        "https://hooks.example.com/x#fragment",
        "https://hooks.example.com:0/x",
        "https://hooks.example.com:70000/x",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nx-header: 1",
        "ftp://hooks.example.com/x",
        "hooks.example.com/x",
    ],
)
def test_a_webhook_that_may_lead_elsewhere_is_refused(url):
    with pytest.raises(ValidationError, match="must "):
        Alerts(webhook=url)


@pytest.mark.parametrize("seconds", [0, 59, 7 * 86400 + 1])
def test_a_limit_of_the_lag_is_between_a_minute_and_a_week(seconds):
    with pytest.raises(ValidationError):
        Alerts(email="a@example.com", lag_seconds=seconds)


def test_a_limit_needs_somebody_to_tell():
    with pytest.raises(ValidationError, match="an e-mail address or a webhook"):
        Alerts(lag_seconds=60)


def test_the_host_of_a_webhook_may_be_shown():
    assert Alerts(webhook=SLACK).webhook_host == "hooks.slack.com"
    assert Alerts(email="a@example.com").webhook_host is None
