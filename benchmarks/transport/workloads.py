"""What is copied in this scenario, and the checks every candidate makes on the way."""

import base64
import zlib
from dataclasses import dataclass

import anycrc

KIB = 1024
MIB = 1024 * KIB
CHUNK_SIZE = 256 * KIB


@dataclass(frozen=True)
class Workload:
    """Copies of equal objects.

    Attributes:
        scheme: ``http`` or ``https``.
        object_size: Bytes in each object.
        copies: How many objects are copied while measuring, after ``in_flight`` copies that are not measured.
        in_flight: How many copies run at once.
        is_streamed: Whether the PUT begins before the GET has ended.
    """

    scheme: str
    object_size: int
    copies: int
    in_flight: int
    is_streamed: bool = False

    @property
    def unit(self) -> str:
        """What its CPU seconds are given for."""
        return "1000 copies" if self.object_size < MIB else "GiB"

    @property
    def units(self) -> float:
        """How many of these units are copied."""
        return self.copies / 1000 if self.object_size < MIB else self.copies * self.object_size / (1024 * MIB)


WORKLOADS = {
    "10 KiB, HTTP": Workload("http", 10 * KIB, copies=6000, in_flight=64),
    "10 KiB, TLS": Workload("https", 10 * KIB, copies=6000, in_flight=64),
    "8 MiB, TLS": Workload("https", 8 * MIB, copies=96, in_flight=4),
    "64 MiB streamed, TLS": Workload("https", 64 * MIB, copies=12, in_flight=4, is_streamed=True),
}


_CRC64 = anycrc.Model("CRC64-XZ")


class Checks:
    """The CRC-64 that OSS announced, checked, and the CRC-32 that S3 is sent."""

    def __init__(self) -> None:
        self._crc64 = 0
        self._crc32 = 0

    def update(self, chunk: bytes) -> None:
        """Take in the next bytes of the object."""
        self._crc64 = _CRC64.calc(chunk, self._crc64)
        self._crc32 = zlib.crc32(chunk, self._crc32)

    def finish(self, announced_crc64: str) -> str:
        """Return the CRC-32 in base64; raise ``ValueError`` when the CRC-64 is another one."""
        if self._crc64 != int(announced_crc64):
            raise ValueError("the object arrived damaged")
        return base64.b64encode(self._crc32.to_bytes(4, "big")).decode()


def checked(content: bytes, announced_crc64: str) -> str:
    """Check a whole object and return its CRC-32 in base64."""
    checks = Checks()
    checks.update(content)
    return checks.finish(announced_crc64)


def put_headers(size: int) -> dict[str, str]:
    """Return headers as a signed PUT has them."""
    return {
        "Content-Length": str(size),
        "Content-Type": "application/octet-stream",
        "Authorization": "AWS4-HMAC-SHA256 Credential=" + "x" * 180,
        "x-amz-date": "20250303T040506Z",
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    }


GET_HEADERS = {
    "Authorization": "OSS4-HMAC-SHA256 Credential=" + "x" * 160,
    "x-oss-date": "20250303T040506Z",
    "Accept-Encoding": "identity",
}
