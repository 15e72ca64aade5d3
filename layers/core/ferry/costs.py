"""What Ferry costs: list prices, what it uses of each cloud, and the one multiplied with the other.

Prices in US dollars for us-east-1, without free tiers, discounts, storage, KMS and traffic between regions.
What is used follows from what is deployed, and from requests and CPU time that benchmarks counted; see
``docs/cost.md``.
"""

from dataclasses import dataclass, fields
from math import ceil, inf
from typing import Final

from ferry.jobs import MAX_JOB_BYTES, MAX_JOB_CONTENT

MIB: Final = 1024**2
GIB: Final = 1024**3

YUAN_PER_DOLLAR: Final = 7.2
"""Assumed."""


@dataclass(frozen=True, slots=True)
class Use:
    """What is used, in the units that it is billed in; also what one of each costs, in dollars.

    Attributes:
        oss_requests: GET, HEAD and LIST.
        oss_egress: GiB out of OSS over the Internet.
        s3_writes: PUT, POST and LIST.
        s3_reads: GET and HEAD.
        gib_seconds: Lambda's memory times time, arm64.
        invocations: Of Lambda.
        queue_requests: Of SQS, each up to 64 KiB.
        table_writes: Units of DynamoDB on demand; a row of up to 1 KiB takes one, two in a transaction.
        table_reads: Units of DynamoDB on demand, 4 KiB read consistently.
        transitions: Of Step Functions' standard workflows.
        api_requests: Of API Gateway's HTTP API.
        log_gib: GiB that CloudWatch Logs takes in, metrics included.
        metric_months: Custom metrics, each billed by the hours in which it is written.
        traces: Recorded by X-Ray.
        alarm_months: Metrics that alarms look at.
        dashboard_months: Dashboards.
        secret_months: Secrets that are kept.
        schedule_calls: Of EventBridge Scheduler.
    """

    oss_requests: float = 0.0
    oss_egress: float = 0.0
    s3_writes: float = 0.0
    s3_reads: float = 0.0
    gib_seconds: float = 0.0
    invocations: float = 0.0
    queue_requests: float = 0.0
    table_writes: float = 0.0
    table_reads: float = 0.0
    transitions: float = 0.0
    api_requests: float = 0.0
    log_gib: float = 0.0
    metric_months: float = 0.0
    traces: float = 0.0
    alarm_months: float = 0.0
    dashboard_months: float = 0.0
    secret_months: float = 0.0
    schedule_calls: float = 0.0

    def __add__(self, other: "Use") -> "Use":
        """Return both together."""
        return Use(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Use)},
        )

    def priced(self) -> dict[str, float]:
        """Return what each costs, in dollars."""
        return {one.name: getattr(self, one.name) * getattr(PRICES, one.name) for one in fields(Use)}

    def dollars(self) -> float:
        """Return what all of it costs."""
        return sum(self.priced().values())


