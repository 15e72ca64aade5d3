"""The limits that counts are held against, and the rates that are assumed, with where they are from."""

from dataclasses import dataclass
from typing import Final

KIB: Final = 1024
GBIT: Final = 10**9 / 8
DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of somebody else's, or of this repository.

    Attributes:
        unit: As the table says it.
        source: Where it is from.
    """

    title: str
    value: float
    unit: str
    source: str


OSS_REQUESTS: Final = Figure(
    "OSS: requests of an account",
    10_000,
    "per s",
    "Alibaba Cloud OSS, “Limits and performance” (usage notes)",
)
OSS_SEQUENTIAL_REQUESTS: Final = Figure(
    "OSS: requests where names are a sequence", 2_000, "per s", "Alibaba Cloud OSS, the same page"
)
OSS_OUTSIDE: Final = Figure(
    "OSS: bandwidth of an account outside mainland China", 5 * GBIT, "B/s (5 Gbit/s)", "the same page"
)
OSS_MAINLAND: Final = Figure(
    "OSS: bandwidth of an account in mainland China", 10 * GBIT, "B/s (10 Gbit/s)", "the same page"
)
S3_PUTS: Final = Figure(
    "S3: PUTs of a prefix", 3_500, "per s", "Amazon S3 User Guide, “Best practices design patterns”"
)
HISTORY_EVENTS: Final = Figure(
    "Step Functions: history events of an execution", 25_000, "", "AWS Step Functions, “Service quotas”"
)
PAYLOAD: Final = Figure("Step Functions: payload", 256 * KIB, "bytes", "AWS Step Functions, “Service quotas”")
TRANSITIONS: Final = Figure(
    "Step Functions: transitions",
    1_500,
    "per s",
    "AWS Step Functions, “Service quotas”",
)
OPEN_EXECUTIONS: Final = Figure(
    "Step Functions: open executions", 1_000_000, "", "AWS Step Functions, “Service quotas”"
)
OPEN_MAP_RUNS: Final = Figure(
    "Step Functions: open Map Runs", 1_000, "", "AWS Step Functions, “Service quotas”; more wait in line"
)
IN_FLIGHT: Final = Figure(
    "SQS: messages in flight", 120_000, "", "Amazon SQS Developer Guide, “Message quotas”"
)
RETENTION: Final = Figure("SQS: age of a message", 14 * DAY, "s (14 days)", "`JobQueue` in `template.yaml`")
SQS_START: Final = Figure(
    "SQS to Lambda: functions at first", 5, "", "AWS Lambda Developer Guide, “Scaling behavior for SQS”"
)
SQS_GROWTH: Final = Figure("SQS to Lambda: more functions", 300, "per min", "the same page")
LAMBDA: Final = Figure(
    "Lambda: functions at a time in an account", 1_000, "", "AWS Lambda Developer Guide, “Lambda quotas”"
)
PARTITION_WRITES: Final = Figure(
    "DynamoDB: write units of a partition",
    1_000,
    "per s",
    "Amazon DynamoDB Developer Guide, “Warm throughput”",
)
PLAN_SECONDS: Final = Figure(
    "Requests of the step that plans shards",
    180,
    "s",
    "300 s in `template.yaml`, less the margin of `run_control`",
)
SEAL_WAIT: Final = Figure(
    "A run's wait for its last job",
    1_500 * 900,
    "s (15.6 days)",
    "`Seal` in `statemachines/run.asl.yaml`: 1,500 waits of 15 minutes",
)

FINDER_SECONDS: Final = Figure(
    "Listing in one call of the finder", 840, "s", "900 s in `template.yaml`, less the margin of `finder`"
)
TRANSFER_SECONDS: Final = Figure(
    "Copying in one call of `transfer`", 840, "s", "900 s in `template.yaml`, less the margin of `transfer`"
)
RANGE_SECONDS: Final = Figure(
    "Copying in one call of `multipart_copy`",
    870,
    "s",
    "900 s in `template.yaml`, less the margin of `multipart_copy`",
)
VCPU: Final = Figure(
    "Processor of a function of 1,024 MB",
    1024 / 1769,
    "",
    "AWS Lambda Developer Guide, “Memory”: 1,769 MB are 1 vCPU",
)
PAGE_SECONDS: Final = Figure(
    "A page of 1,000 keys of OSS, or a probe", 0.25, "s", "assumed; those of one listing come one by one"
)
FINDER_CPU: Final = Figure(
    "Finder, first run", 0.0803, "CPU s per 1,000 keys", "[finder](performance.md#finder)"
)
FINDER_LATER_CPU: Final = Figure(
    "Finder, later run", 0.224, "CPU s per 1,000 keys", "[finder](performance.md#finder)"
)
COPY_CPU: Final = Figure("A copy over TLS", 0.913e-3, "CPU s", "[small_tls](performance.md#small_tls)")
COPY_SECONDS: Final = Figure(
    "A copy in a function that has 64 under way",
    0.3 / 64,
    "s",
    "`layers/core/ferry/costs.py`: 0.3 s for GET and PUT",
)
FUNCTION_BYTES: Final = Figure(
    "Bytes that a function carries", 75e6, "B/s", "`layers/core/ferry/costs.py`; AWS publishes none"
)
LIMIT_WAIT: Final = Figure(
    "Wait of a range for the task's limits", 210, "s", "`layers/core/ferry/multipart/steps.py`: 120 to 300 s"
)
WRITES_PER_JOB: Final = Figure(
    "Write units of a closed job", 6, "", "`layers/core/ferry/tasks/ledger.py`: 3 rows in a transaction"
)

TRANSITION_PRICE: Final = Figure("Step Functions", 25e-6, "$ per transition", "AWS price list, us-east-1")
GIB_SECOND_PRICE: Final = Figure("Lambda, arm64", 0.0000133334, "$ per GiB s", "AWS price list, us-east-1")
S3_STORAGE_PRICE: Final = Figure("S3 Standard", 0.023, "$ per GB and month", "AWS price list, us-east-1")

ALL: Final = tuple(value for value in list(globals().values()) if isinstance(value, Figure))
