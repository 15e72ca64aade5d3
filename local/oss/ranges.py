"""The byte range a GET asks for, by the legacy and the standard rule of OSS.

Source: OSS developer reference, "GetObject" and "How to obtain OSS resources by segmenting HTTP range
requests".
"""

import re
from dataclasses import dataclass

from local.oss.errors import OssError

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@dataclass(frozen=True)
class ByteRange:
    """Bytes ``[offset, offset + size)`` of an object, at least one."""

    offset: int
    size: int

    def content_range(self, object_size: int) -> str:
        """The Content-Range header."""
        return f"bytes {self.offset}-{self.offset + self.size - 1}/{object_size}"


def resolve_range(header: str | None, object_size: int, *, standard: bool) -> ByteRange | None:
    """Decide which bytes a Range header selects.

    Args:
        header: Range header, or None when there is none.
        object_size: Bytes in the object.
        standard: Whether the request says ``x-oss-range-behavior: standard``. Otherwise a range that
            does not lie inside the object is ignored, and the whole object is served with status 200.

    Returns:
        The range to serve with 206, or None for the whole object with 200.

    Raises:
        OssError: ``InvalidRange`` when the standard rule finds no byte in the range.
    """
    matched = _RANGE.fullmatch(header.strip()) if header else None
    if matched is None or matched.group(0) == "bytes=-":
        return None
    first, last = matched.groups()
    if first and last and int(last) < int(first):
        return None
    if not first:
        start, stop = object_size - int(last), object_size
    else:
        start, stop = int(first), int(last) + 1 if last else object_size
    if 0 <= start < stop <= object_size:
        return ByteRange(start, stop - start)
    if not standard:
        return None
    start, stop = max(start, 0), min(stop, object_size)
    if start >= stop:
        raise OssError(
            416,
            "InvalidRange",
            "The requested range cannot be satisfied.",
            details={"ActualObjectSize": str(object_size), "RangeHeader": header or ""},
            headers={"Content-Range": f"bytes */{object_size}"},
        )
    return ByteRange(start, stop - start)
