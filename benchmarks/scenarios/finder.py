"""Listing and comparing many keys."""

from benchmarks import ferry_client, rclone
from benchmarks.measuring import copying
from benchmarks.object_server.options import Options
from benchmarks.scenario import Contender, Goal, Scenario, cpu_ratio

KEYS, TINY = 100_000, 3000
CHANGED_EVERY = 100
FIRST, LATER, RCLONE = "Ferry, first run", "Ferry, later run", "rclone lsf"
TEXT = (
    "{keys:,} keys over HTTP. Ferry: the `finder` function scans one shard, records manifests and sends the "
    "jobs to SQS. In the first run the replica is empty and every key goes into a job; in the later run "
    "every key has a replica and one in 100 has changed. rclone: `lsf -R --fast-list --use-server-modtime`, "
    "which lists the source alone."
)


def contenders(keys: int) -> dict[str, Contender]:
    """Return both kinds of run, and rclone, over so many keys."""

    def first(is_tiny: bool) -> Options:
        return Options(TINY if is_tiny else keys, 10 * 1024)

    def later(is_tiny: bool) -> Options:
        chosen = first(is_tiny)
        return Options(
            chosen.objects, chosen.object_size, replicas=chosen.objects, changed_every=CHANGED_EVERY
        )

    per_thousand = 1 / 1000
    return {
        FIRST: copying(first, ferry_client.find, per_thousand, copies=False),
        LATER: copying(later, ferry_client.find, per_thousand, copies=False),
        RCLONE: copying(first, rclone.list_keys, per_thousand, copies=False),
    }


SCENARIO = Scenario(
    title="Finding what to copy",
    text=TEXT.format(keys=KEYS),
    unit="1,000 keys",
    contenders=contenders(KEYS),
    goals=(
        Goal("P6", "keys per CPU second of a first run, Ferry / rclone", "≥", 3, cpu_ratio(RCLONE, FIRST)),
        Goal("P6", "keys per CPU second of a later run, Ferry / rclone", "≥", 3, cpu_ratio(RCLONE, LATER)),
    ),
)
