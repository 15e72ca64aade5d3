"""Small objects when every reply takes 100 ms."""

from benchmarks import ferry_client, rclone
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Contender, Goal, Round, Scenario, rate_ratio

OBJECTS, TINY = 6000, 100
DELAY_MS = 100
FERRY, MANY, RCLONE, FASTEST = (
    "Ferry, 64 in flight",
    "Ferry, 256 in flight",
    "rclone, 64 transfers",
    "rclone, 64 transfers, best flags",
)


def options(is_tiny: bool) -> Options:
    """Return servers that take their time."""
    return Options(TINY if is_tiny else OBJECTS, 10 * 1024, reply_delay_ms=1 if is_tiny else DELAY_MS)


def ferry(in_flight: int) -> Contender:
    """Return Ferry with so many objects in flight."""
    return copying(
        options, lambda servers: ferry_client.transfer(servers, {"objects_in_flight": in_flight}), 1
    )


def objects_per_second(measured: Round) -> float:
    """Return the rate of one process with 256 objects in flight."""
    return measured[MANY].rate


SCENARIO = Scenario(
    title="Small objects from afar",
    text="6,000 objects of 10 KiB over HTTP; source and replica wait 100 ms before every reply. With 64 in "
    "flight 320 objects/s are the most there can be. rclone waits for three replies per "
    "object, with its best flags for two.",
    unit="object",
    contenders={
        FERRY: ferry(64),
        MANY: ferry(256),
        RCLONE: copying(options, lambda servers: rclone.copy(servers, "--transfers=64"), 1),
        FASTEST: copying(options, lambda servers: rclone.copy(servers, "--transfers=64", *rclone.FASTEST), 1),
    },
    goals=(
        Goal("P5", "objects/s, 64 in flight, Ferry / rclone", "≥", 1.8, rate_ratio(FERRY, RCLONE)),
        Goal("P5", "objects/s with 256 in flight", "≥", 900, objects_per_second),
    ),
)