PRICES: Final = Use(
    # help.aliyun.com/document_detail/109686.html, 2024-11-20, Hangzhou: CNY 0.01 per 10,000;
    # CNY 0.50 per GB in the daytime.
    oss_requests=0.01 / 10_000 / YUAN_PER_DOLLAR,
    oss_egress=0.50 / YUAN_PER_DOLLAR,
    # Data Transfer Hub, docs/en-base/plan-deployment/cost.md, 2024-11-22.
    s3_writes=0.005 / 1000,
    s3_reads=0.0004 / 1000,
    # cloudchipr.com/blog/aws-lambda-pricing, 2025.
    gib_seconds=0.0000133334,
    invocations=0.20 / 1e6,
    # cloudburn.io/blog/amazon-sqs-pricing, 2026-03-14.
    queue_requests=0.40 / 1e6,
    # airbyte.com/data-engineering-resources/dynamodb-pricing, 2025-07-21: since 2024-11.
    table_writes=0.625 / 1e6,
    table_reads=0.125 / 1e6,
    # aws.amazon.com/step-functions/pricing: $0.025 per 1,000, retries included.
    transitions=25 / 1e6,
    # awsforengineers.com, 2025-05-19.
    api_requests=1.00 / 1e6,
    # factualminds.com, 2026-06; signoz.io/guides/cloudwatch-pricing, 2026-02.
    log_gib=0.50,
    metric_months=0.30,
    # c3x.dev/resources/aws/aws_cloudwatch_metric_alarm; of the others AWS's pricing pages, without a date.
    traces=5.00 / 1e6,
    alarm_months=0.10,
    dashboard_months=3.00,
    secret_months=0.40,
    schedule_calls=1.00 / 1e6,
)


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is deployed and what it meets.

    Attributes:
        transfer_memory: GiB of the functions that copy, take in notifications and find.
        control_memory: GiB of those that plan, close and watch.
        in_flight: Objects that one function copies at a time.
        functions: Copying at a time.
        reply_seconds: From a request to its reply, of either cloud.
        bytes_per_second: What one function moves at best; AWS promises no figure.
        part_size: Bytes.
        range_size: Bytes of a large object that one function copies.
        shards: Stretches of the key space that a run scans.
        events_per_second: Notifications, when they come fast.
        is_traced: Whether X-Ray takes its sample of invocations.
    """

    transfer_memory: float = 1.0
    control_memory: float = 0.5
    in_flight: int = 64
    functions: int = 32
    reply_seconds: float = 0.1
    bytes_per_second: float = 75e6
    part_size: int = 16 * MIB
    range_size: int = GIB
    shards: int = 32
    events_per_second: float = 500.0
    is_traced: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """What benchmarks counted; the CPU seconds are those of one processor.

    Attributes:
        cpu_per_object: Of a small object, over TLS, with the start of its function.
        cpu_per_gib: On top, of content that streams.
        objects_per_job: That a message has room for.
        reads_per_job: Of DynamoDB.
        cpu_per_new_key: Of finding an object that has no replica.
        cpu_per_known_key: Of comparing one that has.
        planned_per_manifest: Objects to copy that a finder records at a time.
        keys_per_manifest: Keys that it looks at before it records what it has.
        cpu_per_gib_in_parts: Of a large object.
        reads_per_large: Of DynamoDB, for each large object.
        writes_per_large: Likewise, transactions not included.
        oss_per_large: Requests besides those for parts.
        s3_reads_per_large: Likewise.
        s3_writes_per_large: Likewise.
        cpu_per_event: Of both functions.
        heads_per_event: Of the replica.
        reads_per_event: Of DynamoDB.
        writes_per_event: Of DynamoDB, transactions not included.
    """

    cpu_per_object: float = 0.00034
    cpu_per_gib: float = 2.0
    objects_per_job: float = 2500.0
    reads_per_job: float = 2.1
    cpu_per_new_key: float = 0.0000095
    cpu_per_known_key: float = 0.0000098
    planned_per_manifest: float = 9090.0
    keys_per_manifest: float = 16_700.0
    cpu_per_gib_in_parts: float = 1.9
    reads_per_large: float = 9.0
    writes_per_large: float = 7.0
    oss_per_large: float = 1.0
    s3_reads_per_large: float = 2.0
    s3_writes_per_large: float = 3.0
    cpu_per_event: float = 0.0086
    heads_per_event: float = 2.0
    reads_per_event: float = 0.003
    writes_per_event: float = 2.0


DEPLOYED: Final = Deployed()
MEASURED: Final = Measured()

_MIB_OF_A_PROCESSOR: Final = 1769
"""Memory that brings one; less brings a share. AWS Lambda Developer Guide, "Configure memory"."""
_KEYS_PER_PAGE: Final = 1000
ROWS_OF_A_JOB: Final = 3
"""Written by the transaction that closes it: that it is done, its counts, its minute."""
ROWS_OF_AN_EVENT: Final = 4
"""The same and how far behind it was."""
_TRANSACTIONAL: Final = 2
_BILLED_BYTES: Final = 64 * 1024
"""Of a message, which are a request each when it is sent and again when it is received."""
TRANSITIONS_OF_A_RUN: Final = 13
TRANSITIONS_OF_A_SHARD: Final = 2
TRANSITIONS_OF_A_LARGE: Final = 6
TRANSITIONS_OF_A_RANGE: Final = 4
"""Of ``statemachines``: the states on the way without failures, and the end of the execution."""
_CONTROL_CALLS_OF_A_RUN: Final = 5
_CONTROL_SECONDS: Final = 1.0
"""Assumed of a function that plans or closes."""
_LOG_BYTES: Final = 2000
"""Of an invocation: its start, its report, the metrics of deployment and task, some 500 bytes each."""
_METRICS_OF_A_RUN: Final = 20
"""Custom metrics, of deployment and task, of a run in which little goes wrong."""
_TRACED_SHARE: Final = 0.05
"""Of invocations, besides the first of every second. AWS X-Ray Developer Guide, "Sampling rules"."""
_HOURS_OF_A_MONTH: Final = 730
_POLLERS, _POLL_SECONDS = 5, 20
"""Of Lambda at a queue that is empty. AWS Lambda Developer Guide, "Amazon SQS event source mapping"."""
_WATCHES_OF_A_MONTH: Final = 12 * _HOURS_OF_A_MONTH
_READS_OF_A_WATCH: Final = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars by what they are paid for."""

    s3_requests: float = 0.0
    oss_requests: float = 0.0
    oss_egress: float = 0.0
    compute: float = 0.0
    queue_and_state: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        parts = (self.s3_requests, self.oss_requests, self.oss_egress, self.compute, self.queue_and_state)
        return sum(parts)

    @classmethod
    def of(cls, use: Use) -> "Cost":
        """Return what is used in dollars; logs, metrics and workflows count as state."""
        priced = use.priced()
        compute = priced.pop("gib_seconds") + priced.pop("invocations")
        s3_requests = priced.pop("s3_writes") + priced.pop("s3_reads")
        oss_requests, oss_egress = priced.pop("oss_requests"), priced.pop("oss_egress")
        return cls(s3_requests, oss_requests, oss_egress, compute, sum(priced.values()))


