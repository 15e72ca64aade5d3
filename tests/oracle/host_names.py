"""OSS's own host names, answered on loopback: which names, and a TLS door in front of the server."""

import asyncio
import ipaddress
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SERVICE = "oss-cn-hangzhou.aliyuncs.com"
PATTERN = r"(?:[a-z0-9-]+\.)?oss-(?:cn|ap|us|eu|me|accelerate)[a-z0-9-]*\.aliyuncs\.com|127\.0\.0\.1"
"""Regular expression, for Python and JavaScript, of the names that lead to the server."""

_CERTIFIED = [SERVICE, f"*.{SERVICE}", "*.aliyuncs.com", "localhost"]
_CHUNK_BYTES = 256 << 10


def write_certificate(folder: Path) -> Path:
    """Make a key and a certificate for the host names; returns one PEM with both."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, SERVICE)])
    names = [x509.DNSName(host) for host in _CERTIFIED] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "oracle.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
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
