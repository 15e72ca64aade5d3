"""What is asked of every server in this scenario, as bytes signed beforehand."""

import datetime as dt
from dataclasses import dataclass

from local.oss.signature import UNSIGNED_PAYLOAD, V4_ALGORITHM, Signable, sign_v4, v4_canonical_request

KIB = 1024
MIB = 1024 * KIB
BUCKET = "bench"
REGION = "cn-hangzhou"
ACCESS_KEY_ID, SECRET = "bench-key", "bench-secret"
LARGE_KEY = "large"
SMALL_SIZE, LARGE_SIZE = 10 * KIB, 256 * MIB
CHUNK_SIZE = 512 * KIB


@dataclass(frozen=True)
class Workload:
    """Requests that follow one another on each of several connections.

    Attributes:
        method: GET or PUT.
        keys: Taken in turn.
        object_size: Bytes in every object.
        connections: How many requests are under way at once.
        unit: What is counted: ``requests`` or ``megabytes`` (of 1,000,000 bytes).
    """

    method: str
    keys: tuple[str, ...]
    object_size: int
    connections: int
    unit: str


_SMALL_KEYS = tuple(f"small/{number:04d}" for number in range(500))
WORKLOADS = {
    "GET 10 KiB": Workload("GET", _SMALL_KEYS, SMALL_SIZE, connections=32, unit="requests"),
    "PUT 10 KiB": Workload("PUT", _SMALL_KEYS, SMALL_SIZE, connections=32, unit="requests"),
    "GET 256 MiB": Workload("GET", (LARGE_KEY,), LARGE_SIZE, connections=4, unit="megabytes"),
}


def signed_request(method: str, key: str, host: str, size: int = 0) -> bytes:
    """Return one request with a V4 signature that holds for a quarter of an hour.

    Args:
        method: GET or PUT.
        key: Object key of plain ASCII.
        host: Host header.
        size: Bytes in the body of zeros that comes with a PUT.
    """
    moment = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"x-oss-content-sha256": UNSIGNED_PAYLOAD, "x-oss-date": moment}
    canonical = v4_canonical_request(Signable(method, BUCKET, key.encode(), [], headers), ())
    signature = sign_v4(canonical, secret=SECRET, moment=moment, region=REGION)
    scope = f"{ACCESS_KEY_ID}/{moment[:8]}/{REGION}/oss/aliyun_v4_request"
    lines = [
        f"{method} /{BUCKET}/{key} HTTP/1.1",
        f"Host: {host}",
        "Accept-Encoding: identity",
        f"Authorization: {V4_ALGORITHM} Credential={scope}, Signature={signature}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if method == "PUT":
        lines.append(f"Content-Length: {size}")
    return "\r\n".join([*lines, "", ""]).encode() + bytes(size if method == "PUT" else 0)
