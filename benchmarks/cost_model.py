"""What Ferry costs, written into ``docs/cost.md``: ``python -m benchmarks.cost_model [--check]``.

Prices and formulas are those of ``ferry.costs``; what they are fed with is counted in ``benchmarks/results``
and read from ``template.yaml``.
"""

import argparse
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from ferry import costs
from ferry.costs import DEPLOYED, GIB, MIB, Deployed, Measured, Use

from benchmarks import results
from benchmarks.marks import between, table_of

ROOT: Final = Path(__file__).parents[1]
DOCUMENT: Final = ROOT / "docs" / "cost.md"
BEGIN: Final = "<!-- costs: written by `python -m benchmarks.cost_model` from benchmarks/results -->"
END: Final = "<!-- end of costs -->"

MILLION: Final = 1_000_000
TERABYTE: Final = 1024 * GIB
SMALL: Final = 10 * 1024
MEDIUM_OBJECTS: Final = 20_480
"""A terabyte of 50 MB objects as Data Transfer Hub counts them."""

# Data Transfer Hub, docs/en-base/plan-deployment/cost.md of 2024-11-22 (commit 037d296): US dollars per TB.
HUB_SMALL_TOTAL, HUB_MEDIUM_TOTAL = 1113.87, 94.48
# The same less PUT ($5.00 per million), GET ($0.40 per million) and egress ($0.09 per GB), by its own prices.
HUB_SMALL_ABOVE: Final = 4.11
"""Per million objects of 10 KB."""
HUB_MEDIUM_ABOVE: Final = 2.21
"""Per TB of 50 MB objects."""
SMALL_GOAL, MEDIUM_GOAL = 0.05, 0.2
# AWS DataSync, Enhanced mode, rows effective 2024-11-01: US dollars per GB and per task run.
DATASYNC_GB, DATASYNC_RUN = 0.015, 0.55

SMALL_BYTES: Final = MILLION * SMALL
IN_FLIGHT, LATENCIES = (1, 16, 64, 256), (0.05, 0.1, 0.2)
BANDWIDTHS: Final = (10e6, 25e6, 50e6, 75e6)

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "S3": ("s3_writes", "s3_reads"),
    "OSS": ("oss_requests", "oss_egress"),
    "Lambda": ("gib_seconds", "invocations"),
    "SQS": ("queue_requests",),
    "DynamoDB": ("table_writes", "table_reads"),
    "Step Functions": ("transitions",),
    "HTTP API": ("api_requests",),
    "Logs, metrics, traces": ("log_gib", "metric_months", "traces"),
}


class _Template(yaml.SafeLoader):
    """Reads a template and leaves its functions unread."""


_Template.add_multi_constructor("!", lambda loader, suffix, node: None)  # noqa: ARG005


def template() -> dict[str, Any]:
    """Return what is deployed."""
    with (ROOT / "template.yaml").open() as text:
        document: dict[str, Any] = yaml.load(text, _Template)
    return document


def deployed(document: Mapping[str, Any]) -> Deployed:
    """Return the settings of the template that the model knows."""
    resources, parameters = document["Resources"], document["Parameters"]
    return replace(
        DEPLOYED,
        transfer_memory=resources["TransferFunction"]["Properties"]["MemorySize"] / 1024,
        control_memory=resources["MultipartPlanFunction"]["Properties"]["MemorySize"] / 1024,
        functions=int(parameters["TransferConcurrency"]["Default"]),
        events_per_second=float(parameters["NotificationsPerSecond"]["Default"]),
        is_traced=parameters["TracingMode"]["Default"] == "Active",
    )


def idle(document: Mapping[str, Any], chosen: Deployed) -> Use:
    """Return what a month takes in which nothing happens, with one secret of a source."""
    kinds = [resource["Type"] for resource in document["Resources"].values()]
    return costs.idling(
        alarm_metrics=sum(
            _metrics_of(resource["Properties"])
            for resource in document["Resources"].values()
            if resource["Type"] == "AWS::CloudWatch::Alarm"
        ),
        dashboards=kinds.count("AWS::CloudWatch::Dashboard"),
        queues=kinds.count("AWS::Lambda::EventSourceMapping"),
        secrets=kinds.count("AWS::SecretsManager::Secret") + 1,
        deployed=chosen,
    )


def _metrics_of(alarm: Mapping[str, Any]) -> int:
    """Return how many metrics an alarm looks at; what is computed from them is none."""
    return sum("MetricStat" in metric for metric in alarm["Metrics"]) if "Metrics" in alarm else 1


