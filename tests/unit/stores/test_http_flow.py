"""Slow sides: what waits holds the other side back, and what is silent times out."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from ferry.errors import TransientError
from ferry.stores import http_curl
from ferry.stores.http import Request

from tests.support.http_server import OK_EMPTY, Connection, get, put_stream, reply, run

MIB = 1024 * 1024


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-", reply(b"content")[:-1]])
def test_a_server_that_says_nothing_more_times_out(sent):
    async def script(connection: Connection) -> None:
        await connection.receive()
        await connection.send(sent)
        await connection.wait_for_close()

    async def check(transport, server):
        with pytest.raises(TransientError) as caught:
            await get(transport, server.url)
        assert caught.value.reason == "TimedOut"

    run(script, check, stall_timeout_seconds=0.05)


@pytest.mark.parametrize("is_streamed", [True, False])
def test_a_server_that_reads_nothing_more_times_out(is_streamed):
    async def script(connection: Connection) -> None:
        connection.writer.transport.pause_reading()
        await asyncio.Event().wait()

    async def body() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield bytes(MIB)

    async def check(transport, server):
        request = put_stream(server.url, 64 * MIB, body())
        if not is_streamed:
            request = Request("PUT", server.url, {}, bytes(64 * MIB))
        with pytest.raises(TransientError) as caught:
            async with transport.send(request):
                pass
        assert caught.value.reason == "TimedOut"

    run(script, check, stall_timeout_seconds=0.05)


def test_a_slow_reader_and_a_slow_stream_are_no_stalls():
    """The clock of the watch is stepped by other requests that do stall, not by sleeping."""

    async def script(connection: Connection) -> None:
        received = await connection.receive_head()
        assert received is not None
        if received.target == "/silent":
            await connection.wait_for_close()
            return
        await connection.receive_body(received)
        await connection.send(reply(bytes(4 * MIB)))

    async def check(transport, server):
        async def let_time_pass() -> None:
            for _ in range(2):
                with pytest.raises(TransientError):
                    await get(transport, f"{server.url}/silent")

        async def body() -> AsyncIterator[bytes]:
            yield bytes(10)
            await let_time_pass()
            yield bytes(10)

        async with transport.send(put_stream(server.url, 20, body())) as response:
            received_size = 0
            async for buffer in response.chunks():
                if not received_size:
                    await let_time_pass()
                received_size += len(buffer)
        assert received_size == 4 * MIB

    run(script, check, stall_timeout_seconds=0.05)


def test_a_slow_reader_stops_the_server():
    """64 MiB fit into no socket buffers: the server cannot be done before the reader goes on."""
    sent_whole = asyncio.Event()

    async def check(transport, server):
        async with transport.send(Request("GET", server.url, {})) as response:
            sizes = []
            async for buffer in response.chunks():
                sizes.append(len(buffer))
                if len(sizes) <= 5:
                    await get(transport, f"{server.url}/another")
                    assert not sent_whole.is_set()
        assert sum(sizes) == 64 * MIB
        assert max(sizes) < http_curl.HELD_SIZE + http_curl.RECEIVE_BUFFER_SIZE

    async def script(connection: Connection) -> None:
        received = await connection.receive()
        assert received is not None
        if received.target == "/another":
            await connection.send(OK_EMPTY)
            return
        await connection.send(reply(bytes(64 * MIB)))
        sent_whole.set()

    run(script, check)


def test_a_slow_server_stops_the_stream():
    """The server reads nothing until the stream has stood still for a while."""
    may_read = asyncio.Event()
    given_count = 0

    async def script(connection: Connection) -> None:
        received = await connection.receive_head()
        assert received is not None
        if received.target == "/another":
            await connection.send(OK_EMPTY)
            return
        connection.writer.transport.pause_reading()
        await may_read.wait()
        connection.writer.transport.resume_reading()
        await connection.receive_body(received)
        await connection.send(OK_EMPTY)

    async def body() -> AsyncIterator[bytes]:
        nonlocal given_count
        for _ in range(64):
            given_count += 1
            yield bytes(MIB)

    async def check(transport, server):
        async def upload() -> None:
            async with transport.send(put_stream(server.url, 64 * MIB, body())) as response:
                assert response.status == 200

        task = asyncio.create_task(upload())
        seen_count = -1
        while seen_count != given_count or not given_count:
            seen_count = given_count
            for _ in range(20):
                await get(transport, f"{server.url}/another")
        assert given_count < 32
        may_read.set()
        await task
        assert given_count == 64

    run(script, check)