def cost_of_copying(
    *, listed: int, objects: int, size: int, large_size: int = 0, large_objects: int = 0
) -> Cost:
    """Return what copying costs, storage and discounts left out.

    Args:
        listed: Objects of the source that are listed and compared.
        objects: Of them, those to copy.
        size: Bytes of those.
        large_size: Of these, the bytes of objects that are copied in parts.
        large_objects: How many those are; 0 when nobody knows, which makes it one.
    """
    large = max(large_objects, 1) if large_size else 0
    small = max(objects - large, 0)
    used = finding(listed, objects) + copying(small, size - large_size) + copying_in_parts(large, large_size)
    return Cost.of(used)


def copying(objects: int, size: int, *, deployed: Deployed = DEPLOYED, measured: Measured = MEASURED) -> Use:
    """Return what copying objects takes, each with one GET and one PUT, from the queue to their closed jobs.

    Args:
        objects: How many.
        size: Bytes of all of them.
        deployed: What they are copied with.
        measured: What that takes.
    """
    if not objects:
        return Use()
    jobs = max(ceil(objects / measured.objects_per_job), min(objects, ceil(size / MAX_JOB_CONTENT)))
    in_turn = max(objects / deployed.in_flight, jobs)
    cpu = objects * measured.cpu_per_object + size / GIB * measured.cpu_per_gib
    seconds = max(
        cpu / _processors(deployed.transfer_memory),
        in_turn * 2 * deployed.reply_seconds,
        size / deployed.bytes_per_second,
    )
    elapsed = seconds / min(deployed.functions, jobs)
    billed = max(jobs, objects / measured.objects_per_job * MAX_JOB_BYTES / _BILLED_BYTES)
    return (
        unavoidable(objects, size)
        + _closing(jobs, billed, measured)
        + _calls(jobs, seconds * deployed.transfer_memory, deployed, elapsed=elapsed)
        + Use(metric_months=_METRICS_OF_A_RUN * elapsed / 3600 / _HOURS_OF_A_MONTH)
    )


