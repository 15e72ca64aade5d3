"""Streaming a body so that its last bytes leave only once the whole is proven right."""

from collections.abc import AsyncIterator

from ferry.checksums import crc64
from ferry.stores.protocols import SourceBody
from ferry.transfer.verify import check_content


async def verified_chunks(body: SourceBody) -> AsyncIterator[bytes]:
    """Yield the body of a whole object, the last chunk held back until length and CRC-64 agree.

    A write that is fed from this is cut off before its last byte when the content is damaged, so the
    receiving store discards it.

    Raises:
        DamagedContentError: The bytes are not those of the object.
    """
    size = checksum = 0
    held = b""
    async for chunk in body.chunks():
        size += len(chunk)
        checksum = crc64(chunk, checksum)
        if held and chunk:
            yield held
        held = chunk or held
    check_content(body.source, size, checksum)
    if held:
        yield held


async def verified_content(body: SourceBody) -> bytes:
    """Return the body of a whole object once length and CRC-64 agree; raises as ``verified_chunks``."""
    content = await body.read()
    check_content(body.source, len(content), crc64(content))
    return content
