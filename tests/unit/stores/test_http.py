"""Requests go over the wire exactly as given."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest
from ferry.errors import PermanentError, TransientError
from ferry.stores.http import HttpTransport, Request

from tests.support.http_server import (
    OK_EMPTY,
    ScriptedServer,
    answering,
    put_stream,
    reply,
    run,
    serve,
    write_certificate,
)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/a//b///c",
        "/./a/../b/.",
        "/..",
        "/%2e%2E/%2F%c3%A9%20+~!*'()",
        "/key?versionId=a%2Fb&x-id",
        "/?uploads",
        "/a?prefix=../..//&marker=%00",
        "/a?",
    ],
)
def test_the_target_is_sent_untouched(target):
    async def check(transport, server):
        async with transport.send(Request("GET", server.url + target, {})) as response:
            await response.read()

        assert [received.target for received in server.received] == [target]

    run(answering(OK_EMPTY), check)


@pytest.mark.parametrize(
    ("method", "body", "added"),
    [
        ("GET", b"", []),
        ("HEAD", b"", []),
        ("DELETE", b"", []),
        ("PUT", b"", ["Content-Length: 0"]),
        ("POST", b"", ["Content-Length: 0"]),
        ("PUT", b"content", ["Content-Length: 7"]),
        ("PUT", bytes(3_000_000), ["Content-Length: 3000000"]),
    ],
)
def test_only_the_given_headers_are_sent(method, body, added):
    headers = {"x-amz-meta-name": "caf\xe9 ; a: b", "X-Empty": "", "Content-Encoding": "gzip"}

    async def check(transport, server):
        host = server.url.removeprefix("http://")
        async with transport.send(Request(method, f"{server.url}/key", headers, body)) as response:
            await response.read()

        [received] = server.received
        lines = ["x-amz-meta-name: caf\xe9 ; a: b", "X-Empty:", "Content-Encoding: gzip"]
        assert received.method == method
        assert sorted(received.header_lines) == sorted([f"Host: {host}", *lines, *added])
        assert received.body == body

    run(answering(OK_EMPTY), check)


def test_the_callers_host_length_and_type_replace_the_defaults():
    headers = {"Host": "bucket.example.com", "Content-Length": "2", "Content-Type": "", "Accept": "a/b"}

    async def check(transport, server):
        async with transport.send(Request("PUT", server.url, headers, b"ab")) as response:
            await response.read()

        expected = ["Host: bucket.example.com", "Content-Length: 2", "Content-Type:", "Accept: a/b"]
        assert sorted(server.received[0].header_lines) == sorted(expected)

    run(answering(OK_EMPTY), check)


@pytest.mark.parametrize("value", ["a\r\nInjected: 1", "a\nb", "a\rb", "a\0b", "\u4f60"])
def test_a_header_that_cannot_be_sent_is_a_permanent_error(value):
    async def check(transport, server):
        with pytest.raises(PermanentError) as caught:
            async with transport.send(Request("GET", server.url, {"x-name": value})):
                pass

        assert caught.value.reason == "InvalidHeader"
        assert server.received == []

    run(answering(OK_EMPTY), check)


@pytest.mark.parametrize("path", ["/a b", "/\u4f60", "/a\r\nb"])
def test_a_url_that_is_not_encoded_is_a_permanent_error(path):
    async def check(transport, server):
        with pytest.raises(PermanentError) as caught:
            async with transport.send(Request("GET", server.url + path, {})):
                pass

        assert caught.value.reason == "InvalidUrl"
        assert server.received == []

    run(answering(OK_EMPTY), check)


def test_the_environment_is_not_trusted(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def check(transport, server):
        async with transport.send(Request("GET", f"{server.url}/key", {})) as response:
            assert response.status == 200
        assert server.received[0].target == "/key"

    run(answering(OK_EMPTY), check)


async def stream(buffers: Iterable[bytes]) -> AsyncIterator[bytes]:
    for buffer in buffers:
        yield buffer


@pytest.mark.parametrize("sizes", [[], [0, 1], [100_000] * 7, [3_000_000, 0, 5]])
def test_a_streamed_body_arrives_whole(sizes):
    buffers = [bytes([number]) * size for number, size in enumerate(sizes)]

    async def check(transport, server):
        for _ in range(2):
            request = put_stream(server.url, sum(sizes), stream(buffers))
            async with transport.send(request) as response:
                assert response.status == 200

        assert [received.body for received in server.received] == [b"".join(buffers)] * 2
        assert server.received[0].header("Transfer-Encoding") is None
        assert server.connection_count == 1

    run(answering(OK_EMPTY), check)


def test_a_streamed_body_needs_a_length():
    async def check(transport, server):
        with pytest.raises(PermanentError):
            async with transport.send(Request("PUT", server.url, {}, stream([b"a"]))):
                pass

    run(answering(OK_EMPTY), check)


def test_tls_is_verified_with_the_given_certificates(tmp_path):
    certificate = write_certificate(tmp_path)

    async def main() -> None:
        async with serve(answering(reply(bytes(500_000))), certificate) as server:
            transport = HttpTransport(ca_bundle=certificate)
            for _ in range(2):
                request = put_stream(server.url, 300_000, stream([bytes(100_000)] * 3))
                async with transport.send(request) as response:
                    assert await response.read() == bytes(500_000)
            await transport.aclose()

            assert server.connection_count == 1
            assert [len(received.body) for received in server.received] == [300_000] * 2

    asyncio.run(main())


def test_a_certificate_nobody_vouches_for_is_an_error(tmp_path):
    async def main() -> None:
        async with serve(answering(OK_EMPTY), write_certificate(tmp_path)) as server:
            transport = HttpTransport()
            with pytest.raises(TransientError) as caught:
                async with transport.send(Request("GET", server.url, {})):
                    pass
            await transport.aclose()

            assert caught.value.reason == "TlsFailed"
            assert server.received == []

    asyncio.run(main())


def test_a_transport_outlives_the_runs_of_its_loop():
    with asyncio.Runner() as runner:
        transport = HttpTransport()

        async def start() -> tuple[asyncio.Event, asyncio.Task[None], ScriptedServer]:
            started, ended = asyncio.Event(), asyncio.Event()
            servers: list[ScriptedServer] = []

            async def keep_serving() -> None:
                async with serve(answering(OK_EMPTY)) as server:
                    servers.append(server)
                    started.set()
                    await ended.wait()

            serving = asyncio.create_task(keep_serving())
            await started.wait()
            return ended, serving, servers[0]

        ended, serving, server = runner.run(start())

        async def request() -> None:
            async with transport.send(Request("GET", server.url, {})) as response:
                assert response.status == 200

        async def stop() -> None:
            await transport.aclose()
            ended.set()
            await serving

        for _ in range(3):
            runner.run(request())
        runner.run(stop())

        assert server.connection_count == 1
