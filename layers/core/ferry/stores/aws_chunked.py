"""Content whose checksum follows it, for bodies that are sent while they are still being read."""

import base64
from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from ferry.checksums import crc32
from ferry.errors import DamagedContentError

_FRAME: Final = 1024**2
"""Bytes of content per frame; S3 wants at least 8 KiB in all but the last."""


async def framed_content(body: AsyncIterable[bytes], size: int) -> AsyncIterator[bytes]:
    """Yield content in aws-chunked frames with its CRC-32 as the trailer.

    Args:
        body: The content, in pieces of any size.
        size: Its bytes in all.

    Raises:
        DamagedContentError: There are more bytes than that.

    Source:
        Amazon S3 API reference, "Signature calculations for trailing checksums".
    """
    checksum = left = 0
    remaining = size
    async for chunk in body:
        checksum = crc32(chunk, checksum)
        offset = 0
        while offset < len(chunk):
            if not left:
                left = min(_FRAME, remaining)
                if not left:
                    msg = f"There are more than the {size} bytes announced."
                    raise DamagedContentError(msg, reason="WrongLength")
                yield b"%x\r\n" % left
            piece = chunk[offset : offset + left]
            yield piece
            offset += len(piece)
            left -= len(piece)
            remaining -= len(piece)
            if not left:
                yield b"\r\n"
    yield b"0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % base64_crc32(checksum).encode()


def framed_size(size: int) -> int:
    """Return the bytes that ``framed_content`` makes of ``size`` bytes."""
    whole, rest = divmod(size, _FRAME)
    frames = whole * (len(b"%x\r\n\r\n" % _FRAME) + _FRAME)
    if rest:
        frames += len(b"%x\r\n\r\n" % rest) + rest
    return frames + len(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n")


def base64_crc32(checksum: int) -> str:
    """Spell a CRC-32 as S3's headers do."""
    return base64.b64encode(checksum.to_bytes(4)).decode()
