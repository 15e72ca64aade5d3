"""The counts as the tables of ``docs/scale.md``, between marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ferry.run_control import SHARDS_PER_ROUND

from benchmarks.marks import between, table_of
from benchmarks.scale import limits, workflows
from benchmarks.scale.finder_memory import Walk
from benchmarks.scale.key_space import LAYOUTS
from benchmarks.scale.limits import DAY, Figure
from benchmarks.scale.model import (
    GIB,
    MIB,
    SCENARIOS,
    Scenario,
    Settings,
    bottleneck,
    in_flight_when_all_fails,
    part_functions,
    scanned,
)
from benchmarks.scale.scanning import Scan

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "scale.md"
_SIZES: Final = (10**8, 10**9, 10**10)
_FINDERS: Final = (16, 32)
_LONGEST_LETTER: Final = "\x01"
"""None takes more bytes in JSON."""


def generated() -> dict[str, str]:
    """Return the tables by the names of their marks."""
    return {
        "times": times(),
        "limits alone": limits_alone(),
        "counts": counts(),
        "layouts": layouts(),
        "later runs": later_runs(),
        "held against limits": held_against_limits(),
        "payloads": payloads(),
        "costs": costs(),
        "figures": figures(),
    }


def replaced(text: str, name: str, table: str) -> str:
    """Return a document's text with a table in its place.

    Raises:
        ValueError: It lacks the marks.
    """
    begin = f"<!-- {name}: written by `python -m benchmarks.scale` -->"
    end = f"<!-- end of {name} -->"
    return between(text, begin, end, table)


def with_counts(text: str) -> str:
    """Return the document's text with what is counted now."""
    for name, table in generated().items():
        text = replaced(text, name, table)
    return text


def advised_seconds(scenario: Scenario) -> float:
    """Return how long a run takes with the advised settings, outside mainland China."""
    return bottleneck(scenario.times(scenario.advised))[1]


def times() -> str:
    """How long runs take, and what for."""
    rows = []
    for scenario in SCENARIOS:
        default, advised = Settings(), scenario.advised
        wider = Settings(max(default.transfers, advised.transfers), advised.scans, advised.ranges)
        rows.append(
            (
                scenario.title,
                _slowest(scenario.times(default)),
                _slowest(scenario.times(advised)),
                _slowest(scenario.times(wider, mainland=True)),
                _slowest(scenario.times(advised, sequential=True)),
                _slowest(scenario.times(advised, one_prefix=True)),
            )
        )
    head = (
        "A first run of",
        "Default settings",
        "Advised settings",
        "The same, mainland China",
        "The same, names a sequence",
        "The same, S3 at 3,500 PUTs/s",
    )
    return table_of(head, rows)


def limits_alone() -> str:
    """How long each limit alone would make a run take."""
    each = [(scenario, scenario.times(scenario.advised)) for scenario in SCENARIOS]
    names = list(each[0][1])
    rows = [(scenario.title, *(_hours(taken[name]) for name in names)) for scenario, taken in each]
    return table_of(("A first run of", *(f"{name[0].upper()}{name[1:]}" for name in names)), rows)


def counts() -> str:
    """What runs count to."""
    rows = []
    for scenario in SCENARIOS:
        scan, seconds = scenario.scan, advised_seconds(scenario)
        rows.append(
            (
                scenario.title,
                _number(scenario.objects),
                f"{scan.shards}",
                f"{scan.rounds}",
                _number(scan.calls),
                f"{_number(scan.chunks)} ({_size(scenario.manifest_bytes)})",
                f"{_number(scenario.jobs)} ({scenario.objects_per_job:.0f})",
                _number(scenario.parts) if scenario.is_large else "–",
                _number(scenario.writes),
                _number(scenario.transitions(seconds)),
                _number(scenario.invocations(seconds)),
            )
        )
    head = (
        "A first run of",
        "Objects",
        "Shards",
        "Rounds",
        "Calls of the finder",
        "Manifests",
        "Messages (objects in each)",
        "Parts",
        "Write units",
        "Transitions",
        "Invocations",
    )
    return table_of(head, rows)


