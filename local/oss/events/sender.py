"""Tries one delivery: writes it as its target wants it, and sends it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import aiohttp
from yarl import URL

from local.oss.events import eventbridge, smq
from local.oss.events.dispatch import DeliveryError
from local.oss.events.functions import Function
from local.oss.events.messages import Message, Push
from local.oss.events.rules import Rule
from local.oss.events.signing import CERTIFICATE_NAME, SigningKey
from local.oss.events.targets import EventBridgeTarget, FunctionTarget, SmqTarget

PUSH_TIMEOUT_SECONDS = 5.0
CERTIFICATE_PATH = f"/_control/{CERTIFICATE_NAME}"


class Sender:
    """Sends messages to HTTP endpoints and functions."""

    def __init__(self, root: Path, *, now_ms: Callable[[], int], timeout_seconds: float) -> None:
        """Make a sender.

        Args:
            root: Folder for the signing key and the functions' logs.
            now_ms: Milliseconds since 1970.
            timeout_seconds: How long an endpoint may take to answer.
        """
        self._root = root
        self._now_ms = now_ms
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._key: SigningKey | None = None
        self._session: aiohttp.ClientSession | None = None
        self._functions: dict[str, Function] = {}
        self.endpoint = ""

    @property
    def key(self) -> SigningKey:
        """The signing key, made on first use."""
        if self._key is None:
            self._key = SigningKey(self._root)
        return self._key

    async def send(self, message: Message, rule: Rule) -> None:
        """Try one delivery.

        Raises:
            DeliveryError: It did not arrive, or may not have.
        """
        match rule.target:
            case SmqTarget() as target:
                url = target.signing_cert_url or self._certificate_url
                now_ms = self._now_ms()
                await self._post(smq.encode(message, target, self.key, cert_url=url, now_ms=now_ms))
            case EventBridgeTarget() as target:
                url = target.signature_url or self._certificate_url
                now_ms = self._now_ms()
                await self._post(
                    eventbridge.encode(message, target, self.key, signature_url=url, now_ms=now_ms)
                )
            case FunctionTarget() as target:
                await self._function(rule.id, target).invoke(message)

    def keep_functions(self, rules: Sequence[Rule]) -> None:
        """End the functions that none of these rules has, or has with another target."""
        targets = {rule.id: rule.target for rule in rules}
        ended = [name for name, function in self._functions.items() if targets.get(name) != function.target]
        for name in ended:
            self._functions.pop(name).close()

    async def close(self) -> None:
        """Close connections and end functions."""
        self.keep_functions([])
        if self._session is not None:
            await self._session.close()

    @property
    def _certificate_url(self) -> str:
        return self.endpoint + CERTIFICATE_PATH

    def _function(self, name: str, target: FunctionTarget) -> Function:
        if name not in self._functions:
            self._root.mkdir(parents=True, exist_ok=True)
            self._functions[name] = Function(name, target, self._root / f"{name}.log")
        return self._functions[name]

    async def _post(self, push: Push) -> None:
        if self._session is None:
            # A message arrives as it was signed: no header is added, nothing is encoded again.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=self._timeout, trust_env=False
            )
        try:
            async with self._session.post(
                URL(push.url, encoded=True),
                data=push.body,
                headers=push.headers,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
            ) as response:
                status = response.status
        except TimeoutError:
            raise DeliveryError(f"no answer within {self._timeout.total:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryError(f"{type(error).__name__}: {error}") from error
        if not 200 <= status < 300:
            raise DeliveryError(f"answered {status}")
