"""The same smallest object server on each HTTP stack: ``python -m benchmarks.oss_server.stacks NAME PORT``.

GET answers zeros with the headers OSS sends, PUT reads and discards. No signatures, index or content files,
so what is left is the price of the stack.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from benchmarks.oss_server.workloads import CHUNK_SIZE, LARGE_KEY, LARGE_SIZE, SMALL_SIZE

SMALL_BODY, CHUNK = bytes(SMALL_SIZE), bytes(CHUNK_SIZE)
HEADERS = {
    "Server": "AliyunOSS",
    "Content-Type": "application/octet-stream",
    "ETag": '"0123456789ABCDEF0123456789ABCDEF"',
    "Last-Modified": "Mon, 03 Mar 2025 04:05:06 GMT",
    "Accept-Ranges": "bytes",
    "x-oss-object-type": "Normal",
    "x-oss-storage-class": "Standard",
    "x-oss-hash-crc64ecma": "9917183434134519211",
    "x-oss-request-id": "5C3D9175B6FC201293AD4A7C",
    "x-oss-server-time": "1",
}


def body_size(method: str, path: str) -> int:
    """Return the bytes in the body of the reply."""
    if method == "PUT":
        return 0
    return LARGE_SIZE if path.endswith(LARGE_KEY) else SMALL_SIZE


async def serve_aiohttp(port: int) -> None:
    """Low-level aiohttp: a handler per request, no router."""
    from aiohttp import web

    async def answer(http: web.BaseRequest) -> web.StreamResponse:
        async for _ in http.content.iter_any():
            pass
        size = body_size(http.method, http.raw_path)
        response = web.StreamResponse(headers=HEADERS)
        response.content_length = size
        await response.prepare(http)
        if size > SMALL_SIZE:
            for _ in range(size // CHUNK_SIZE):
                await response.write(CHUNK)
        else:
            await response.write(SMALL_BODY[:size])
        await response.write_eof()
        return response

    server = web.Server(answer, access_log=None, auto_decompress=False)
    runner = web.ServerRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Event().wait()


async def serve_streams(port: int) -> None:
    """No HTTP library at all: asyncio's streams and a search for two header lines."""
    head_of = "HTTP/1.1 200 OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                _, found, length = head.lower().partition("\r\ncontent-length:")
                await reader.readexactly(int(length.partition("\r\n")[0]) if found else 0)
                method, path, _ = head.split(" ", 2)
                size = body_size(method, path)
                writer.write(f"{head_of}Content-Length: {size}\r\n\r\n".encode())
                if size > SMALL_SIZE:
                    for _ in range(size // CHUNK_SIZE):
                        writer.write(CHUNK)
                        await writer.drain()
                else:
                    writer.write(SMALL_BODY[:size])
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    await asyncio.start_server(talk, "127.0.0.1", port, backlog=1024)
    await asyncio.Event().wait()


async def asgi(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The object server for ASGI servers."""
    while (await receive()).get("more_body"):
        pass
    size = body_size(scope["method"], scope["path"])
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    headers.append((b"content-length", str(size).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if size > SMALL_SIZE:
        for _ in range(size // CHUNK_SIZE):
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    else:
        await send({"type": "http.response.body", "body": SMALL_BODY[:size]})


async def serve_uvicorn(port: int) -> None:
    """ASGI with the parser of httptools."""
    import uvicorn

    config = uvicorn.Config(
        asgi,
        port=port,
        http="httptools",
        lifespan="off",
        server_header=False,
        access_log=False,
        log_level="warning",
    )
    await uvicorn.Server(config).serve()


async def serve_hypercorn(port: int) -> None:
    """ASGI with the parser of h11."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.include_server_header = False
    await serve(asgi, config)  # type: ignore[arg-type]


async def rsgi(scope: Any, protocol: Any) -> None:
    """The object server for granian's own interface."""
    async for _ in protocol:
        pass
    size = body_size(scope.method, scope.path)
    headers = [*HEADERS.items(), ("content-length", str(size))]
    if size > SMALL_SIZE:
        body = protocol.response_stream(200, headers)
        for _ in range(size // CHUNK_SIZE):
            await body.send_bytes(CHUNK)
    else:
        protocol.response_bytes(200, headers, SMALL_BODY[:size])


async def serve_granian(port: int) -> None:
    """HTTP in Rust, the handler in Python; inside this process, as the others are."""
    from granian.constants import Interfaces
    from granian.server.embed import Server

    await Server(rsgi, port=port, interface=Interfaces.RSGI, backlog=1024, log_enabled=False).serve()


STACKS = {
    "aiohttp + uvloop": (serve_aiohttp, uvloop.new_event_loop),
    "aiohttp + asyncio": (serve_aiohttp, asyncio.new_event_loop),
    "uvicorn + uvloop": (serve_uvicorn, uvloop.new_event_loop),
    "granian + uvloop": (serve_granian, uvloop.new_event_loop),
    "hypercorn + uvloop": (serve_hypercorn, uvloop.new_event_loop),
    "streams + uvloop": (serve_streams, uvloop.new_event_loop),
}

if __name__ == "__main__":
    serve, new_event_loop = STACKS[sys.argv[1]]
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(int(sys.argv[2])))