def unavoidable(objects: int, size: int) -> Use:
    """Return what copying so many objects of so many bytes takes whoever does it: GET, PUT and egress."""
    return Use(oss_requests=objects, s3_writes=objects, oss_egress=size / GIB)


def finding(
    listed: int, objects: int, *, deployed: Deployed = DEPLOYED, measured: Measured = MEASURED
) -> Use:
    """Return what a run takes before its jobs are carried out: its workflow, its listings, its manifests.

    Args:
        listed: Keys of the source. As many pages of the destination are listed.
        objects: Of them, those that have to be copied.
        deployed: What they are found with.
        measured: What that takes.
    """
    if not listed and not objects:
        return Use()
    pages = ceil(listed / _KEYS_PER_PAGE)
    shards = max(1, min(deployed.shards, pages))
    manifests = max(ceil(objects / measured.planned_per_manifest), ceil(listed / measured.keys_per_manifest))
    known = max(listed - objects, 0)
    cpu = (listed - known) * measured.cpu_per_new_key + known * measured.cpu_per_known_key
    seconds = max(
        cpu / _processors(deployed.transfer_memory), (pages + 2 * manifests) * deployed.reply_seconds
    )
    control_seconds = _CONTROL_CALLS_OF_A_RUN * _CONTROL_SECONDS * deployed.control_memory
    return _calls(
        shards + _CONTROL_CALLS_OF_A_RUN, seconds * deployed.transfer_memory + control_seconds, deployed
    ) + Use(
        oss_requests=pages,
        s3_writes=pages + manifests,
        s3_reads=shards,
        table_writes=manifests + shards + _CONTROL_CALLS_OF_A_RUN,
        table_reads=manifests + 2 * shards + _CONTROL_CALLS_OF_A_RUN,
        transitions=TRANSITIONS_OF_A_RUN + shards * TRANSITIONS_OF_A_SHARD,
        metric_months=_METRICS_OF_A_RUN / _HOURS_OF_A_MONTH,
    )


def copying_in_parts(
    objects: int, size: int, *, deployed: Deployed = DEPLOYED, measured: Measured = MEASURED
) -> Use:
    """Return what copying large objects takes, each by a workflow of its own that one job starts.

    Args:
        objects: How many.
        size: Bytes of all of them.
        deployed: What they are copied with.
        measured: What that takes.
    """
    if not objects:
        return Use()
    parts = max(objects, ceil(size / deployed.part_size))
    ranges = max(objects, ceil(size / deployed.range_size))
    seconds = max(
        size / GIB * measured.cpu_per_gib_in_parts / _processors(deployed.transfer_memory),
        size / deployed.bytes_per_second,
    )
    elapsed = seconds / min(deployed.functions, ranges)
    # The function that starts the workflow is done when it has read its run.
    starting = objects * deployed.reply_seconds * deployed.transfer_memory
    control = objects * 2 * _CONTROL_SECONDS * deployed.control_memory
    return (
        _closing(objects, objects, measured)
        + _calls(objects * 3 + ranges, seconds * deployed.transfer_memory + starting + control, deployed)
        + Use(
            oss_requests=parts + objects * measured.oss_per_large,
            oss_egress=size / GIB,
            s3_writes=parts + objects * measured.s3_writes_per_large,
            s3_reads=objects * measured.s3_reads_per_large,
            table_reads=objects * measured.reads_per_large + ranges,
            table_writes=objects * measured.writes_per_large,
            transitions=objects * TRANSITIONS_OF_A_LARGE + ranges * TRANSITIONS_OF_A_RANGE,
            metric_months=_METRICS_OF_A_RUN * elapsed / 3600 / _HOURS_OF_A_MONTH,
        )
    )