def layouts() -> str:
    """How keys of several kinds are looked at."""
    rows = []
    for name, layout in LAYOUTS.items():
        for keys in _SIZES:
            scan = scanned(name, keys, Settings().scans)
            events = workflows.run_events(scan.rounds, 0)
            rows.append(
                (
                    f"{layout.title}",
                    _power(keys),
                    f"{scan.shards}",
                    _number(scan.rounds),
                    _number(scan.calls),
                    _hours(scan.seconds),
                    _planning(scan),
                    _against(events, limits.HISTORY_EVENTS),
                )
            )
    head = (
        "Names",
        "Keys",
        "Shards",
        "Rounds",
        "Calls of the finder",
        "Listing takes",
        "Planning of a round, at the most",
        "History events",
    )
    return table_of(head, rows)


def later_runs() -> str:
    """How long it takes to look at keys that all have a current replica."""
    rows = [
        (
            _power(keys),
            *(_hours(scanned("folders", keys, finders, later=True).seconds) for finders in _FINDERS),
            _number(2 * keys / 1000),
        )
        for keys in _SIZES
    ]
    head = ("Keys", *(f"ScanConcurrency {finders}" for finders in _FINDERS), "Pages of both sides")
    return table_of(head, rows)


def held_against_limits() -> str:
    """The counts next to the limits."""
    rows = []
    for scenario in SCENARIOS:
        seconds = advised_seconds(scenario)
        waiting = max(0.0, seconds - scenario.scan.seconds)
        age = "–" if scenario.is_large else _days(seconds, limits.RETENTION)
        events = workflows.run_events(scenario.scan.rounds, min(waiting, limits.SEAL_WAIT.value))
        rows.append(
            (
                scenario.title,
                age,
                _days(waiting, limits.SEAL_WAIT),
                _against(events, limits.HISTORY_EVENTS),
                _against(scenario.writes / seconds, limits.PARTITION_WRITES),
                _against(scenario.functions, limits.LAMBDA),
                _against(scenario.open_executions, limits.OPEN_EXECUTIONS) if scenario.is_large else "–",
                _part_seconds(scenario, limits.OSS_OUTSIDE.value),
            )
        )
    head = (
        "A first run of",
        "Oldest message / 14 days",
        "Wait for the last job / 15.6 days",
        "History events of the run / 25,000",
        "Write units per s / 1,000",
        "Functions wanted by default / 1,000",
        "Open executions / 1,000,000",
        "A part, all functions at work / 870 s",
    )
    return table_of(head, rows)


def payloads() -> str:
    """The largest documents and executions there can be."""
    most, largest, hundred_ranges = SHARDS_PER_ROUND, 48 * 1024 * GIB, 100 * GIB
    chunk = SCENARIOS[0]
    rows = [
        (f"What planning {most} shards returns", _bytes(workflows.plan_payload(most))),
        (f"What a round of {most} shards hands on", _bytes(workflows.scans_payload(most))),
        ("The same, every shard failed", _bytes(workflows.scans_payload(most, _LONGEST_LETTER))),
        ("A large object of 48 TiB, 1,000 ranges", _bytes(workflows.object_payload(largest))),
        (
            "The same, every range failed",
            _bytes(workflows.object_payload(largest, _LONGEST_LETTER)),
        ),
        (
            "A large object of 100 GiB, 100 ranges, every range failed",
            _bytes(workflows.object_payload(hundred_ranges, _LONGEST_LETTER)),
        ),
        ("A message of small objects, of 1 MiB", f"{_number(chunk.largest_message)} bytes"),
        ("History of a shard's execution", _against(workflows.shard_events(), limits.HISTORY_EVENTS)),
        (
            "History of a large object's execution",
            _against(
                workflows.history_events("large_object", workflows.object_path()), limits.HISTORY_EVENTS
            ),
        ),
        (
            "History of a range's execution that waits for the task's limits for a day",
            _against(
                workflows.history_events(
                    "large_object", workflows.range_path(1, int(DAY / limits.LIMIT_WAIT.value))
                ),
                limits.HISTORY_EVENTS,
            ),
        ),
        ("Messages in flight, default TransferConcurrency", _against(Settings().transfers, limits.IN_FLIGHT)),
        (
            "The same, every copy failing after a second",
            _against(in_flight_when_all_fails(Settings().transfers), limits.IN_FLIGHT),
        ),
        (
            "The same, TransferConcurrency 1,000",
            _against(in_flight_when_all_fails(1000), limits.IN_FLIGHT),
        ),
    ]
    return table_of(("What", "At the most"), rows)


