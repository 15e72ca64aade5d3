"""What goes wrong on the wire: everything raises, nothing is short, no kept connection is spoiled."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from ferry.errors import TransientError
from ferry.stores.http import Request

from tests.support.http_server import OK_EMPTY, Connection, Script, answering, get, put_stream, reply, run

SHORT = reply(bytes(100))[:-1]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def replying_then(sent: bytes, *, reset: bool = False) -> Script:
    """Answer the first request of every connection with these bytes and then break the connection."""

    async def script(connection: Connection) -> None:
        if await connection.receive() is not None:
            await connection.send(sent)
            if reset:
                connection.reset()

    return script


@pytest.mark.parametrize(
    "sent",
    [
        SHORT,
        SHORT[:-99],
        CHUNKED,
        CHUNKED + b"5\r\nab",
        CHUNKED + b"2\r\nab\r\n",
        CHUNKED + b"2\r\nab\r\n0\r\n",
        CHUNKED + b"2\r\nab\r\nnonsense\r\n",
    ],
)
def test_a_body_that_ends_early_is_never_silently_short(sent):
    async def check(transport, server):
        with pytest.raises(TransientError) as caught:
            await get(transport, server.url)
        assert caught.value.reason == "Truncated"

        async with transport.send(Request("GET", server.url, {})) as response:
            assert response.status == 200
            with pytest.raises(TransientError) as caught:
                _ = [buffer async for buffer in response.chunks()]
        assert caught.value.reason == "Truncated"

    run(replying_then(sent), check)


def test_a_reset_in_the_middle_of_a_body_is_a_transient_error():
    async def check(transport, server):
        with pytest.raises(TransientError) as caught:
            await get(transport, server.url)
        assert caught.value.reason in {"Truncated", "ConnectionReset"}

    run(replying_then(SHORT, reset=True), check)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_no_reply_is_a_transient_error(sent, reset):
    async def check(transport, server):
        with pytest.raises(TransientError) as caught:
            await get(transport, server.url)
        assert caught.value.reason in {"ConnectionReset", "Truncated"}
        assert len(server.received) == 1

    run(replying_then(sent, reset=reset), check)


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_a_reply_that_is_not_http_is_a_transient_error(sent):
    async def check(transport, server):
        with pytest.raises(TransientError):
            await get(transport, server.url)

    run(replying_then(sent), check)


def test_nobody_listening_is_a_transient_error():
    async def check(transport, server):
        with pytest.raises(TransientError) as caught:
            await get(transport, "http://127.0.0.1:1/?signature=secret")
        assert caught.value.reason == "ConnectionFailed"
        assert "secret" not in str(caught.value)

    run(answering(OK_EMPTY), check)


def closing_after(count: int) -> Script:
    """Answer so many requests per connection, then take one more and close without a reply."""

    async def script(connection: Connection) -> None:
        for _ in range(count):
            if await connection.receive() is None:
                return
            await connection.send(OK_EMPTY)
        await connection.receive()

    return script


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_request_lost_on_a_kept_connection_is_sent_again(method):
    async def check(transport, server):
        for _ in range(2):
            async with transport.send(Request(method, server.url, {}, b"")) as response:
                assert response.status == 200
        async with transport.send(Request("PUT", server.url, {}, b"content")) as response:
            assert response.status == 200

        assert server.received[-1].body == b"content"
        assert server.connection_count == 3

    run(closing_after(1), check)


def test_a_post_is_never_sent_twice():
    async def check(transport, server):
        await get(transport, server.url)
        async with transport.send(Request("POST", server.url, {}, b"")) as response:
            assert response.status == 200
        posts = [received for received in server.received if received.method == "POST"]

        assert len(posts) == 1

    run(closing_after(1), check)


def test_a_stream_lost_on_a_kept_connection_is_a_transient_error():
    async def body() -> AsyncIterator[bytes]:
        yield b"content"

    async def check(transport, server):
        await get(transport, server.url)
        with pytest.raises(TransientError) as caught:
            async with transport.send(put_stream(server.url, 7, body())):
                pass
        assert caught.value.reason == "ConnectionReset"

    run(closing_after(1), check)


@pytest.mark.parametrize("sent", [b"", SHORT])
def test_cancelling_a_reader_closes_its_connection(sent):
    closed = asyncio.Event()
    arrived = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.receive()
        await connection.send(sent)
        arrived.set()
        await connection.wait_for_close()
        closed.set()

    async def check(transport, server):
        task = asyncio.create_task(get(transport, server.url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await closed.wait()

    run(script, check)


def test_closing_the_transport_ends_what_waits_on_it():
    arrived = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.receive()
        arrived.set()
        await connection.wait_for_close()

    async def check(transport, server):
        task = asyncio.create_task(get(transport, server.url))
        await arrived.wait()
        await transport.aclose()
        with pytest.raises(TransientError) as caught:
            await task
        assert caught.value.reason == "Closed"

    run(script, check)
