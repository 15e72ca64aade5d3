"""Proving that the bytes read are the object: length and CRC-64/XZ, as OSS computes it."""

from ferry.errors import DamagedContentError
from ferry.objects import SourceObject


def check_content(source: SourceObject, size: int, checksum: int) -> None:
    """Compare what was read with what the source says it is.

    Args:
        source: The version that was read whole.
        size: Bytes read.
        checksum: CRC-64/XZ of the bytes read.

    Raises:
        DamagedContentError: They differ. A source without a CRC is checked by size alone.
    """
    if size != source.size:
        msg = f"Read {size} bytes of an object of {source.size}."
        raise DamagedContentError(msg, reason="Truncated")
    if source.crc64 is not None and checksum != source.crc64:
        msg = f"Read CRC-64 {checksum}, the source's is {source.crc64}."
        raise DamagedContentError(msg, reason="ChecksumMismatch")
