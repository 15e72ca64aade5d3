"""Listing and comparing ten times as many keys, for what memory does."""

from benchmarks.scenario import Goal, Round, Scenario, cpu_ratio, memory_ratio
from benchmarks.scenarios import finder
from benchmarks.scenarios.finder import FIRST, LATER, RCLONE, TEXT

KEYS = 1_000_000
FEWER = "Ferry, first run of 100,000"


def bytes_per_key(measured: Round) -> float:
    """Return how much more memory every further key takes."""
    fewer, more = measured[FEWER].peak_rss_mib, measured[FIRST].peak_rss_mib
    return (more - fewer) * 1024**2 / (KEYS - finder.KEYS)


SCENARIO = Scenario(
    title="Finding among a million keys",
    text=TEXT.format(keys=KEYS),
    unit="1,000 keys",
    contenders={FEWER: finder.contenders(finder.KEYS)[FIRST], **finder.contenders(KEYS)},
    goals=(
        Goal("P6", "keys per CPU second of a first run, Ferry / rclone", "≥", 3, cpu_ratio(RCLONE, FIRST)),
        Goal("P6", "keys per CPU second of a later run, Ferry / rclone", "≥", 3, cpu_ratio(RCLONE, LATER)),
        Goal("P7", "peak RSS, Ferry / rclone", "≤", 0.5, memory_ratio(FIRST, RCLONE)),
        # Below what an allocator's own steps make of it.
        Goal("P7", "bytes of memory per further key", "≤", 2, bytes_per_key),
    ),
    rounds=3,
)
