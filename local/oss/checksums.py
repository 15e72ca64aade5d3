"""CRC-64 as OSS reports it (CRC-64/XZ), computed with a compiled wheel."""

from typing import Protocol

import anycrc


class _Crc64(Protocol):
    def calc(self, chunk: bytes, crc: int | None = None) -> int: ...

    def combine(self, crc1: int, crc2: int, len2: int) -> int: ...


_CRC64: _Crc64 = anycrc.Model("CRC64-XZ")


def crc64(chunk: bytes, before: int = 0) -> int:
    """The checksum of everything so far followed by ``chunk``."""
    return _CRC64.calc(chunk, before)


def combine_crc64(first: int, second: int, second_size: int) -> int:
    """The checksum of two contents one after the other, from their checksums."""
    return _CRC64.combine(first, second, second_size)
