"""Small objects of a source that refuses what is too much for it."""

from benchmarks import ferry_client
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Goal, Round, Scenario

OBJECTS, TINY = 6000, 100
REQUESTS_PER_SECOND = 500
FERRY = "Ferry"


def options(is_tiny: bool) -> Options:
    """Return a source with a limit."""
    return Options(TINY if is_tiny else OBJECTS, 10 * 1024, source_requests_per_second=REQUESTS_PER_SECOND)


def goodput(measured: Round) -> float:
    """Return the objects per second as a share of what the source takes."""
    ferry = measured[FERRY]
    return ferry.objects / ferry.details["work_wall_seconds"] / REQUESTS_PER_SECOND


def refused(measured: Round) -> float:
    """Return the share of its requests that the source refused."""
    requests = measured[FERRY].requests
    number = requests.get("source refused", 0)
    return number / (number + requests["source GET object"])


def dead_letters(measured: Round) -> float:
    """Return how many jobs were given up."""
    return measured[FERRY].details["dead_letters"]


SCENARIO = Scenario(
    title="A source that refuses",
    text="6,000 objects of 10 KiB over HTTP from a source that answers 503 with `x-oss-qos-delay-time` to "
    "all above 500 requests/s. Ferry: the `transfer` function in one process; a job that comes back is "
    "delivered again at once, 5 times at most.",
    unit="1,000 copies",
    contenders={FERRY: copying(options, ferry_client.transfer_refused, 1 / 1000, copies=False)},
    goals=(
        Goal("P13", "goodput, of what the source takes", "≥", 0.95, goodput),
        Goal("P13", "share of requests refused", "≤", 0.05, refused),
        Goal("P13", "jobs in the dead-letter queue", "=", 0, dead_letters),
    ),
)