def costs() -> str:
    """What runs cost."""
    rows = []
    for scenario in SCENARIOS:
        cost, more = scenario.cost, scenario.not_in_cost(advised_seconds(scenario))
        rows.append(
            (
                scenario.title,
                _dollars(cost.s3_requests),
                _dollars(cost.oss_requests),
                _dollars(cost.oss_egress),
                _dollars(cost.compute),
                _dollars(cost.queue_and_state),
                f"**{_dollars(cost.total)}**",
                *(_dollars(value) for value in more.values()),
            )
        )
    names = list(SCENARIOS[0].not_in_cost(1.0))
    head = (
        "A first run of",
        "Requests of S3",
        "Requests of OSS",
        "Traffic out of OSS",
        "Lambda",
        "SQS and DynamoDB",
        "Ferry's estimate",
        *(f"Not in it: {name}" for name in names),
    )
    return table_of(head, rows)


def figures() -> str:
    """The limits and rates, with their sources."""
    rows = [(one.title, f"{_plain(one.value)} {one.unit}".strip(), one.source) for one in limits.ALL]
    return table_of(("What", "Figure", "From"), rows)


def memory(walks: Sequence[Walk]) -> str:
    """What the finder's loop was measured to take."""
    rows = [
        (
            _number(one.keys),
            f"{one.manifests}",
            _size(one.manifest_bytes),
            _number(one.jobs),
            f"{one.peak_rss_mib:.1f} MiB",
            f"{one.peak_rss_mib - walks[0].peak_rss_mib:+.1f} MiB",
            f"{one.seconds * 1e6 / one.keys:.0f} µs",
        )
        for one in walks
    ]
    head = ("Keys looked at", "Manifests", "Their size", "Messages", "Peak RSS", "Growth", "CPU per key")
    return table_of(head, rows)


def _slowest(taken: Mapping[str, float]) -> str:
    name, seconds = bottleneck(taken)
    time = f"{seconds / DAY:.1f} days" if seconds > 3 * DAY else f"{seconds / 3600:.1f} h"
    return f"{f'**{time}**' if seconds > limits.RETENTION.value else time}, {name}"


def _planning(scan: Scan) -> str:
    took = f"{scan.most_plan_requests:,} requests, {scan.longest_plan:,.0f} s"
    return f"{took}: **cut short {scan.plans_cut_short} times**" if scan.plans_cut_short else took


def _part_seconds(scenario: Scenario, bandwidth: float) -> str:
    if not scenario.is_large:
        return "–"
    most = part_functions(scenario.size, bandwidth)
    functions = min(scenario.functions, int(limits.LAMBDA.value))
    seconds = limits.RANGE_SECONDS.value * functions / most
    text = f"{_number(seconds)} s"
    fits = f"fits with {_number(most)} functions or fewer"
    return f"**{text}: exceeds**, {fits}" if seconds > limits.RANGE_SECONDS.value else text


def _against(value: float, limit: Figure) -> str:
    return f"**{_number(value)}: exceeds**" if value > limit.value else _number(value)


def _days(seconds: float, limit: Figure) -> str:
    text = f"{seconds / DAY:.1f} days"
    return f"**{text}: exceeds**" if seconds > limit.value else text


def _bytes(size: int) -> str:
    return f"{_against(size, limits.PAYLOAD)} of 262,144 bytes"


def _power(value: int) -> str:
    return f"10^{len(str(value)) - 1}"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h"


def _size(size: float) -> str:
    return f"{size / GIB:,.1f} GiB" if size >= GIB else f"{size / MIB:,.1f} MiB"


def _dollars(value: float) -> str:
    return f"${value:,.0f}" if value >= 10 else f"${value:,.2f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"
