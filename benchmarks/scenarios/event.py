"""From a notification to the replica."""

from benchmarks import ferry_client
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Goal, Scenario

EVENTS, TINY, WARM_UP = 1000, 20, 10
FERRY = "Ferry"


def options(is_tiny: bool) -> Options:
    """Return servers with one object for every notification."""
    return Options(TINY if is_tiny else EVENTS, 10 * 1024)


SCENARIO = Scenario(
    title="From notification to replica",
    text="1,000 notifications about one object of 10 KiB each, one after the other, warm, without injected "
    "delay. What is timed are both functions, `intake` and `transfer`, with their calls of DynamoDB, SQS, "
    "OSS and S3; handing the message from queue to function is the service's and is not.",
    unit="1,000 events",
    contenders={
        FERRY: copying(options, lambda servers: ferry_client.follow(servers, warm_up=WARM_UP), 1 / 1000)
    },
    goals=(
        Goal(
            "P14", "median of our own time, ms", "≤", 10, lambda measured: measured[FERRY].details["p50_ms"]
        ),
        Goal("P14", "99th percentile, ms", "≤", 50, lambda measured: measured[FERRY].details["p99_ms"]),
    ),
)
