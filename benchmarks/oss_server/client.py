"""The load: signed requests back to back on kept connections, for a few seconds.

Run as a process of its own; prints one JSON line of measures. It parses only what it needs, so that the
server is what gets measured.
"""

import asyncio
import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

from benchmarks.oss_server.workloads import WORKLOADS, Workload, signed_request

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


def client_cpu_seconds() -> float:
    """Return the CPU time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def measure(workload: Workload, port: int, pid: int, seconds: float) -> dict[str, float]:
    """Ask for a while unmeasured, then measure; what is under way at the end is broken off."""
    size = workload.object_size if workload.method == "PUT" else 0
    host = f"127.0.0.1:{port}"
    requests = cycle([signed_request(workload.method, key, host, size) for key in workload.keys])
    counts = Counts()
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(requests, counts), "127.0.0.1", port))[1]
        for _ in range(workload.connections)
    ]
    await asyncio.sleep(WARM_UP_SECONDS)
    replies, body_bytes = counts.replies, counts.body_bytes
    wall, server_cpu, client_cpu = time.perf_counter(), server_cpu_seconds(pid), client_cpu_seconds()
    await asyncio.sleep(seconds)
    wall = time.perf_counter() - wall
    measures = {
        "requests": counts.replies - replies,
        "megabytes": (counts.body_bytes - body_bytes) / 1e6,
        "server_cpu_seconds": server_cpu_seconds(pid) - server_cpu,
        "client_cpu_seconds": client_cpu_seconds() - client_cpu,
        "wall_seconds": wall,
        "server_peak_rss_mib": server_peak_rss_mib(pid),
    }
    failures = [connection.failure for connection in connections if connection.failure]
    if failures:
        raise RuntimeError(failures[0])
    for connection in connections:
        connection.transport.abort()
    return measures


if __name__ == "__main__":
    name, port, pid, seconds = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(WORKLOADS[name], int(port), int(pid), float(seconds)))))
