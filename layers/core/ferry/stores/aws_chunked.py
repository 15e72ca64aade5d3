"""Content whose checksum follows it, for bodies that are sent while they are still being read."""

import base64
from collections.abc import AsyncIterable, AsyncIterator

from ferry.checksums import crc32
from ferry.errors import DamagedContentError


async def framed_content(body: AsyncIterable[bytes], size: int) -> AsyncIterator[bytes]:
    """Yield content as one aws-chunked chunk with its CRC-32 as the trailer.

    Args:
        body: The content, in pieces of any size.
        size: Its bytes in all.

    Raises:
        DamagedContentError: There are more bytes than that.

    Source:
        Amazon S3 API reference, "Signature calculations for trailing checksums".
    """
    checksum = given = 0
    if size:
        yield _before(size)
    async for chunk in body:
        given += len(chunk)
        if given > size:
            msg = f"There are more than the {size} bytes announced."
            raise DamagedContentError(msg, reason="WrongLength")
        checksum = crc32(chunk, checksum)
        yield chunk
    yield _after(size, base64_crc32(checksum))


def framed_size(size: int) -> int:
    """Return the bytes that ``framed_content`` makes of ``size`` bytes."""
    return (len(_before(size)) if size else 0) + size + len(_after(size, "AAAAAA=="))


def _before(size: int) -> bytes:
    return b"%x\r\n" % size


def _after(size: int, checksum: str) -> bytes:
    return b"%s0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (b"\r\n" if size else b"", checksum.encode())


def base64_crc32(checksum: int) -> str:
    """Spell a CRC-32 as S3's headers do."""
    return base64.b64encode(checksum.to_bytes(4)).decode()
