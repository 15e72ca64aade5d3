"""Many small objects over HTTP."""

from functools import partial

from benchmarks import ferry_client, rclone
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import (
    Contender,
    Goal,
    Round,
    Scenario,
    cpu_ratio,
    memory_ratio,
    requests_per_object,
)

OBJECTS, FEWER, TINY = 20_000, 2000, 700
OBJECT_SIZE = 10 * 1024
FERRY, RCLONE, FASTEST, LISTING = "Ferry", "rclone", "rclone, best flags", "rclone, listing only"
SDKS = "oss2 and boto3"
READS, WRITES = ("source GET object",), ("replica PUT object",)


def contenders(*, is_tls: bool) -> dict[str, Contender]:
    """Return Ferry, rclone and the SDKs copying the same small objects, the SDKs fewer of them."""

    def options(is_tiny: bool, objects: int = OBJECTS) -> Options:
        return Options(TINY if is_tiny else objects, OBJECT_SIZE, is_tls=is_tls, checks_checksums=is_tiny)

    per_thousand = 1 / 1000
    return {
        FERRY: copying(options, ferry_client.transfer, per_thousand),
        RCLONE: copying(options, lambda servers: rclone.copy(servers, "--transfers=16"), per_thousand),
        FASTEST: copying(
            options, lambda servers: rclone.copy(servers, "--transfers=16", *rclone.FASTEST), per_thousand
        ),
        LISTING: copying(options, rclone.list_keys, per_thousand, copies=False),
        SDKS: copying(partial(options, objects=FEWER), ferry_client.transfer_by_sdks, per_thousand),
    }


def extra_requests(measured: Round) -> float:
    """Return how many requests per object came in that are neither its GET nor its PUT."""
    return requests_per_object(FERRY)(measured) - requests_per_object(FERRY, *READS, *WRITES)(measured)


SCENARIO = Scenario(
    title="Small objects",
    text="20,000 objects of 10 KiB over HTTP. Ferry: the `transfer` function, from packed messages to closed "
    "jobs, with its start and its calls of DynamoDB. rclone: `copy --transfers 16`, whose listing is in its "
    "figures and beside them. oss2 and boto3: a function made of them copies 2,000, one after the "
    "other; its start weighs ten times as much, so compare it without.",
    unit="1,000 copies",
    contenders=contenders(is_tls=False),
    goals=(
        Goal("P1", "CPU of a copy, Ferry / rclone", "≤", 0.6, cpu_ratio(FERRY, RCLONE)),
        Goal("P1", "CPU of a copy, Ferry / rclone with its best flags", "≤", 0.6, cpu_ratio(FERRY, FASTEST)),
        Goal("P8", "peak RSS, 20,000 objects, Ferry / rclone", "≤", 1, memory_ratio(FERRY, RCLONE)),
        Goal("P10", "GETs per object", "=", 1, requests_per_object(FERRY, *READS)),
        Goal("P10", "PUTs per object", "=", 1, requests_per_object(FERRY, *WRITES)),
        Goal("P10", "other requests per object", "=", 0, extra_requests),
    ),
)
