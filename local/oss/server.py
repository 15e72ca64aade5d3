"""The OSS-compatible server as a program: start, stop."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import uvloop
from aiohttp import web

from local.oss.addressing import HostRules, service_hosts
from local.oss.app import App
from local.oss.authentication import Authenticator
from local.oss.clock import Clock
from local.oss.control import Control
from local.oss.events.endpoint import add_to as add_notification_answers
from local.oss.events.notifications import Notifications
from local.oss.faults.endpoint import add_to as add_fault_answers
from local.oss.faults.injector import Injector
from local.oss.options import Options, parse_options
from local.oss.storage import Storage

# OSS takes 8 KB of user metadata and keys of 1,023 bytes, which triple when percent-encoded.
_MAX_LINE_BYTES = 32 << 10
_READ_BUFFER_BYTES = 512 << 10


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server until SIGTERM or SIGINT; prints ``{"endpoint": ...}`` once it listens."""
    options = parse_options(argv)
    uvloop.run(_run(options))
    return 0


async def serve(options: Options, listening: Callable[[str, Control], None], stop: asyncio.Event) -> None:
    """Serve until told to stop; requests under way are finished first.

    Args:
        options: How to run.
        listening: Called with the endpoint and the control endpoint's answers once connections are accepted.
        stop: Ends the server.
    """
    clock, injector = Clock(options.clock_offset_seconds), Injector()
    injector.book.replace(options.rules)
    injector.limiter.limits = options.limits
    control = Control(options.control_token)
    add_fault_answers(control, injector, clock)
    storage = Storage(options.root, clock.now_ms, restore_delay_ms=int(options.restore_delay_seconds * 1000))
    with (
        contextlib.closing(storage),
        contextlib.closing(Notifications(options.root, options.notifications)) as notifications,
        _open_log(options.access_log) as log,
    ):
        add_notification_answers(control, notifications)
        app = App(
            storage,
            Authenticator({key.access_key_id: key for key in options.credentials}, options.region),
            HostRules(service_hosts(options.region), options.cnames, f"oss-{options.region}.aliyuncs.com"),
            options.region,
            injector,
            clock,
            notifications,
            control if options.control_token else None,
            log,
        )
        # Bodies are stored and served exactly as they came, gzip or not.
        runner = web.ServerRunner(
            web.Server(
                app,
                auto_decompress=False,
                max_line_size=_MAX_LINE_BYTES,
                max_field_size=_MAX_LINE_BYTES,
                read_bufsize=_READ_BUFFER_BYTES,
                access_log=None,
            ),
            shutdown_timeout=10.0,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, options.host, options.port, backlog=1024)
            await site.start()
            host, port = runner.addresses[0][:2]
            async with notifications.delivering(f"http://{host}:{port}"):
                listening(f"http://{host}:{port}", control)
                await stop.wait()
        finally:
            injector.close()
            await runner.cleanup()


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(options, _announce, stop)


def _announce(endpoint: str, _control: Control) -> None:
    sys.stdout.write(json.dumps({"endpoint": endpoint}) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    if path is None:
        yield None
        return
    with path.open("a", buffering=1, encoding="utf-8", errors="backslashreplace") as log:
        yield lambda line: print(line, file=log)