@dataclass(frozen=True)
class Results:
    """The results of one contender of a scenario."""

    document: Mapping[str, Any]
    contender: str

    def cpu(self) -> float:
        """Return the CPU seconds of a unit."""
        return float(self.document["medians"][self.contender]["cpu_seconds_per_unit"])

    def counted(self, *kinds: str) -> float:
        """Return requests of these kinds, the middle of all rounds."""
        counts = (measured[self.contender]["requests"] for measured in self.document["rounds"])
        return float(statistics.median(sum(count.get(kind, 0) for kind in kinds) for count in counts))

    def objects(self) -> int:
        """Return the objects of one round."""
        return int(self.document["rounds"][0][self.contender]["objects"])


def measured(documents: Iterable[Mapping[str, Any]]) -> Measured:
    """Return what the model needs of the results."""
    by_name = {document["scenario"]: document for document in documents}
    small = Results(by_name["small_tls"], "Ferry")
    medium = Results(by_name["bulk_put"], "Ferry, 64 MiB")
    large = Results(by_name["bulk_parts"], "Ferry")
    first = Results(by_name["finder"], "Ferry, first run")
    later = Results(by_name["finder"], "Ferry, later run")
    event = Results(by_name["event"], "Ferry")
    jobs = small.counted("services transactwriteitems")
    return Measured(
        cpu_per_object=small.cpu() / 1000,
        cpu_per_gib=medium.cpu(),
        objects_per_job=small.objects() / jobs,
        reads_per_job=small.counted("services getitem") / jobs,
        cpu_per_new_key=first.cpu() / 1000,
        cpu_per_known_key=later.cpu() / 1000,
        planned_per_manifest=first.objects() / first.counted("replica PUT object"),
        keys_per_manifest=later.objects() / later.counted("replica PUT object"),
        cpu_per_gib_in_parts=large.cpu(),
        reads_per_large=large.counted("services getitem", "services query"),
        writes_per_large=large.counted("services putitem", "services updateitem"),
        oss_per_large=large.counted("source HEAD object"),
        s3_reads_per_large=large.counted("replica HEAD object", "replica GET parts"),
        s3_writes_per_large=large.counted("replica POST upload", "replica POST complete", "replica LIST"),
        cpu_per_event=event.cpu() / 1000,
        heads_per_event=event.counted("replica HEAD object") / event.objects(),
        reads_per_event=event.counted("services getitem", "services query") / event.objects(),
        writes_per_event=event.counted("services putitem", "services updateitem") / event.objects(),
    )


@dataclass(frozen=True)
class Model:
    """The formulas, fed.

    Attributes:
        idle_month: What a month takes in which nothing happens.
        measured_rate: Objects per second of one function, with as many in flight as are deployed and 100 ms
            before every reply.
    """

    deployed: Deployed
    measured: Measured
    idle_month: Use
    measured_rate: float

    def run(self, objects: int, size: int, **changed: float) -> Use:
        """Return what a first run over these objects takes above the unavoidable."""
        chosen = replace(self.deployed, **changed)  # type: ignore[arg-type]
        fed: dict[str, Any] = {"deployed": chosen, "measured": self.measured}
        used = costs.finding(objects, objects, **fed) + costs.copying(objects, size, **fed)
        return costs.without(used, costs.unavoidable(objects, size))

    def small(self, **changed: float) -> Use:
        """Return a million objects of 10 KiB."""
        return self.run(MILLION, SMALL_BYTES, **changed)

    def medium(self, **changed: float) -> Use:
        """Return a TB of 50 MB objects."""
        return self.run(MEDIUM_OBJECTS, TERABYTE, **changed)

    def large(self, object_size: int, **changed: float) -> Use:
        """Return a TB of objects of this size, each by its workflow."""
        objects = TERABYTE // object_size
        fed: dict[str, Any] = {"deployed": replace(self.deployed, **changed), "measured": self.measured}  # type: ignore[arg-type]
        used = costs.finding(objects, objects, **fed) + costs.copying_in_parts(objects, TERABYTE, **fed)
        return costs.without(used, costs.unavoidable(objects, TERABYTE))

    def events(self, per_delivery: int) -> Use:
        """Return a million notifications about objects of 10 KiB."""
        used = costs.following(
            MILLION, SMALL_BYTES, per_delivery=per_delivery, deployed=self.deployed, measured=self.measured
        )
        return costs.without(used, costs.unavoidable(MILLION, SMALL_BYTES))

    def bandwidth_for_goal(self) -> float:
        """Return the bytes per second of one function from which on P12 is met, infinite if none will do."""
        limit = MEDIUM_GOAL * HUB_MEDIUM_ABOVE
        low, high = 1e6, 1e9
        if self.medium(bytes_per_second=high).dollars() > limit:
            return float("inf")
        for _ in range(60):
            middle = (low + high) / 2
            is_met = self.medium(bytes_per_second=middle).dollars() <= limit
            low, high = (low, middle) if is_met else (middle, high)
        return high


