"""The load on a server that is measured: requests back to back on kept connections, for a few seconds.

It parses only what it needs, so that the server is what gets measured.
"""

import asyncio
import json
import os
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

from benchmarks.function import cpu_seconds

WARM_UP_SECONDS = 0.5
_BUFFER_SIZE = 1 << 20
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass
class Counts:
    """What all connections received together."""

    replies: int = 0
    body_bytes: int = 0


class Connection(asyncio.BufferedProtocol):
    """One connection: sends a request, counts the reply, sends the next one."""

    def __init__(self, requests: "cycle[bytes]", counts: Counts) -> None:
        self._requests = requests
        self._counts = counts
        self._buffer = bytearray(_BUFFER_SIZE)
        self._view = memoryview(self._buffer)
        self._head = b""
        self._unread_size = 0
        self.failure = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(next(self._requests))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002, D102
        return self._view

    def buffer_updated(self, nbytes: int) -> None:  # noqa: D102
        if self._unread_size:
            body_size = nbytes
        else:
            self._head += self._view[:nbytes]
            end = self._head.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            head = self._head[:end].lower()
            if not head.startswith(b"http/1.1 200 "):
                self.failure = self._head.decode("utf-8", "replace")
                self.transport.abort()
                return
            self._unread_size = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            body_size = len(self._head) - end
            self._head = b""
        self._unread_size -= body_size
        self._counts.body_bytes += body_size
        if not self._unread_size:
            self._counts.replies += 1
            self.transport.write(next(self._requests))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        self.failure = self.failure or f"the server closed a connection ({exc})"


def server_cpu_seconds(pid: int) -> float:
    """Return the CPU time of all threads of a process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND


def server_peak_rss_mib(pid: int) -> float:
    """Return the most memory a process had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split(None, 1)[0]) / 1024


@dataclass(frozen=True)
class Load:
    """What is asked of a server.

    Attributes:
        requests: Whole requests, taken in turn.
        connections: How many requests are under way at once.
        trusted: PEM file of the server's certificate; empty without TLS.
    """

    requests: Sequence[bytes]
    connections: int
    trusted: str = ""


async def measure(load: Load, port: int, pid: int, seconds: float) -> dict[str, float]:
    """Ask for a while unmeasured, then measure; what is under way at the end is broken off."""
    requests = cycle(load.requests)
    counts = Counts()
    loop = asyncio.get_running_loop()
    context = ssl.create_default_context(cafile=load.trusted) if load.trusted else None
    connections = [
        (await loop.create_connection(lambda: Connection(requests, counts), "127.0.0.1", port, ssl=context))[
            1
        ]
        for _ in range(load.connections)
    ]
    await asyncio.sleep(WARM_UP_SECONDS)
    replies, body_bytes = counts.replies, counts.body_bytes
    wall, server_cpu, client_cpu = time.perf_counter(), server_cpu_seconds(pid), cpu_seconds()
    await asyncio.sleep(seconds)
    wall = time.perf_counter() - wall
    measures = {
        "requests": counts.replies - replies,
        "megabytes": (counts.body_bytes - body_bytes) / 1e6,
        "server_cpu_seconds": server_cpu_seconds(pid) - server_cpu,
        "client_cpu_seconds": cpu_seconds() - client_cpu,
        "wall_seconds": wall,
        "server_peak_rss_mib": server_peak_rss_mib(pid),
    }
    failures = [connection.failure for connection in connections if connection.failure]
    if failures:
        raise RuntimeError(failures[0])
    for connection in connections:
        connection.transport.abort()
    return measures


def run(load: Load, port: int, pid: int, seconds: float) -> None:
    """Measure and print one JSON line."""
    print(json.dumps(uvloop.run(measure(load, port, pid, seconds))))
