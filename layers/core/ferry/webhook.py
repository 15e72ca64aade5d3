"""Posting messages to webhooks of chat services and of people's own, and to nothing inside.

The host is looked up once, every address of it has to be on the internet, and the connection goes to one of
these addresses, so that no second look-up can lead elsewhere. Redirects are not followed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from ferry.errors import PermanentError, TransientError
from ferry.public_hosts import Resolve, public_addresses, system_addresses
from ferry.retry import RetryPolicy

_CONNECT_SECONDS: Final = 3
_TOTAL_SECONDS: Final = 6
_MAX_REPLY: Final = 16 * 1024
_DINGTALK: Final = ("oapi.dingtalk.com", "qyapi.weixin.qq.com")
"""DingTalk, and WeCom, which takes the same."""
_FEISHU: Final = ("open.feishu.cn", "open.larksuite.com")
_TEAMS: Final = (".logic.azure.com", ".powerplatform.com", ".webhook.office.com")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook answered."""

    status: int
    body: bytes


type Exchange = Callable[[str, list[str], bytes], Reply]


def curl_exchange(url: str, addresses: list[str], body: bytes) -> Reply:
    """Post JSON over TLS to one of these addresses of the URL's host; raises TransientError."""
    import certifi
    import pycurl

    parts = urlsplit(url)
    literal = ",".join(f"[{one}]" if ":" in one else one for one in addresses)
    received = bytearray()

    def receive(piece: bytes) -> None:
        received.extend(piece[: _MAX_REPLY - len(received)])

    curl: Any = pycurl.Curl()
    try:
        for option, value in (
            (pycurl.URL, url),
            (pycurl.RESOLVE, [f"{parts.hostname}:{parts.port or 443}:{literal}"]),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROXY, ""),
            (pycurl.NOSIGNAL, 1),
            (pycurl.CAINFO, certifi.where()),
            (pycurl.CONNECTTIMEOUT, _CONNECT_SECONDS),
            (pycurl.TIMEOUT, _TOTAL_SECONDS),
            (pycurl.USERAGENT, "Ferry"),
            (pycurl.HTTPHEADER, ["content-type: application/json; charset=utf-8", "expect:"]),
            (pycurl.POSTFIELDS, body),
            (pycurl.WRITEFUNCTION, receive),
        ):
            curl.setopt(option, value)
        curl.perform()
        return Reply(int(curl.getinfo(pycurl.RESPONSE_CODE)), bytes(received))
    except pycurl.error as error:
        # Its text may hold the URL, which is a secret; the number says enough.
        msg = f"The webhook at {parts.hostname} could not be reached (curl error {error.args[0]})."
        raise TransientError(msg, reason="WebhookUnreachable") from None
    finally:
        curl.close()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts messages.

    Attributes:
        resolve: Looks up the addresses of a host.
        exchange: Posts a body to a URL at one of these addresses.
        retry: How often it is tried.
    """

    resolve: Resolve = system_addresses
    exchange: Exchange = curl_exchange
    retry: RetryPolicy = field(default_factory=lambda: RetryPolicy(attempts=3, longest_seconds=15))

    def post(self, url: str, *, event: str, subject: str, text: str, facts: Mapping[str, Any]) -> None:
        """Post a message in the form that the host takes.

        Raises:
            PermanentError: The host is not on the internet, or it refused the message.
            TransientError: It could not be reached, or was too busy, at every try.
        """
        host, port = urlsplit(url).hostname or "", urlsplit(url).port or 443
        body = json.dumps(payload(host, event=event, subject=subject, text=text, facts=facts)).encode()

        def attempt() -> None:
            addresses = public_addresses(host, port, self.resolve)
            _check(host, self.exchange(url, addresses, body))

        self.retry.call(attempt)


def payload(host: str, *, event: str, subject: str, text: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON that a host takes: chat services have forms of their own, all others get everything.

    Source:
        DingTalk, "Custom robot access"; Feishu, "Use bots in groups"; Microsoft Teams, "Create incoming
        webhooks with Workflows"; Slack, "Sending messages using incoming webhooks".
    """
    said = f"{subject}\n\n{text}"
    if host in _DINGTALK:
        return {"msgtype": "text", "text": {"content": said}}
    if host in _FEISHU:
        return {"msg_type": "text", "content": {"text": said}}
    if host.endswith(_TEAMS):
        blocks = [
            {"type": "TextBlock", "text": subject, "weight": "Bolder", "wrap": True},
            *({"type": "TextBlock", "text": line, "wrap": True} for line in text.splitlines() if line),
        ]
        card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
        return {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
        }
    return {"text": said, "event": event, "subject": subject, "facts": dict(facts)}


def _check(host: str, reply: Reply) -> None:
    """Raise unless a message was taken."""
    if reply.status in {408, 425, 429} or reply.status >= 500:
        msg = f"The webhook at {host} answered {reply.status}."
        raise TransientError(msg, reason="WebhookBusy")
    if not 200 <= reply.status < 300:
        hint = "; redirects are not followed" if 300 <= reply.status < 400 else ""
        msg = f"The webhook at {host} answered {reply.status}{hint}."
        raise PermanentError(msg, reason="WebhookRefused")
    # These say 200 to everything.
    if host in {*_DINGTALK, *_FEISHU} and (code := _refusal_code(reply.body)):
        msg = f"The webhook at {host} refused the message with the code {code}."
        raise PermanentError(msg, reason="WebhookRefused")


def _refusal_code(body: bytes) -> int:
    try:
        document = json.loads(body)
    except ValueError:
        return 0
    if not isinstance(document, dict):
        return 0
    code = document.get("errcode", document.get("code", 0))
    return code if isinstance(code, int) else 0
