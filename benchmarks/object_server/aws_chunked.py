"""Reading the aws-chunked encoding, in which checksums follow the content."""

from collections.abc import Callable


class AwsChunked:
    """Takes frames apart.

    Args:
        take: Is given the content, piece by piece.
    """

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._line = b""
        self._left = 0
        self._skipped = 0
        self._is_trailer = False
        self.trailer: dict[bytes, bytes] = {}

    def add(self, data: bytes) -> None:
        """Take the next bytes of the frames."""
        while data:
            if self._left:
                content, data = (data, b"") if len(data) <= self._left else _cut(data, self._left)
                self._left -= len(content)
                self._take(content)
                self._skipped = 0 if self._left else 2
            elif self._skipped:
                dropped, data = _cut(data, min(self._skipped, len(data)))
                self._skipped -= len(dropped)
            else:
                before, found, data = (self._line + data).partition(b"\r\n")
                self._line = b"" if found else before
                if found:
                    self._read_line(before)

    def _read_line(self, line: bytes) -> None:
        if self._is_trailer:
            name, _, value = line.partition(b":")
            self.trailer[name.lower()] = value.strip()
            return
        self._left = int(line.partition(b";")[0], 16)
        self._is_trailer = not self._left


def _cut(data: bytes, size: int) -> tuple[bytes, bytes]:
    return data[:size], data[size:]
