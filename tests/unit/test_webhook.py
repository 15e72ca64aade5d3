"""Posting to webhooks, and to nothing inside."""

import json

import pytest
from ferry.errors import PermanentError, TransientError
from ferry.public_hosts import is_public
from ferry.retry import RetryPolicy
from ferry.webhook import Reply, Webhook, payload

URL = "https://hooks.example.com/services/secret"
MESSAGE = {"event": "run_ended", "subject": "Ferry: done", "text": "All.\n\nWell.", "facts": {"copied": 1}}


class Receiver:
    """Answers what it is told to, and notes what it got."""

    def __init__(self, *replies, addresses=("93.184.216.34",)):
        self.replies = list(replies)
        self.addresses = list(addresses)
        self.got = []

    def webhook(self):
        retry = RetryPolicy(attempts=3, sleep=lambda _: None)
        return Webhook(lambda host, port: self.addresses, self.exchange, retry)

    def exchange(self, url, addresses, body):
        self.got.append((url, addresses, json.loads(body)))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def test_a_message_is_posted_to_the_address_that_was_looked_up():
    receiver = Receiver(Reply(200, b"ok"))

    receiver.webhook().post(URL, **MESSAGE)

    ((url, addresses, body),) = receiver.got
    assert (url, addresses) == (URL, ["93.184.216.34"])
    assert body == {
        "text": "Ferry: done\n\nAll.\n\nWell.",
        "event": "run_ended",
        "subject": "Ferry: done",
        "facts": {"copied": 1},
    }


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "100.100.100.200",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
        "nonsense",
    ],
)
def test_nothing_is_posted_to_an_address_inside(address):
    receiver = Receiver(addresses=["93.184.216.34", address])

    with pytest.raises(PermanentError, match=r"hooks\.example\.com is not on the internet"):
        receiver.webhook().post(URL, **MESSAGE)

    assert receiver.got == []
    assert not is_public(address)


def test_a_busy_webhook_is_tried_again_a_few_times():
    receiver = Receiver(Reply(503, b""), TransientError("gone"), Reply(204, b""))

    receiver.webhook().post(URL, **MESSAGE)

    assert len(receiver.got) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again_and_names_no_secret(status):
    receiver = Receiver(Reply(status, b""))

    with pytest.raises(PermanentError, match=str(status)) as raised:
        receiver.webhook().post(URL, **MESSAGE)

    assert len(receiver.got) == 1
    assert "secret" not in str(raised.value)


def test_a_webhook_that_stays_busy_is_given_up():
    receiver = Receiver(*[Reply(500, b"")] * 3)

    with pytest.raises(TransientError, match="answered 500"):
        receiver.webhook().post(URL, **MESSAGE)


@pytest.mark.parametrize(
    ("host", "shape"),
    [
        ("oapi.dingtalk.com", {"msgtype": "text", "text": {"content": "Ferry: done\n\nAll.\n\nWell."}}),
        ("qyapi.weixin.qq.com", {"msgtype": "text", "text": {"content": "Ferry: done\n\nAll.\n\nWell."}}),
        ("open.feishu.cn", {"msg_type": "text", "content": {"text": "Ferry: done\n\nAll.\n\nWell."}}),
    ],
)
def test_chat_services_get_the_form_they_take(host, shape):
    assert payload(host, **MESSAGE) == shape


def test_teams_gets_a_card():
    (attachment,) = payload("prod-1.westeurope.logic.azure.com", **MESSAGE)["attachments"]

    assert [block["text"] for block in attachment["content"]["body"]] == ["Ferry: done", "All.", "Well."]


@pytest.mark.parametrize(
    ("host", "body"), [("oapi.dingtalk.com", b'{"errcode": 310000}'), ("open.feishu.cn", b'{"code": 19001}')]
)
def test_a_refusal_that_looks_like_success_is_one(host, body):
    receiver = Receiver(Reply(200, body))

    with pytest.raises(PermanentError, match="refused the message with the code"):
        receiver.webhook().post(f"https://{host}/robot/secret", **MESSAGE)


@pytest.mark.parametrize("body", [b'{"errcode": 0}', b"not json", b"[]", b'{"code": "x"}'])
def test_a_chat_service_that_says_all_is_well_is_believed(body):
    Receiver(Reply(200, body)).webhook().post("https://oapi.dingtalk.com/robot/secret", **MESSAGE)
