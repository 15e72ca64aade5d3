"""One server in a process of its own: ``python -m benchmarks.object_server source|replica|services``.

The first line of its input is JSON: options, secrets, and the PEM file of certificate and key. It prints one
line with its URL, answers until its input ends, and prints one line of what it counted.
"""

import asyncio
import json
import resource
import ssl
import sys
import time
from collections import Counter
from typing import Any

import uvloop

from benchmarks.object_server.http import Connection, Site
from benchmarks.object_server.limits import ByteRate, RequestLimit
from benchmarks.object_server.options import Options
from benchmarks.object_server.replica import Replica
from benchmarks.object_server.services import Services
from benchmarks.object_server.source import Source


def cpu_seconds() -> float:
    """Return the CPU time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def serve(role: str, setting: dict[str, Any]) -> None:
    """Serve until the standard input ends."""
    loop = asyncio.get_running_loop()
    options = Options(**setting["options"])
    counts: Counter[str] = Counter()
    is_store = role != "services"
    server: Source | Replica | Services
    if role == "source":
        limit = RequestLimit(options.source_requests_per_second, time.monotonic)
        server = Source(options, limit, counts)
    elif role == "replica":
        server = Replica(options, counts)
    else:
        server = Services(setting["secrets"], counts)
    rate = options.source_bytes_per_second if role == "source" else 0
    delay_seconds = options.reply_delay_ms / 1000 if is_store else 0
    site = Site(server.receive, delay_seconds, ByteRate(rate, time.monotonic))
    context = None
    if options.is_tls and is_store:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(setting["certificate"])
    listening = await loop.create_server(lambda: Connection(site), "127.0.0.1", 0, ssl=context, backlog=4096)
    scheme = "https" if context else "http"
    print(f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
    before = cpu_seconds()
    await loop.run_in_executor(None, sys.stdin.read)
    kept = {"replicas": server.replicas()} if isinstance(server, Replica) else {}
    print(json.dumps({"counts": counts, "cpu_seconds": cpu_seconds() - before, **kept}), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], json.loads(sys.stdin.readline())))
