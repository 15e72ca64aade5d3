"""Cutting an object into parts, and its parts into ranges that one function copies."""

from dataclasses import dataclass
from typing import Final

from ferry.errors import PermanentError

MIB: Final = 1024**2
MIN_PART_SIZE: Final = 5 * MIB
MAX_PART_SIZE: Final = 5 * 1024 * MIB
MAX_PARTS: Final = 10_000
MAX_RANGES: Final = 1_000
_RANGE_SIZE: Final = 1024 * MIB


class ObjectTooLargeError(PermanentError):
    """The object does not fit into one multipart upload."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload; ``number`` counts from 1, ``offset`` and ``size`` are bytes of the object."""

    number: int
    offset: int
    size: int


def part_size_for(object_size: int, *, preferred_size: int = 16 * MIB) -> int:
    """Return the bytes per part of an upload.

    Args:
        object_size: Bytes in the source object, at least 1.
        preferred_size: Bytes per part, 5 MiB to 5 GiB. Raised in whole MiB when the object would need
            more than 10,000 parts.

    Raises:
        ObjectTooLargeError: 10,000 parts of 5 GiB are not enough.

    Source:
        Amazon S3 User Guide, "Amazon S3 multipart upload limits".
    """
    needed = -(-object_size // MAX_PARTS)
    size = max(preferred_size, MIN_PART_SIZE, -(-needed // MIB) * MIB)
    if size > MAX_PART_SIZE:
        msg = f"The object has {object_size} bytes, S3 holds {MAX_PARTS * MAX_PART_SIZE} at the most."
        raise ObjectTooLargeError(msg)
    return size


def plan_parts(object_size: int, part_size: int, *, first: int = 1, last: int | None = None) -> list[Part]:
    """List the parts of an object, or those of one range.

    Args:
        object_size: Bytes in the object, at least 1.
        part_size: Bytes per part but the last.
        first: Number of the first part wanted.
        last: Number of the last part wanted, None for the object's last.

    Returns:
        Parts ascending by number; all together they cover ``[0, object_size)`` without gaps.
    """
    count = -(-object_size // part_size)
    return [
        Part(number, offset, min(part_size, object_size - offset))
        for number in range(first, min(last or count, count) + 1)
        for offset in [(number - 1) * part_size]
    ]


def plan_ranges(object_size: int, part_size: int) -> list[tuple[int, int]]:
    """Group an object's parts into ranges that one function call copies.

    Returns:
        First and last part number of each range, ascending, at most ``MAX_RANGES`` of them: of about 1 GiB,
        more where the object is large.
    """
    count = -(-object_size // part_size)
    length = max(1, _RANGE_SIZE // part_size, -(-count // MAX_RANGES))
    return [(first, min(first + length - 1, count)) for first in range(1, count + 1, length)]
