"""One large object in parts of 8 MiB over TLS."""

from benchmarks import ferry_client, rclone
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Goal, Scenario, cpu_ratio, memory_ratio

MIB = 1024**2
SIZE, TINY_SIZE = 4096 * MIB, 24 * MIB
FERRY, RCLONE = "Ferry", "rclone"
PARTS = ("--s3-chunk-size=8M", "--s3-upload-cutoff=8M", "--s3-upload-concurrency=4")
PER_GIB = SIZE / 1024**3


def options(is_tiny: bool) -> Options:
    """Return servers with one object."""
    return Options(1, TINY_SIZE if is_tiny else SIZE, is_tls=True, checks_checksums=is_tiny)


SCENARIO = Scenario(
    title="One large object in parts",
    text="One object of 4 GiB over TLS, in parts of 8 MiB, 4 in flight. Ferry: the functions "
    "`multipart_plan`, `multipart_copy` and `multipart_finish` in one process; the source's CRC-64 is "
    "verified and S3 is sent a CRC-32 of every part. rclone sends an MD5 of every part.",
    unit="GiB",
    contenders={
        FERRY: copying(options, ferry_client.copy_in_parts, PER_GIB),
        RCLONE: copying(options, lambda servers: rclone.copy(servers, *PARTS), PER_GIB),
    },
    goals=(
        Goal("P3", "CPU of a GiB, Ferry / rclone", "≤", 0.45, cpu_ratio(FERRY, RCLONE)),
        Goal("P3", "peak RSS, Ferry / rclone", "≤", 0.5, memory_ratio(FERRY, RCLONE)),
    ),
)
