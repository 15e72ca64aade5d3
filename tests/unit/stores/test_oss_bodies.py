"""Object bodies of OSS: what is asked for, and replies that are not what was asked for."""

import asyncio

import pytest
from ferry.errors import DamagedContentError, ThrottledError, TransientError
from ferry.objects import ByteRange
from ferry.stores.access_keys import FixedKey
from ferry.stores.http import HttpTransport
from ferry.stores.oss import OssEndpoint, OssStore
from ferry.stores.signing import AccessKey

from tests.support.http_server import answering, reply, serve

DESCRIPTION = ('ETag: "E"', "Last-Modified: Sat, 31 Jan 2026 12:00:00 GMT")
PART = ByteRange(2, 3)


def read(answer, *, byte_range=None, if_match=None):
    """Read an object from a server that gives this answer; return the request and the content."""

    async def check():
        async with serve(answering(answer)) as server:
            transport = HttpTransport()
            store = OssStore(
                "photos",
                endpoint=OssEndpoint("cn-hangzhou", server.url),
                keys=FixedKey(AccessKey("id", "secret", "token")),
                http=transport,
            )
            try:
                async with store.open("a b/é", byte_range=byte_range, if_match=if_match) as body:
                    content = b"".join([chunk async for chunk in body.chunks()])
            finally:
                await transport.aclose()
            return server.received[0], body.source, content

    return asyncio.run(check())


def test_the_bytes_as_stored_are_asked_for():
    request, source, content = read(reply(b"hello", *DESCRIPTION))

    assert (request.method, request.target) == ("GET", "/photos/a%20b/%C3%A9")
    assert request.header("accept-encoding") == "identity"
    assert request.header("x-oss-security-token") == "token"
    assert request.header("range") is None
    assert (source.size, source.etag, source.crc64, content) == (5, "E", None, b"hello")


def test_exactly_one_range_of_one_version_is_asked_for():
    answer = reply(b"llo", *DESCRIPTION, "Content-Range: bytes 2-4/5", status="206 Partial Content")

    request, source, content = read(answer, byte_range=PART, if_match="E")

    assert request.header("range") == "bytes=2-4"
    assert request.header("x-oss-range-behavior") == "standard"
    assert request.header("if-match") == '"E"'
    assert (source.size, content) == (5, b"llo")


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"hello", *DESCRIPTION),
        reply(b"llo", *DESCRIPTION, "Content-Range: bytes 2-4/5"),
        reply(b"llo", *DESCRIPTION, status="206 Partial Content"),
        reply(b"hel", *DESCRIPTION, "Content-Range: bytes 0-2/5", status="206 Partial Content"),
        reply(b"ll", *DESCRIPTION, "Content-Range: bytes 2-4/5", status="206 Partial Content"),
        reply(b"llo", *DESCRIPTION, "Content-Range: bytes 2-4/*", status="206 Partial Content"),
        reply(b"llo", *DESCRIPTION, "Content-Range: bytes 2-4/²", status="206 Partial Content"),
    ],
    ids=["whole", "200", "no range", "other range", "shorter", "unknown size", "no number"],
)
def test_a_reply_that_is_not_the_range_is_damaged(answer):
    with pytest.raises(DamagedContentError) as caught:
        read(answer, byte_range=PART)

    assert caught.value.reason == "WrongRange"


def test_a_reply_that_does_not_say_its_size_is_not_trusted():
    lines = ["HTTP/1.1 200 OK", *DESCRIPTION, "Transfer-Encoding: chunked", "", "5\r\nhello\r\n0\r\n\r\n"]

    with pytest.raises(TransientError) as caught:
        read("\r\n".join(lines).encode())

    assert caught.value.reason == "NoContentLength"


def test_a_symbolic_links_checksum_is_not_that_of_what_it_points_to():
    answer = reply(b"hello", *DESCRIPTION, "x-oss-object-type: Symlink", "x-oss-hash-crc64ecma: 1")

    _, source, _ = read(answer)

    assert source.crc64 is None


def test_a_throttled_reply_says_how_long_to_wait():
    answer = reply(
        b"<Error><Code>SlowDown</Code></Error>", "x-oss-qos-delay-time: 1500", status="503 Slow Down"
    )

    with pytest.raises(ThrottledError) as caught:
        read(answer)

    assert caught.value.retry_after_seconds == 1.5
