"""Replies arrive whole and raw, and keep their connections."""

import asyncio
import gzip

import pytest
from ferry.stores.http import Request

from tests.support.http_server import Connection, answering, get, reply, run


def test_reply_headers_are_lower_case_and_joined_and_interim_replies_are_swallowed():
    head = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\n"
    lines = (
        b'ETag: "A"\r\nx-meta:  \xe9 : b \r\nVary: a\r\nvary: b\r\nEmpty:\r\nContent-Length: 4\r\n\r\ngone'
    )

    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            assert response.status == 404
            assert response.headers == {
                "etag": '"A"',
                "x-meta": "\xe9 : b",
                "vary": "a, b",
                "empty": "",
                "content-length": "4",
            }
            assert await response.read() == b"gone"

    run(answering(head + lines), check)


@pytest.mark.parametrize("size", [0, 1, 10_240, 16_384, 300_000, 5_000_000])
def test_bodies_arrive_whole_in_one_piece_and_in_chunks(size):
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)

    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            assert await response.read() == body
        async with transport.send(Request("GET", server.url, {})) as response:
            buffers = [buffer async for buffer in response.chunks()]

        assert b"".join(buffers) == body
        assert all(buffers)
        assert server.connection_count == 1

    run(answering(reply(body)), check)


def test_an_encoded_body_is_delivered_as_it_is():
    body = gzip.compress(b"content" * 1000)

    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            assert response.headers["content-encoding"] == "gzip"
            assert await response.read() == body

    run(answering(reply(body, "Content-Encoding: gzip")), check)


def test_a_chunked_body_is_joined_and_its_trailer_ignored():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-crc\r\n\r\n"
    body = b"3\r\nabc\r\n5;ext=1\r\ndefgh\r\n0\r\nx-crc: 1\r\n\r\n"

    async def check(transport, server):
        for _ in range(2):
            async with transport.send(Request("GET", server.url, {})) as response:
                assert await response.read() == b"abcdefgh"
                assert "x-crc" not in response.headers

        assert server.connection_count == 1

    run(answering(head + body), check)


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_replies_without_a_body_end_at_once(status):
    async def check(transport, server):
        for _ in range(2):
            async with transport.send(Request("GET", server.url, {})) as response:
                assert await response.read() == b""

        assert server.connection_count == 1

    run(answering(f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()), check)


def test_a_head_reply_may_announce_a_body():
    async def check(transport, server):
        for _ in range(2):
            async with transport.send(Request("HEAD", server.url, {})) as response:
                assert response.headers["content-length"] == "100"
                assert await response.read() == b""

        assert server.connection_count == 1

    run(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"), check)


def test_redirects_are_not_followed():
    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            assert response.status == 307
        assert len(server.received) == 1

    run(answering(reply(b"", "Location: /other", status="307 Temporary Redirect")), check)


def test_a_reply_that_is_not_read_does_not_spoil_the_next_request():
    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            assert response.status == 200
        async with transport.send(Request("GET", server.url, {})) as response:
            async for _ in response.chunks():
                break
        async with transport.send(Request("GET", server.url, {})) as response:
            assert await response.read() == bytes(2_000_000)

    run(answering(reply(bytes(2_000_000))), check)


def test_parallel_requests_get_their_own_replies():
    async def script(connection: Connection) -> None:
        while (received := await connection.receive()) is not None:
            await connection.send(reply(received.target.encode() * 1000))

    async def check(transport, server):
        bodies = await asyncio.gather(*(get(transport, f"{server.url}/{number}") for number in range(50)))

        assert bodies == [f"/{number}".encode() * 1000 for number in range(50)]

    run(script, check)
