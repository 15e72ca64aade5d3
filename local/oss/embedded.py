"""A server inside the calling process, for tests."""

import asyncio
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import uvloop

from local.oss.control import Control
from local.oss.credentials import Credential
from local.oss.events.client import NotificationControl
from local.oss.events.notifications import NotificationOptions
from local.oss.faults.client import FaultControl
from local.oss.server import Options, serve


@dataclass(frozen=True)
class _Running:
    endpoint: str
    control: Control
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event


class Settings(TypedDict, total=False):
    """Options that a server in the calling process may be given besides; described at `Options`."""

    access_log: Path | None
    control_token: str
    restore_delay_seconds: float
    notifications: NotificationOptions


class OssServer:
    """Context manager around a server on a free loopback port, in a thread of its own.

    Attributes:
        endpoint: ``http://127.0.0.1:<port>``, set once entered.
        access_key_id: Id of the key that may do everything.
        access_key_secret: Its secret.
        region: Region id for V4 signatures.
        faults: Makes the server go wrong; usable once entered, from any thread.
        notifications: Rules of event notifications and their counts; likewise.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        credentials: Sequence[Credential] = (),
        region: str = "cn-hangzhou",
        **settings: Unpack[Settings],
    ) -> None:
        self.access_key_id = "local-access-key"
        self.access_key_secret = "local-access-secret"  # noqa: S105 (of a server on loopback)
        self.region = region
        self.endpoint = ""
        self._temporary = None if root else tempfile.TemporaryDirectory(prefix="ferry-oss-")
        owner = Credential(self.access_key_id, self.access_key_secret)
        self._options = Options(
            root or Path(self._temporary.name if self._temporary else "."),
            [owner, *credentials],
            region,
            **settings,
        )
        self.faults = FaultControl(self._ask)
        self.notifications = NotificationControl(self._ask)

    def __enter__(self) -> Self:
        """Start, and wait until connections are accepted."""
        started: Future[_Running] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="oss-server")
        self._thread.start()
        self._running = started.result()
        self.endpoint = self._running.endpoint
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and drop the folder unless the caller named it."""
        self._running.loop.call_soon_threadsafe(self._running.stop.set)
        self._thread.join()
        if self._temporary:
            self._temporary.cleanup()

    def _ask(self, method: str, target: str, document: bytes) -> bytes:
        answer = self._running.control.answer(method, target, document)
        found = asyncio.run_coroutine_threadsafe(answer, self._running.loop).result()
        return found.model_dump_json().encode() if found is not None else b""

    def _run(self, started: Future[_Running]) -> None:
        async def until_stopped() -> None:
            loop, stop = asyncio.get_running_loop(), asyncio.Event()

            def listening(endpoint: str, control: Control) -> None:
                started.set_result(_Running(endpoint, control, loop, stop))

            await serve(self._options, listening, stop)

        try:
            uvloop.run(until_stopped())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)
