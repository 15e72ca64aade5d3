"""The most load there is on one of the benchmarks' own servers, in a process of its own.

``python -m benchmarks.object_server.load source|replica URL TRUSTED PID OBJECT_SIZE SECONDS``.
"""

import sys
from urllib.parse import urlsplit

from benchmarks.load import Load, run
from benchmarks.object_server.content import MIB, piece
from benchmarks.object_server.keys import key_of
from benchmarks.object_server.options import REPLICA_BUCKET, SOURCE_BUCKET


def request(role: str, host: str, size: int) -> bytes:
    """Return a read of the source or a write of the replica, whole."""
    if role == "source":
        head = f"GET /{SOURCE_BUCKET}/{key_of(0)} HTTP/1.1\r\nHost: {host}\r\nAuthorization: OSS4\r\n\r\n"
        return head.encode()
    head = f"PUT /{REPLICA_BUCKET}/{key_of(0)} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + b"".join(piece(offset, size - offset) for offset in range(0, size, MIB))


def main() -> None:
    """Measure and print one JSON line."""
    role, url, trusted, pid, size, seconds = sys.argv[1:]
    address = urlsplit(url)
    one = request(role, address.netloc, int(size))
    connections = 32 if int(size) < MIB else 4
    run(Load([one], connections, trusted), address.port or 0, int(pid), float(seconds))


if __name__ == "__main__":
    main()
