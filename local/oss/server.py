"""One server: what it is made of, its start and its end."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from local.oss.addressing import HostRules, service_hosts
from local.oss.app import App
from local.oss.authentication import Authenticator
from local.oss.clock import Clock
from local.oss.control import Control
from local.oss.credentials import Credential
from local.oss.events.endpoint import add_to as add_notification_answers
from local.oss.events.notifications import NotificationOptions, Notifications
from local.oss.faults.endpoint import add_to as add_fault_answers
from local.oss.faults.injector import Injector
from local.oss.faults.limits import Limits
from local.oss.faults.rules import Rule
from local.oss.records import Bucket
from local.oss.starting import refusing_to_start
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
        buckets: Buckets to make at the start unless they are there; the account of the first key owns them.
        tls_certificate: Certificate chain in PEM for https, or None for http.
        tls_key: Its private key in PEM, or None when the certificate's file holds it.
        control_token: Opens the control endpoint to who knows it; nobody can reach it when empty.
        rules: Fault rules to begin with.
        limits: Limits per account to begin with.
        clock_offset_seconds: How far the clock is ahead.
        notifications: Who is told about changes, and how.
    """

    root: Path
    credentials: Sequence[Credential]
    region: str = "cn-hangzhou"
    host: str = "127.0.0.1"
    port: int = 0
    cnames: dict[str, str] = field(default_factory=dict)
    access_log: Path | None = None
    restore_delay_seconds: float = 0
    buckets: Sequence[str] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    control_token: str = ""
    rules: Sequence[Rule] = ()
    limits: Limits = field(default_factory=Limits)
    clock_offset_seconds: float = 0.0
    notifications: NotificationOptions = field(default_factory=NotificationOptions)


async def serve(options: Options, listening: Callable[[str, Control], None], stop: asyncio.Event) -> None:
    """Serve until told to stop; requests under way are finished first.

    Args:
        options: How to run.
        listening: Called with the endpoint and the control endpoint's answers once connections are accepted.
        stop: Ends the server.

    Raises:
        CannotStartError: The folder, the access log, the certificate or the port cannot be used.
    """
    clock, injector = Clock(options.clock_offset_seconds), Injector()
    injector.book.replace(options.rules)
    injector.limiter.limits = options.limits
    control = Control(options.control_token)
    add_fault_answers(control, injector, clock)
    restore_delay_ms = int(options.restore_delay_seconds * 1000)
    storage = Storage(options.root, clock.now_ms, restore_delay_ms=restore_delay_ms)
    with (
        contextlib.closing(storage),
        contextlib.closing(Notifications(options.root, options.notifications)) as notifications,
        _open_log(options.access_log) as log,
    ):
        _make_buckets(storage, options.buckets, options.credentials[0].account)
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
            endpoint = await _listen(runner, options)
            async with notifications.delivering(endpoint):
                listening(endpoint, control)
                await stop.wait()
        finally:
            injector.close()
            await runner.cleanup()


async def _listen(runner: web.ServerRunner, options: Options) -> str:
    """Accept connections and return the endpoint."""
    where = f"The server cannot listen on port {options.port} of {options.host}"
    with refusing_to_start(where, "Choose another port, or 0 for a free one."):
        tls = _tls_context(options)
        site = web.TCPSite(runner, options.host, options.port, backlog=1024, ssl_context=tls)
        await site.start()
    host, port = runner.addresses[0][:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _tls_context(options: Options) -> ssl.SSLContext | None:
    if options.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with refusing_to_start(f"The certificate {options.tls_certificate} and its key cannot be used"):
        context.load_cert_chain(options.tls_certificate, options.tls_key)
    return context


def _make_buckets(storage: Storage, names: Sequence[str], account: str) -> None:
    for name in names:
        if storage.index.bucket(name) is None:
            storage.index.put_bucket(Bucket(name, account, storage.now_ms()))


@contextlib.contextmanager
def _open_log(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    if path is None:
        yield None
        return
    with refusing_to_start(f"The access log {path} cannot be written"):
        log = path.open("a", buffering=1, encoding="utf-8", errors="backslashreplace")
    with log:
        yield lambda line: print(line, file=log)
