"""Peak memory for one large object and for many small ones."""

import sys

from benchmarks import ferry_client, rclone
from benchmarks.measuring import Measured, copying, launched
from benchmarks.object_server.options import PREFIX, REPLICA_BUCKET, SOURCE_BUCKET, Options
from benchmarks.object_server.processes import Servers
from benchmarks.scenario import Goal, Round, Scenario, memory_ratio

GIB = 1024**3
LARGE = Options(1, GIB)
SMALL = Options(20_000, 10 * 1024)
CEILING_MIB = 512
PUT, PARTS, COPY = "`transfer`, 1 GiB in one PUT", "`multipart_copy`, 1 GiB in parts", "`ferry copy`, 1 GiB"
MANY, COPY_MANY = "`transfer`, 20,000 of 10 KiB", "`ferry copy`, 20,000 of 10 KiB"
RCLONE, RCLONE_MANY = "rclone, 1 GiB", "rclone, 20,000 of 10 KiB"
OURS = (PUT, PARTS, COPY, MANY, COPY_MANY)


def large(is_tiny: bool) -> Options:
    """Return servers with one large object."""
    return Options(1, 24 * 1024**2) if is_tiny else LARGE


def small(is_tiny: bool) -> Options:
    """Return servers with many small ones."""
    return SMALL.with_objects(100) if is_tiny else SMALL


def ferry_copy(servers: Servers) -> Measured:
    """Replicate all objects in one process, without a deployment."""
    access = {
        "OSS_ENDPOINT": servers.urls["source"],
        "OSS_REGION": "cn-hangzhou",
        "OSS_ACCESS_KEY_ID": "benchmark",
        "OSS_ACCESS_KEY_SECRET": "benchmark",
    }
    source, replica = f"oss://{SOURCE_BUCKET}/{PREFIX}", f"s3://{REPLICA_BUCKET}/{PREFIX}"
    command = [sys.executable, "-m", "cli", "copy", source, replica, "--json"]
    return launched(command, ferry_client.environment(servers) | access).measured


def highest(measured: Round) -> float:
    """Return the most memory that any of Ferry's processes took."""
    return max(measured[name].peak_rss_mib for name in OURS)


SCENARIO = Scenario(
    title="Memory",
    text="One object of 1 GiB and 20,000 of 10 KiB over HTTP, through the functions that carry bodies and "
    "through `ferry copy`; rclone with 4 transfers for the one and 16 for the others.",
    unit="GiB",
    contenders={
        PUT: copying(large, ferry_client.transfer, 1),
        PARTS: copying(large, ferry_client.copy_in_parts, 1),
        COPY: copying(large, ferry_copy, 1),
        RCLONE: copying(large, rclone.copy, 1),
        MANY: copying(small, ferry_client.transfer, SMALL.object_size / GIB),
        COPY_MANY: copying(small, ferry_copy, SMALL.object_size / GIB),
        RCLONE_MANY: copying(
            small, lambda servers: rclone.copy(servers, "--transfers=16"), SMALL.object_size / GIB
        ),
    },
    goals=(
        Goal("P8", "peak RSS, 1 GiB in one PUT, Ferry / rclone", "≤", 0.5, memory_ratio(PUT, RCLONE)),
        Goal("P8", "peak RSS, 1 GiB in parts, Ferry / rclone", "≤", 0.5, memory_ratio(PARTS, RCLONE)),
        Goal("P8", "peak RSS, 20,000 objects, Ferry / rclone", "≤", 1, memory_ratio(MANY, RCLONE_MANY)),
        Goal("P8", "highest peak RSS of Ferry, MiB", "≤", CEILING_MIB, highest),
    ),
    rounds=3,
)
