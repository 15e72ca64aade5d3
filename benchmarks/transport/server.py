"""A loopback object server that costs little, so that the client is what gets measured.

``GET /<size>`` answers that many bytes and their CRC-64; ``PUT`` reads and discards. Run as a process of its
own: it prints one JSON line with its URLs and the certificate to trust, and ends when its input ends.
"""

import asyncio
import json
import ssl
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import cast

import anycrc
import uvloop
from cryptography.hazmat.primitives.asymmetric import ec

from local.self_signed import private_pem, self_signed

BLOCK = bytes(range(256)) * 1024


def write_certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that signs itself, good for a day, into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = folder / "certificate.pem"
    path.write_bytes(private_pem(key) + self_signed(key, "127.0.0.1", days=1, addresses=["127.0.0.1"]))
    return path


@cache
def crc64(size: int) -> int:
    """Return the CRC-64 of the object of this size."""
    whole, rest = divmod(size, len(BLOCK))
    return int(anycrc.Model("CRC64-XZ").calc(BLOCK * whole + BLOCK[:rest]))


class ObjectServer(asyncio.Protocol):
    """One connection; requests come one after the other, never ahead of the reply."""

    def __init__(self, reply_delay_seconds: float) -> None:
        self._delay = reply_delay_seconds
        self._head = bytearray()
        self._unread_size = 0
        self._unsent_size = 0
        self._reply = b""
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=2**20)

    def data_received(self, received: bytes) -> None:  # noqa: D102
        if self._unread_size:
            self._unread_size -= len(received)
        else:
            self._head += received
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._head[:end]).lower()
            self._unread_size = -(len(self._head) - end - 4)
            self._head.clear()
            _, found, length = head.partition(b"content-length:")
            if found:
                self._unread_size += int(length.split(b"\r\n", 1)[0])
            self._reply = self._reply_to(head)
        if self._unread_size == 0:
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._answer)
            else:
                self._answer()

    def _reply_to(self, head: bytes) -> bytes:
        if head.startswith(b"put"):
            return b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n'
        size = self._unsent_size = int(head.split(b" ", 2)[1].rsplit(b"/", 1)[1])
        return (
            f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nContent-Type: application/octet-stream\r\n"
            'ETag: "0123456789ABCDEF0123456789ABCDEF"\r\nLast-Modified: Mon, 03 Mar 2025 04:05:06 GMT\r\n'
            "x-oss-object-type: Normal\r\nx-oss-request-id: 5C3D9175B6FC201293AD4A7C\r\nServer: AliyunOSS\r\n"
            f"Accept-Ranges: bytes\r\nx-oss-hash-crc64ecma: {crc64(size)}\r\n\r\n"
        ).encode()

    def _answer(self) -> None:
        reply, self._reply = self._reply, b""
        if self._unsent_size <= len(BLOCK):
            reply += BLOCK[: self._unsent_size]
            self._unsent_size = 0
        self._transport.write(reply)
        self._write_blocks()

    def _write_blocks(self) -> None:
        while self._unsent_size and not self._is_paused:
            size = min(len(BLOCK), self._unsent_size)
            self._unsent_size -= size
            self._transport.write(BLOCK[:size])

    def pause_writing(self) -> None:  # noqa: D102
        self._is_paused = True

    def resume_writing(self) -> None:  # noqa: D102
        self._is_paused = False
        self._write_blocks()


async def serve(reply_delay_seconds: float) -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        certificate = write_certificate(Path(folder))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        plain = await loop.create_server(lambda: ObjectServer(reply_delay_seconds), "127.0.0.1", 0)
        secure = await loop.create_server(
            lambda: ObjectServer(reply_delay_seconds), "127.0.0.1", 0, ssl=context
        )
        ports = [server.sockets[0].getsockname()[1] for server in (plain, secure)]
        urls = {"http": f"http://127.0.0.1:{ports[0]}", "https": f"https://127.0.0.1:{ports[1]}"}
        print(json.dumps(urls | {"ca_bundle": str(certificate)}), flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1])))