def following(
    events: int,
    size: int,
    *,
    per_delivery: int = 1,
    deployed: Deployed = DEPLOYED,
    measured: Measured = MEASURED,
) -> Use:
    """Return what notifications about small objects take, each from the endpoint to its replica.

    Args:
        events: How many, each of its own request and about an object of its own.
        size: Bytes of all the objects.
        per_delivery: Messages that one invocation gets: 1 when they trickle in, up to 10 when they come fast.
        deployed: What follows them.
        measured: What that takes.
    """
    if not events:
        return Use()
    deliveries = ceil(events / per_delivery)
    waits = (2 + measured.heads_per_event) * deployed.reply_seconds * deliveries
    cpu = events * measured.cpu_per_event / _processors(deployed.transfer_memory)
    seconds = max(cpu, waits, size / deployed.bytes_per_second)
    elapsed = events / deployed.events_per_second if per_delivery > 1 else inf
    return (
        unavoidable(events, size)
        + _calls(events + deliveries, seconds * deployed.transfer_memory, deployed, elapsed=elapsed)
        + Use(
            api_requests=events,
            queue_requests=events + 2 * deliveries,
            s3_reads=events * measured.heads_per_event,
            table_reads=events * measured.reads_per_event,
            table_writes=events * (ROWS_OF_AN_EVENT * _TRANSACTIONAL + measured.writes_per_event),
        )
    )


def idling(
    *, alarm_metrics: int, dashboards: int, queues: int, secrets: int, deployed: Deployed = DEPLOYED
) -> Use:
    """Return what a month takes in which nothing happens.

    Args:
        alarm_metrics: Metrics that alarms look at.
        dashboards: How many.
        queues: Those that functions wait at.
        secrets: That are kept, with those of sources.
        deployed: What is watched with.
    """
    watching = _WATCHES_OF_A_MONTH * _CONTROL_SECONDS * deployed.control_memory
    return _calls(_WATCHES_OF_A_MONTH, watching, deployed) + Use(
        alarm_months=alarm_metrics,
        dashboard_months=dashboards,
        secret_months=secrets,
        queue_requests=queues * _POLLERS * _HOURS_OF_A_MONTH * 3600 / _POLL_SECONDS,
        schedule_calls=_WATCHES_OF_A_MONTH,
        table_reads=_WATCHES_OF_A_MONTH * _READS_OF_A_WATCH,
    )


def without(use: Use, part: Use) -> Use:
    """Return what is left of a use without a part of it."""
    return Use(**{one.name: getattr(use, one.name) - getattr(part, one.name) for one in fields(Use)})


def _closing(jobs: int, billed: float, measured: Measured) -> Use:
    """Return what jobs take whose messages are billed as so many: sent, received, deleted, closed."""
    return Use(
        queue_requests=2 * billed + jobs,
        table_writes=jobs * ROWS_OF_A_JOB * _TRANSACTIONAL,
        table_reads=jobs * measured.reads_per_job,
    )


def _calls(invocations: int, gib_seconds: float, deployed: Deployed, *, elapsed: float = inf) -> Use:
    """Return what invocations take, with their lines in the log and the sample that is traced.

    Args:
        invocations: How many.
        gib_seconds: Memory times time of all of them.
        deployed: What they run on.
        elapsed: Seconds from the first to the last; without it each may be the only one of its second.
    """
    traces = min(invocations, invocations * _TRACED_SHARE + elapsed)
    return Use(
        invocations=invocations,
        gib_seconds=gib_seconds,
        log_gib=invocations * _LOG_BYTES / GIB,
        traces=traces if deployed.is_traced else 0.0,
    )


def _processors(memory: float) -> float:
    return memory * 1024 / _MIB_OF_A_PROCESSOR
