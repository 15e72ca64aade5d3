"""A loopback HTTP server that plays a script per connection, byte for byte, and notes what it was sent."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from ferry.stores.http import HttpTransport, Request

OK_EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Received:
    """One request as it arrived; ``header_lines`` keeps spelling, order and repetition."""

    method: str
    target: str
    header_lines: list[str]
    body: bytearray = field(default_factory=bytearray)
    is_complete: bool = False

    def header(self, name: str) -> str | None:
        for line in self.header_lines:
            found, _, value = line.partition(":")
            if found.lower() == name.lower():
                return value.strip()
        return None


class Connection:
    """What a script has of one connection."""

    def __init__(self, server: "ScriptedServer", reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.server = server
        self.reader = reader
        self.writer = writer

    async def receive_head(self) -> Received | None:
        """Read up to the empty line; None when the client closed instead."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        first, *lines = head.decode("latin-1")[:-4].split("\r\n")
        method, target, _ = first.split(" ")
        received = Received(method, target, lines)
        self.server.received.append(received)
        return received

    async def receive_body(self, received: Received, size: int | None = None) -> None:
        """Read ``size`` bytes of the body, or all that was announced; stop early if the client closes."""
        announced_size = int(received.header("Content-Length") or 0)
        wanted_size = announced_size if size is None else size
        while len(received.body) < wanted_size:
            try:
                buffer = await self.reader.read(min(65536, wanted_size - len(received.body)))
            except ConnectionError:
                return
            if not buffer:
                return
            received.body += buffer
        received.is_complete = len(received.body) == announced_size

    async def receive(self) -> Received | None:
        received = await self.receive_head()
        if received is not None:
            await self.receive_body(received)
        return received

    async def send(self, reply: bytes) -> None:
        self.writer.write(reply)
        await self.writer.drain()

    async def wait_for_close(self) -> None:
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass

    def reset(self) -> None:
        """Close so that the client gets a connection reset."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


type Script = Callable[[Connection], Awaitable[None]]


@dataclass
class ScriptedServer:
    """Where the server is and what has reached it, over all connections."""

    url: str = ""
    connection_count: int = 0
    received: list[Received] = field(default_factory=list)


def answering(*replies: bytes) -> Script:
    """Return a script that reads whole requests and gives these replies, the last one over and over."""
    remaining = list(replies)

    async def script(connection: Connection) -> None:
        while await connection.receive() is not None:
            await connection.send(remaining.pop(0) if len(remaining) > 1 else remaining[0])

    return script


def reply(body: bytes, *header_lines: str, status: str = "200 OK") -> bytes:
    """Return a reply with a ``Content-Length``."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *header_lines, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


type Check = Callable[[HttpTransport, ScriptedServer], Awaitable[None]]


@asynccontextmanager
async def serve(script: Script, certificate: Path | None = None) -> AsyncIterator[ScriptedServer]:
    """Serve on a free port of 127.0.0.1, with TLS when given a PEM file of key and certificate.

    A script that raises fails the test when the server ends.
    """
    server = ScriptedServer()
    tasks: list[asyncio.Task[None]] = []

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connection_count += 1
        try:
            await script(Connection(server, reader, writer))
        finally:
            writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.append(asyncio.create_task(play(reader, writer)))

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    scheme = "http" if certificate is None else "https"
    server.url = f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


def run(script: Script, check: Check, *, stall_timeout_seconds: float = 30.0) -> None:
    """Run a check in a loop of its own, with a server that plays the script and a transport to reach it."""

    async def main() -> None:
        async with serve(script) as server:
            transport = HttpTransport(stall_timeout_seconds=stall_timeout_seconds)
            try:
                await check(transport, server)
            finally:
                await transport.aclose()

    asyncio.run(main())


async def get(transport: HttpTransport, url: str) -> bytes:
    async with transport.send(Request("GET", url, {})) as response:
        return await response.read()


def put_stream(url: str, size: int, body: AsyncIterator[bytes]) -> Request:
    return Request("PUT", url, {"Content-Length": str(size)}, body)


def write_certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that signs itself into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(hours=1))
    builder = builder.not_valid_after(now + dt.timedelta(days=1))
    builder = builder.add_extension(address, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
