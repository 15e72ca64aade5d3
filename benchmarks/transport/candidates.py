"""The same copies through each HTTP client. Run as a process of its own; prints one JSON line of measures."""

import asyncio
import http.client
import json
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.function import cpu_seconds
from benchmarks.object_server.keys import key_of
from benchmarks.object_server.options import REPLICA_BUCKET, SOURCE_BUCKET
from benchmarks.transport.workloads import (
    CHUNK_SIZE,
    GET_HEADERS,
    WORKLOADS,
    Checks,
    Workload,
    checked,
    put_headers,
)

CRC64 = "x-oss-hash-crc64ecma"
CRC32 = "x-amz-checksum-crc32"


class Sides(NamedTuple):
    """Where every copy is read and written, and whom to trust."""

    source: str
    replica: str
    ca_bundle: str


type Copies = Callable[[int], None]  # makes so many copies
type AsyncCopy = Callable[[], Awaitable[None]]


@contextmanager
def with_threads(workload: Workload, sides: Sides) -> Iterator[Copies]:
    """http.client, one thread and two kept connections per copy in flight."""
    source, replica = urlsplit(sides.source), urlsplit(sides.replica)
    local = threading.local()
    context = ssl.create_default_context(cafile=sides.ca_bundle)

    def connect(address: str) -> http.client.HTTPConnection:
        if workload.scheme == "https":
            return http.client.HTTPSConnection(address, context=context)
        return http.client.HTTPConnection(address)

    def copy() -> None:
        if not hasattr(local, "source"):
            local.source, local.replica = connect(source.netloc), connect(replica.netloc)
        local.source.request("GET", source.path, headers=GET_HEADERS)
        response = local.source.getresponse()
        headers = put_headers(workload.object_size)
        if workload.is_streamed:
            local.replica.request("PUT", replica.path, body=chunks_of(response), headers=headers)
        else:
            content = response.read()
            headers[CRC32] = checked(content, response.headers[CRC64])
            local.replica.request("PUT", replica.path, body=content, headers=headers)
        local.replica.getresponse().read()

    def chunks_of(response: http.client.HTTPResponse) -> Iterator[bytes]:
        checks = Checks()
        while chunk := response.read(CHUNK_SIZE):
            checks.update(chunk)
            yield chunk
        checks.finish(response.headers[CRC64])

    with ThreadPoolExecutor(workload.in_flight) as pool:

        def copies(count: int) -> None:
            for copied in [pool.submit(copy) for _ in range(count)]:
                copied.result()

        yield copies


def run_async(workload: Workload, copy: AsyncCopy, runner: asyncio.Runner) -> Copies:
    """Return what runs so many copies, ``in_flight`` at a time, in a loop that lives on."""

    async def worker(numbers: Iterator[int]) -> None:
        for _ in numbers:
            await copy()

    async def workers(count: int) -> None:
        numbers = iter(range(count))
        async with asyncio.TaskGroup() as group:
            for _ in range(workload.in_flight):
                group.create_task(worker(numbers))

    return lambda count: runner.run(workers(count))


@contextmanager
def with_aiohttp(workload: Workload, sides: Sides) -> Iterator[Copies]:
    """One aiohttp session on uvloop."""
    import aiohttp
    import uvloop

    async def open_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, ssl=ssl.create_default_context(cafile=sides.ca_bundle))
        return aiohttp.ClientSession(connector=connector, auto_decompress=False, read_bufsize=CHUNK_SIZE)

    async def chunks_of(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        checks = Checks()
        async for chunk in response.content.iter_any():
            checks.update(chunk)
            yield chunk
        checks.finish(response.headers[CRC64])

    async def copy() -> None:
        async with session.get(sides.source, headers=GET_HEADERS) as source:
            headers = put_headers(workload.object_size)
            body: bytes | AsyncIterator[bytes]
            if workload.is_streamed:
                body = chunks_of(source)
            else:
                body = await source.read()
                headers[CRC32] = checked(body, source.headers[CRC64])
            async with session.put(sides.replica, data=body, headers=headers) as reply:
                await reply.read()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        session = runner.run(open_session())
        yield run_async(workload, copy, runner)
        runner.run(session.close())


def with_curl(workload: Workload, sides: Sides) -> AbstractContextManager[Copies]:
    """Ferry's transport on the event loop of the standard library."""
    return _with_transport(workload, sides, asyncio.Runner())


def with_curl_on_uvloop(workload: Workload, sides: Sides) -> AbstractContextManager[Copies]:
    """Ferry's transport on uvloop."""
    import uvloop

    return _with_transport(workload, sides, asyncio.Runner(loop_factory=uvloop.new_event_loop))


@contextmanager
def _with_transport(workload: Workload, sides: Sides, runner: asyncio.Runner) -> Iterator[Copies]:
    from ferry.stores.http import HttpTransport, Request, Response

    transport = HttpTransport(ca_bundle=sides.ca_bundle)

    async def chunks_of(response: Response) -> AsyncIterator[bytes]:
        checks = Checks()
        async for chunk in response.chunks():
            checks.update(chunk)
            yield chunk
        checks.finish(response.headers[CRC64])

    async def copy() -> None:
        async with transport.send(Request("GET", sides.source, GET_HEADERS)) as source:
            headers = put_headers(workload.object_size)
            body: bytes | AsyncIterator[bytes]
            if workload.is_streamed:
                body = chunks_of(source)
            else:
                body = await source.read()
                headers[CRC32] = checked(body, source.headers[CRC64])
            async with transport.send(Request("PUT", sides.replica, headers, body)) as reply:
                await reply.read()

    with runner:
        yield run_async(workload, copy, runner)
        runner.run(transport.aclose())


CANDIDATES = {
    "http.client threads": with_threads,
    "aiohttp + uvloop": with_aiohttp,
    "curl + asyncio": with_curl,
    "curl + uvloop": with_curl_on_uvloop,
}


def measure(candidate: str, workload: Workload, sides: Sides) -> dict[str, float]:
    """Copy once unmeasured to open the connections, then measure."""
    with CANDIDATES[candidate](workload, sides) as copies:
        copies(workload.in_flight)
        cpu, wall = cpu_seconds(), time.perf_counter()
        copies(workload.copies)
        return {
            "work_cpu_seconds": cpu_seconds() - cpu,
            "work_wall_seconds": time.perf_counter() - wall,
        }


def main() -> None:
    """Measure one candidate against servers at two URLs."""
    candidate, workload, source, replica, ca_bundle = sys.argv[1:]
    key = key_of(0)
    sides = Sides(f"{source}/{SOURCE_BUCKET}/{key}", f"{replica}/{REPLICA_BUCKET}/{key}", ca_bundle)
    print(json.dumps(measure(candidate, WORKLOADS[workload], sides)))


if __name__ == "__main__":
    main()
