"""Uploads that end otherwise than planned: refused early, broken off, cancelled."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from ferry.errors import TransientError
from ferry.stores.http import Request

from tests.support.http_server import OK_EMPTY, Connection, Received, Script, get, put_stream, reply, run

MIB = 1024 * 1024


def refusing(read_size: int, *, keep_open: bool) -> Script:
    """Refuse an upload after so many bytes of its body."""

    async def script(connection: Connection) -> None:
        while (received := await connection.receive_head()) is not None:
            if received.method == "GET":
                await connection.send(OK_EMPTY)
                continue
            await connection.receive_body(received, read_size)
            await connection.send(reply(b"<Error/>", status="403 Forbidden"))
            if keep_open:
                await connection.wait_for_close()
            return

    return script


@pytest.mark.parametrize("keep_open", [True, False])
@pytest.mark.parametrize("buffer_size", [1000, 100_000, 4 * MIB])
def test_an_early_refusal_of_a_stream_is_yielded(buffer_size, keep_open):
    async def body() -> AsyncIterator[bytes]:
        while True:
            yield bytes(buffer_size)
            await asyncio.sleep(0)

    async def check(transport, server):
        async with transport.send(put_stream(server.url, 1 << 40, body())) as response:
            assert response.status == 403
            if keep_open:
                assert await response.read() == b"<Error/>"
        assert await get(transport, server.url) == b""

    run(refusing(1000, keep_open=keep_open), check)


def test_an_early_refusal_ends_while_the_stream_is_waited_for():
    async def script(connection: Connection) -> None:
        received = await connection.receive_head()
        assert received is not None
        await connection.receive_body(received, 10)
        await connection.send(reply(b"<Error/>", status="400 Bad Request"))
        await connection.wait_for_close()
        refused.set()

    refused = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield bytes(10)
        await refused.wait()
        yield bytes(10)

    async def check(transport, server):
        async with transport.send(put_stream(server.url, 100, body())) as response:
            assert response.status == 400
            assert await response.read() == b"<Error/>"

    run(script, check)


def test_an_early_refusal_of_a_large_body_in_one_piece_is_yielded():
    async def check(transport, server):
        request = Request("PUT", server.url, {}, bytes(64 * MIB))
        async with transport.send(request) as response:
            assert response.status == 403
            assert await response.read() == b"<Error/>"

    run(refusing(1000, keep_open=True), check)


class Uploads:
    """Uploads as a server saw them begin and end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.ended: asyncio.Queue[Received] = asyncio.Queue()

    async def script(self, connection: Connection) -> None:
        while (received := await connection.receive_head()) is not None:
            self.begun.set()
            await connection.receive_body(received)
            self.ended.put_nowait(received)
            if received.is_complete:
                await connection.send(OK_EMPTY)


@pytest.mark.parametrize("missing_size", [0, 1])
def test_a_stream_that_raises_breaks_the_request_and_propagates(missing_size):
    uploads = Uploads()

    class OwnError(Exception):
        pass

    async def body() -> AsyncIterator[bytes]:
        yield bytes(300_000)
        await uploads.begun.wait()
        yield bytes(1000)
        raise OwnError

    async def check(transport, server):
        with pytest.raises(OwnError):
            async with transport.send(put_stream(server.url, 301_000 + missing_size, body())):
                pass
        assert not (await uploads.ended.get()).is_complete

        assert await get(transport, server.url) == b""
        assert server.connection_count == 2

    run(uploads.script, check)


@pytest.mark.parametrize("announced_size", [5, 1_000_000])
@pytest.mark.parametrize("difference", [-1, 1])
def test_a_stream_of_another_length_is_a_transient_error(announced_size, difference):
    uploads = Uploads()

    async def body() -> AsyncIterator[bytes]:
        yield bytes(announced_size - 2)
        await uploads.begun.wait()
        yield bytes(2 + difference)

    async def check(transport, server):
        with pytest.raises(TransientError):
            async with transport.send(put_stream(server.url, announced_size, body())):
                pass
        assert not (await uploads.ended.get()).is_complete

    run(uploads.script, check)


def test_cancelling_an_upload_closes_its_connection():
    uploads = Uploads()
    blocked = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield bytes(300_000)
        await uploads.begun.wait()
        blocked.set()
        await asyncio.Event().wait()

    async def check(transport, server):
        async def upload() -> None:
            async with transport.send(put_stream(server.url, 400_000, body())):
                pass

        task = asyncio.create_task(upload())
        await blocked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not (await uploads.ended.get()).is_complete

    run(uploads.script, check)
