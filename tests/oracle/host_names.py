"""OSS's own host names, answered on loopback: which names, and a TLS door in front of the server."""

import asyncio
import ssl
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from local.self_signed import private_pem, self_signed

SERVICE = "oss-cn-hangzhou.aliyuncs.com"
PATTERN = r"(?:[a-z0-9-]+\.)?oss-(?:cn|ap|us|eu|me|accelerate)[a-z0-9-]*\.aliyuncs\.com|127\.0\.0\.1"
"""Regular expression, for Python and JavaScript, of the names that lead to the server."""

_CERTIFIED = [SERVICE, f"*.{SERVICE}", "*.aliyuncs.com", "localhost"]
_CHUNK_BYTES = 256 << 10


def write_certificate(folder: Path) -> Path:
    """Make a key and a certificate for the host names; returns one PEM with both."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = folder / "oracle.pem"
    certificate = self_signed(key, SERVICE, days=2, hosts=_CERTIFIED, addresses=["127.0.0.1"])
    pem.write_bytes(private_pem(key) + certificate)
    return pem


@contextmanager
def tls_door(endpoint: str, pem: Path):
    """A port that speaks TLS and passes everything on to the server."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tls-door")
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(_listen(endpoint, pem), loop).result()
        yield server.sockets[0].getsockname()[1]
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(endpoint: str, pem: Path) -> asyncio.Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    address = urlsplit(endpoint)

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(_pass_on(reader, back_writer), _pass_on(back_reader, writer))

    return await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    writer.close()
