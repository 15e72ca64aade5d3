import asyncio
import base64
import zlib

import pytest
from ferry.errors import DamagedContentError
from ferry.stores.aws_chunked import base64_crc32, framed_content, framed_size
from hypothesis import given
from hypothesis import strategies as st

KIB = 1024
SIZES = st.lists(st.one_of(st.integers(0, 64), st.integers(0, 1500 * KIB)), max_size=6)
TRAILER = b"x-amz-checksum-crc32:"


def framed(pieces, size):
    async def body():
        for piece in pieces:
            yield piece

    async def collect():
        return b"".join([part async for part in framed_content(body(), size)])

    return asyncio.run(collect())


def read_frames(wire):
    """The frames and the trailer's value, read as S3 reads them."""
    frames = []
    while True:
        announced, _, wire = wire.partition(b"\r\n")
        size = int(announced, 16)
        if not size:
            break
        frames.append(wire[:size])
        assert wire[size : size + 2] == b"\r\n"
        wire = wire[size + 2 :]
    assert wire.startswith(TRAILER)
    assert wire.endswith(b"\r\n\r\n")
    return frames, wire.removeprefix(TRAILER).removesuffix(b"\r\n\r\n")


@given(SIZES, st.binary(min_size=1, max_size=3))
def test_framed_content_has_the_size_announced_and_reads_back_with_its_checksum(sizes, filling):
    pieces = [(filling * size)[:size] for size in sizes]
    content = b"".join(pieces)

    wire = framed(pieces, len(content))

    frames, checksum = read_frames(wire)
    assert len(wire) == framed_size(len(content))
    assert b"".join(frames) == content
    assert base64.b64decode(checksum) == zlib.crc32(content).to_bytes(4)


@given(SIZES)
def test_only_the_last_frame_is_smaller_than_s3_allows(sizes):
    pieces = [bytes(size) for size in sizes]

    frames, _ = read_frames(framed(pieces, sum(sizes)))

    assert all(len(frame) >= 8 * KIB for frame in frames[:-1])
    assert all(frames)


def test_content_longer_than_announced_is_refused():
    with pytest.raises(DamagedContentError, match="more than the 3 bytes"):
        framed([b"abc", b"d"], 3)


def test_content_shorter_than_announced_does_not_reach_the_size_announced():
    assert len(framed([b"ab"], 3)) < framed_size(3)


def test_a_checksum_is_spelled_big_endian_in_base64():
    assert base64_crc32(0xCBF43926) == "y/Q5Jg=="