def model() -> Model:
    """Return the model as fed by what is in the repository."""
    document = template()
    chosen = deployed(document)
    documents = results.read_all()
    (latency,) = (one for one in documents if one["scenario"] == "latency")
    rate = latency["medians"][f"Ferry, {chosen.in_flight} in flight"]["units_per_second"]
    return Model(chosen, measured(documents), idle(document, chosen), rate)


def generated(fed: Model) -> str:
    """Return what stands between the marks."""
    sections = (_goals, _first_copies, _sensitivity, _bandwidth, _events, _idle, _inputs)
    return "\n\n".join(section(fed) for section in sections)


def replaced(text: str, fed: Model) -> str:
    """Return the document's text with what the model says now.

    Raises:
        ValueError: It lacks the marks.
    """
    return between(text, BEGIN, END, generated(fed))


def _goals(fed: Model) -> str:
    rows = []
    for number, measure, used, theirs, goal in (
        ("P11", "$ per million objects of 10 KiB", fed.small(), HUB_SMALL_ABOVE, SMALL_GOAL),
        ("P12", "$ per TB of 50 MB objects", fed.medium(), HUB_MEDIUM_ABOVE, MEDIUM_GOAL),
    ):
        ours = used.dollars()
        share = ours / theirs
        rows.append(
            (
                number,
                measure,
                f"{ours:.3f}",
                f"{theirs:.2f}",
                f"**{share:.3f}**",
                f"≤ {goal:g}",
                "met" if share <= goal else "not met",
            )
        )
    bandwidth = fed.bandwidth_for_goal()
    slower = fed.small(reply_seconds=fed.deployed.in_flight / fed.measured_rate / 2).dollars()
    return (
        "### Goals\n"
        + table_of(
            ("#", "Above the unavoidable", "Ferry", "Data Transfer Hub", "Ratio", "Goal", "As computed"), rows
        )
        + f"\n\nWith {fed.deployed.in_flight} in flight, {fed.deployed.reply_seconds * 1000:.0f} ms to a "
        f"reply and {fed.deployed.bytes_per_second / 1e6:.0f} MB/s of one function. P12 is met from "
        f"{bandwidth / 1e6:.0f} MB/s on. P11 takes requests to overlap without loss; at the "
        f"{fed.measured_rate:.0f} objects/s that [latency](performance.md#latency) measured with as many "
        f"in flight, Ferry's figure is {slower:.3f} and the ratio {slower / HUB_SMALL_ABOVE:.3f}."
    )


