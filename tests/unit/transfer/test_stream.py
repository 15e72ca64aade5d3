import asyncio

import pytest
from ferry.checksums import crc64
from ferry.errors import DamagedContentError
from ferry.transfer.stream import verified_chunks, verified_content
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import described

CHUNKS = st.lists(st.binary(max_size=20), max_size=8)


class Body:
    """A body whose chunks are those given, of an object that they should be."""

    def __init__(self, chunks, content, *, has_crc64=True):
        self.pieces = chunks
        self.source = described(size=len(content), crc64=crc64(content) if has_crc64 else None)
        self.size = len(content)

    async def chunks(self):
        for piece in self.pieces:
            yield piece

    async def read(self):
        return b"".join(self.pieces)


def stream(body):
    """What comes out, and the error at the end if there is one."""

    async def collect():
        out = []
        try:
            async for chunk in verified_chunks(body):
                out.append(chunk)  # noqa: PERF401 - what came before an error counts
        except DamagedContentError as error:
            return out, error
        return out, None

    return asyncio.run(collect())


@given(CHUNKS, st.booleans())
def test_whole_content_passes_unchanged(chunks, has_crc64):
    content = b"".join(chunks)

    out, error = stream(Body(chunks, content, has_crc64=has_crc64))

    assert (b"".join(out), error) == (content, None)
    assert asyncio.run(verified_content(Body(chunks, content))) == content


@given(CHUNKS, st.binary(min_size=1, max_size=60))
def test_other_content_never_passes_whole(chunks, content):
    arrived = b"".join(chunks)
    if arrived == content:
        return

    out, error = stream(Body(chunks, content))

    assert error is not None
    assert len(b"".join(out)) < max(len(arrived), 1)
    with pytest.raises(DamagedContentError):
        asyncio.run(verified_content(Body(chunks, content)))


@pytest.mark.parametrize("ending", [[], [b""], [b"", b""]])
def test_the_last_bytes_stay_behind_until_the_checksum_agrees(ending):
    out, error = stream(Body([b"good", b"baad", *ending], b"goodgood"))

    assert out == [b"good"]
    assert error.reason == "ChecksumMismatch"


@pytest.mark.parametrize(
    ("chunks", "reason"), [([b"go", b"od"], "Truncated"), ([b"good", b"good", b"!"], "Truncated")]
)
def test_a_body_of_another_length_is_damaged_even_without_a_checksum(chunks, reason):
    _, error = stream(Body(chunks, b"goodgood", has_crc64=False))

    assert error.reason == reason


def test_an_empty_object_is_checked_too():
    assert stream(Body([], b"")) == ([], None)
    assert stream(Body([], b"x"))[1].reason == "Truncated"
