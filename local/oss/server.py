"""The OSS-compatible server as a program: options, start, stop."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvloop
from aiohttp import web

from local.oss.addressing import HostRules, service_hosts
from local.oss.app import App
from local.oss.authentication import Authenticator
from local.oss.credentials import Credential, parse_credential
from local.oss.storage import Storage

# OSS takes 8 KB of user metadata and keys of 1,023 bytes, which triple when percent-encoded.
_MAX_LINE_BYTES = 32 << 10
_READ_BUFFER_BYTES = 512 << 10


@dataclass(frozen=True)
class Options:
    """How to run a server.

    Attributes:
        root: Folder for everything the server keeps.
        credentials: Access keys.
        region: Region id that V4 signatures must name.
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        cnames: Host names bound to one bucket.
        access_log: Gets one line per request, or None.
        restore_delay_seconds: How long it takes until a restored object can be read.
    """

    root: Path
    credentials: Sequence[Credential]
    region: str = "cn-hangzhou"
    host: str = "127.0.0.1"
    port: int = 0
    cnames: dict[str, str] = field(default_factory=dict)
    access_log: Path | None = None
    restore_delay_seconds: float = 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run a server until SIGTERM or SIGINT; prints ``{"endpoint": ...}`` once it listens."""
    options = parse_options(argv)
    uvloop.run(_run(options))
    return 0


def parse_options(argv: Sequence[str] | None) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.oss", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for buckets and objects")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one")
    parser.add_argument("--region", default="cn-hangzhou", help="region id that V4 signatures must name")
    parser.add_argument(
        "--access-key",
        type=parse_credential,
        action="append",
        required=True,
        metavar="ID:SECRET[:LIMITS]",
        help="an access key; limits are deny=ACTION,..  allow=ACTION,..  read-only  token=TOKEN, joined by ;",
    )
    parser.add_argument(
        "--cname",
        type=_cname,
        action="append",
        default=[],
        metavar="HOST=BUCKET",
        help="a host of one bucket",
    )
    parser.add_argument("--access-log", type=Path, help="write one line per request here")
    parser.add_argument(
        "--restore-delay",
        type=float,
        default=0,
        metavar="SECONDS",
        help="how long it takes until a restored object can be read",
    )
    chosen = parser.parse_args(argv)
    return Options(
        root=chosen.data,
        credentials=chosen.access_key,
        region=chosen.region,
        host=chosen.host,
        port=chosen.port,
        cnames=dict(chosen.cname),
        access_log=chosen.access_log,
        restore_delay_seconds=chosen.restore_delay,
    )


def _cname(text: str) -> tuple[str, str]:
    host, _, bucket = text.partition("=")
    if not host or not bucket:
        raise ValueError("a CNAME is written HOST=BUCKET")
    return host.lower(), bucket


async def serve(options: Options, listening: Callable[[str], None], stop: asyncio.Event) -> None:
    """Serve until told to stop; requests under way are finished first.

    Args:
        options: How to run.
        listening: Called with the endpoint once connections are accepted.
        stop: Ends the server.
    """
    storage = Storage(
        options.root,
        lambda: time.time_ns() // 1_000_000,
        restore_delay_ms=int(options.restore_delay_seconds * 1000),
    )
    with contextlib.closing(storage), _open_log(options.access_log) as log:
        app = App(
            storage,
            Authenticator({key.access_key_id: key for key in options.credentials}, options.region),
            HostRules(service_hosts(options.region), options.cnames),
            options.region,
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
            listening(f"http://{host}:{port}")
            await stop.wait()
        finally:
            await runner.cleanup()


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(options, _announce, stop)


def _announce(endpoint: str) -> None:
    sys.stdout.write(json.dumps({"endpoint": endpoint}) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    if path is None:
        yield None
        return
    with path.open("a", buffering=1, encoding="utf-8", errors="backslashreplace") as log:
        yield lambda line: print(line, file=log)
