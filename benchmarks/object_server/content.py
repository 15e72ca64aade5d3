"""What every object holds: the same random mebibyte over and over, so that checksums are known by size."""

import hashlib
import random
from functools import cache

import anycrc

MIB = 1024**2
BLOCK = random.Random(0).randbytes(MIB)
_TWICE = memoryview(BLOCK + BLOCK)
_CRC64 = anycrc.Model("CRC64-XZ")


def piece(offset: int, size: int) -> memoryview:
    """Return up to a mebibyte of the content from an offset on."""
    start = offset % MIB
    return _TWICE[start : start + min(size, MIB)]


def crc64(content: bytes, previous: int = 0) -> int:
    """Return the CRC-64/XZ of content that follows content with the checksum ``previous``."""
    return int(_CRC64.calc(content, previous))


@cache
def crc64_of(size: int) -> int:
    """Return the CRC-64/XZ of an object of this size."""
    total = 0
    for offset in range(0, size, MIB):
        total = crc64(bytes(piece(offset, size - offset)), total)
    return total


@cache
def md5_of(size: int) -> str:
    """Return the MD5 of an object of this size as lower-case hex."""
    total = hashlib.md5(usedforsecurity=False)
    for offset in range(0, size, MIB):
        total.update(piece(offset, size - offset))
    return total.hexdigest()
