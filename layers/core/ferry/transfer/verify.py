"""Proving that the bytes read are the object: its length, and the best checksum that the source gives."""

import hashlib

from ferry.checksums import crc64
from ferry.errors import DamagedContentError
from ferry.objects import SourceObject


def can_verify(source: SourceObject) -> bool:
    """Tell whether reading an object whole proves more than its length."""
    return source.crc64 is not None or source.md5 is not None


class ContentCheck:
    """Checks the content of one object as it passes by.

    CRC-64/XZ where the source gives it, else MD5 where it gives that, else the length alone.

    Args:
        source: The version that is read whole.
    """

    def __init__(self, source: SourceObject) -> None:
        self._source = source
        self._size = self._crc64 = 0
        needs_md5 = source.crc64 is None and source.md5 is not None
        self._md5 = hashlib.md5(usedforsecurity=False) if needs_md5 else None

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._size += len(chunk)
        if self._source.crc64 is not None:
            self._crc64 = crc64(chunk, self._crc64)
        if self._md5 is not None:
            self._md5.update(chunk)

    def finish(self) -> None:
        """Compare all that was taken with what the source says.

        Raises:
            DamagedContentError: They differ.
        """
        source = self._source
        if self._size != source.size:
            msg = f"Read {self._size} bytes of an object of {source.size}."
            raise DamagedContentError(msg, reason="Truncated")
        if source.crc64 is not None and self._crc64 != source.crc64:
            msg = f"Read CRC-64 {self._crc64}, the source's is {source.crc64}."
            raise DamagedContentError(msg, reason="ChecksumMismatch")
        if self._md5 is not None and self._md5.hexdigest() != source.md5:
            msg = (
                f"Read MD5 {self._md5.hexdigest()}, the source's is {source.md5}. If that stays so, copy the "
                "object onto itself on OSS, which gives it a CRC-64."
            )
            raise DamagedContentError(msg, reason="ChecksumMismatch")
