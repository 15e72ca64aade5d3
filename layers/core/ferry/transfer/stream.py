"""Streaming a body so that its last bytes leave only once the whole is proven right."""

from collections.abc import AsyncIterator

from ferry.stores.protocols import SourceBody
from ferry.transfer.verify import ContentCheck


async def verified_chunks(body: SourceBody) -> AsyncIterator[bytes]:
    """Yield the body of a whole object, the last chunk held back until length and checksum agree.

    A write that is fed from this is cut off before its last byte when the content is damaged, so the
    receiving store discards it.

    Raises:
        DamagedContentError: The bytes are not those of the object.
    """
    check = ContentCheck(body.source)
    held = b""
    async for chunk in body.chunks():
        check.add(chunk)
        if held and chunk:
            yield held
        held = chunk or held
    check.finish()
    if held:
        yield held


async def verified_content(body: SourceBody) -> bytes:
    """Return the body of a whole object once length and checksum agree; raises as ``verified_chunks``."""
    content = await body.read()
    check = ContentCheck(body.source)
    check.add(content)
    check.finish()
    return content