def _first_copies(fed: Model) -> str:
    cases = {
        "1 M of 10 KiB": fed.small(),
        "1 TB of 50 MB": fed.medium(),
        "1 TB of 1 GiB": fed.large(GIB),
        "1 TB of 16 GiB": fed.large(16 * GIB),
    }
    floors = (
        costs.unavoidable(MILLION, SMALL_BYTES),
        costs.unavoidable(MEDIUM_OBJECTS, TERABYTE),
        costs.unavoidable(TERABYTE // GIB, TERABYTE),
        costs.unavoidable(TERABYTE // (16 * GIB), TERABYTE),
    )
    rows = [*_by_service(list(cases.values()))]
    rows.append(("PUT, GET and egress themselves", *(f"{floor.dollars():.2f}" for floor in floors)))
    gigabytes = (SMALL_BYTES / GIB, 1024.0, 1024.0, 1024.0)
    rows.append(
        (
            "Data Transfer Hub, above its unavoidable",
            f"{HUB_SMALL_ABOVE:.2f}",
            f"{HUB_MEDIUM_ABOVE:.2f}",
            "–",
            "–",
        )
    )
    rows.append(
        (
            "DataSync, one task run, without its requests",
            *(f"{amount * DATASYNC_GB + DATASYNC_RUN:.2f}" for amount in gigabytes),
        )
    )
    return (
        "### First copies, $ above PUT, GET and egress\n"
        + table_of(("", *cases), rows)
        + f"\n\nData Transfer Hub publishes totals: ${HUB_SMALL_TOTAL:.2f} for a TB of 10 KB objects and "
        f"${HUB_MEDIUM_TOTAL:.2f} for a TB of 50 MB objects, egress from AWS included. Objects of "
        f"1 GiB and 16 GiB go through the workflow of large objects, in parts of "
        f"{fed.deployed.part_size // MIB} MiB."
    )


def _sensitivity(fed: Model) -> str:
    rows = [
        (
            f"{in_flight}",
            *(
                _share(
                    fed.small(in_flight=in_flight, reply_seconds=seconds).dollars(),
                    HUB_SMALL_ABOVE,
                    SMALL_GOAL,
                )
                for seconds in LATENCIES
            ),
        )
        for in_flight in IN_FLIGHT
    ]
    return (
        "### P11 by objects in flight and latency\n"
        "$ per million objects of 10 KiB above the unavoidable, its ratio to Data Transfer Hub's, and "
        "whether the goal is met.\n\n"
        + table_of(("In flight", *(f"{seconds * 1000:.0f} ms to a reply" for seconds in LATENCIES)), rows)
    )


def _bandwidth(fed: Model) -> str:
    medium: Callable[[float], Use] = lambda rate: fed.medium(bytes_per_second=rate)  # noqa: E731
    rows = [
        (
            f"{rate / 1e6:.0f} MB/s",
            _share(medium(rate).dollars(), HUB_MEDIUM_ABOVE, MEDIUM_GOAL),
            f"{fed.large(GIB, bytes_per_second=rate).dollars():.2f}",
        )
        for rate in BANDWIDTHS
    ]
    return "### P12 by bandwidth of one function\n" + table_of(
        ("One function", "1 TB of 50 MB objects: $, ratio, goal", "1 TB of 1 GiB objects: $"), rows
    )


def _events(fed: Model) -> str:
    return "### A million notifications, $ above PUT and GET\n" + table_of(
        ("", "trickling in, one to a delivery", "coming fast, ten to a delivery"),
        _by_service([fed.events(1), fed.events(10)]),
    )


def _idle(fed: Model) -> str:
    used, priced = fed.idle_month, fed.idle_month.priced()
    rows = [
        (f"{used.alarm_months:.0f} metrics of alarms", priced.pop("alarm_months")),
        (f"{used.dashboard_months:.0f} dashboard", priced.pop("dashboard_months")),
        (f"{used.secret_months:.0f} secrets, one of a source", priced.pop("secret_months")),
        (f"{used.queue_requests / 1e6:.1f} M polls of queues", priced.pop("queue_requests")),
        (f"{used.schedule_calls:,.0f} calls of the watch, with logs and traces", sum(priced.values())),
    ]
    shown = [(name, f"{dollars:.2f}") for name, dollars in rows]
    return "### A month in which nothing happens\n" + table_of(
        ("", "$"), [*shown, ("**Total**", f"**{used.dollars():.2f}**")]
    )


def _inputs(fed: Model) -> str:
    one = fed.measured
    processors = fed.deployed.transfer_memory * 1024 / 1769
    rows = [
        ("CPU of a small object over TLS", f"{one.cpu_per_object * 1000:.3f} ms", "small_tls"),
        ("objects of a job", f"{one.objects_per_job:.0f}", "small_tls"),
        ("reads of DynamoDB, a job", f"{one.reads_per_job:g}", "small_tls"),
        ("CPU of a GiB, one PUT each 64 MiB", f"{one.cpu_per_gib:.2f} s", "bulk_put"),
        ("CPU of a GiB in parts", f"{one.cpu_per_gib_in_parts:.2f} s", "bulk_parts"),
        ("CPU of a key without replica", f"{one.cpu_per_new_key * 1e6:.0f} µs", "finder"),
        ("CPU of a key with replica", f"{one.cpu_per_known_key * 1e6:.0f} µs", "finder"),
        ("planned objects of a manifest", f"{one.planned_per_manifest:,.0f}", "finder"),
        ("CPU of an event, both functions", f"{one.cpu_per_event * 1000:.1f} ms", "event"),
        ("writes of DynamoDB, an event, besides closing it", f"{one.writes_per_event:.2f}", "event"),
    ]
    linked = [(name, value, f"[{source}](performance.md#{source})") for name, value, source in rows]
    return (
        "### What the model was fed with\n"
        + table_of(("", "Measured", "Scenario"), linked)
        + f"\n\nDeployed: {fed.deployed.transfer_memory:g} GiB for the functions that move or find objects, "
        f"which is {processors:.2f} of a processor; {fed.deployed.control_memory:g} GiB for those that plan "
        f"and close; {fed.deployed.functions} functions at a time."
    )


def _by_service(uses: Sequence[Use]) -> list[tuple[str, ...]]:
    priced = [used.priced() for used in uses]
    rows: list[tuple[str, ...]] = []
    for name, parts in GROUPS.items():
        amounts = [sum(one[part] for part in parts) for one in priced]
        if any(amount > 5e-5 for amount in amounts):
            rows.append((name, *(f"{amount:.4f}" for amount in amounts)))
    rows.append(("**Total above the unavoidable**", *(f"**{used.dollars():.3f}**" for used in uses)))
    return rows


def _share(dollars: float, theirs: float, goal: float) -> str:
    return f"{dollars:.3f} ({dollars / theirs:.3f}, {'met' if dollars / theirs <= goal else 'not met'})"


def main() -> int:
    """Return 1 when the document is only checked and says something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    text = DOCUMENT.read_text()
    wanted = replaced(text, model())
    if options.check:
        return int(text != wanted)
    DOCUMENT.write_text(wanted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
