"""A server inside the calling process, for tests."""

import asyncio
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

import uvloop

from local.oss.credentials import Credential
from local.oss.server import Options, serve


class OssServer:
    """Context manager around a server on a free loopback port, in a thread of its own.

    Attributes:
        endpoint: ``http://127.0.0.1:<port>``, set once entered.
        access_key_id: Id of the key that may do everything.
        access_key_secret: Its secret.
        region: Region id for V4 signatures.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        credentials: Sequence[Credential] = (),
        region: str = "cn-hangzhou",
        access_log: Path | None = None,
        restore_delay_seconds: float = 0,
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
            access_log=access_log,
            restore_delay_seconds=restore_delay_seconds,
        )

    def __enter__(self) -> Self:
        """Start, and wait until connections are accepted."""
        started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), name="oss-server")
        self._thread.start()
        self.endpoint, self._loop, self._stop = started.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and drop the folder unless the caller named it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._temporary:
            self._temporary.cleanup()

    def _run(self, started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
        async def until_stopped() -> None:
            loop, stop = asyncio.get_running_loop(), asyncio.Event()
            await serve(self._options, lambda endpoint: started.set_result((endpoint, loop, stop)), stop)

        try:
            uvloop.run(until_stopped())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)
