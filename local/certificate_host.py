"""Stands in for the hosts that Alibaba Cloud keeps the certificates of notifications on.

Functions fetch these certificates by https from named hosts and from nowhere else. On one machine they do so
through this proxy, which answers for those hosts with the certificate of the OSS-compatible server, and trust
the key it makes for itself. Nothing in the functions knows about it.

Run as ``python -m local.certificate_host FOLDER PORT OSS_ENDPOINT``.
"""

import asyncio
import ssl
import sys
import urllib.request
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from ferry.events.signature import CERTIFICATE_HOSTS

from local.oss.control import PREFIX
from local.oss.events.signing import CERTIFICATE_NAME
from local.self_signed import private_pem, self_signed, write_private

TRUSTED_NAME = "trusted.pem"
_KEY_NAME = "certificate_host.key"
_LONGEST_HEAD = 16 * 1024


def trusted_certificate(folder: Path) -> Path:
    """Where the certificate lies that whoever uses the proxy has to trust."""
    return folder / TRUSTED_NAME


def proxy_environment(folder: Path, port: int) -> dict[str, str]:
    """The variables that lead https through the proxy; nothing on this machine itself goes through it."""
    proxy = f"http://127.0.0.1:{port}"
    return {
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "SSL_CERT_FILE": str(trusted_certificate(folder)),
    }


async def serve(folder: Path, port: int, oss_endpoint: str) -> None:
    """Answer until the process ends."""
    _make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted_certificate(folder), folder / _KEY_NAME)
    url = f"{oss_endpoint}{PREFIX}{CERTIFICATE_NAME}"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer, context, url)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            print(f"a connection broke: {error}", file=sys.stderr, flush=True)  # noqa: T201
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, limit=_LONGEST_HEAD)
    async with server:
        await server.serve_forever()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext, url: str
) -> None:
    method, address, *_ = (await reader.readuntil(b"\r\n\r\n")).split(maxsplit=2)
    host, _, port = address.decode("ascii", "replace").rpartition(":")
    if method != b"CONNECT" or host not in CERTIFICATE_HOSTS or port != "443":
        writer.write(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        return
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await writer.drain()
    await writer.start_tls(context)
    await reader.readuntil(b"\r\n\r\n")
    certificate = await asyncio.to_thread(_read, url)
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(certificate)}\r\n\r\n"
    writer.write(head.encode() + certificate)
    await writer.drain()


def _read(url: str) -> bytes:
    # A server of this machine, whose address the command line gave.
    with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
        content: bytes = reply.read()
    return content


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    hosts = sorted(CERTIFICATE_HOSTS)
    write_private(folder / _KEY_NAME, private_pem(key))
    write_private(
        trusted_certificate(folder), self_signed(key, "Ferry's certificate host", days=365, hosts=hosts)
    )


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
