"""Measure peak memory and write ``benchmarks/results/memory.json``.

Run from the root: ``python -m benchmarks.memory [--large-mib 2048] [--small 20000]``. Both sides are the
servers of a local stack; what is measured runs in processes of its own.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import oss2
from ferry import wiring
from ferry.jobs import CopyJob, JobObject, pack_objects, spell
from ferry.multipart.upload import UploadPlan
from ferry.tasks.models import OssSource, Run, S3Destination, Task

from local.stack import LocalStack, start_stack, stop_stack

RESULTS = Path(__file__).parents[1] / "results" / "memory.json"
LIMIT_MIB = 512
SOURCE = "benchmark-source"
MIB = 1024**2
MEDIUM_MIB = 400


@dataclass(frozen=True)
class Bench:
    """A local stack, and the environment that a measured process finds it by."""

    stack: LocalStack
    environment: dict[str, str]

    @property
    def bucket(self) -> oss2.Bucket:
        """The source bucket, for filling it."""
        oss = self.stack.oss
        auth = oss2.AuthV4(oss.access_key_id, oss.access_key_secret)
        return oss2.Bucket(auth, oss.endpoint, SOURCE, region=oss.region)


@contextmanager
def both_sides() -> Iterator[Bench]:
    """Start a stack with an empty source bucket; its own functions stay idle."""
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as folder:
        stack = start_stack(Path(folder))
        try:
            outputs = stack.outputs or {}
            environment = {
                **stack.aws.environment(),
                **stack.oss.environment(),
                "FERRY_TABLE": outputs["TableName"],
                "FERRY_JOB_QUEUE_URL": outputs["JobQueueUrl"],
                "POWERTOOLS_SERVICE_NAME": "benchmark",
                "POWERTOOLS_METRICS_NAMESPACE": "Ferry",
                "LOG_LEVEL": "WARNING",
            }
            os.environ.update(environment)
            bench = Bench(stack, {**os.environ})
            bench.bucket.create_bucket()
            yield bench
        finally:
            stop_stack(Path(folder))


def put_large(bucket: oss2.Bucket, key: str, mib: int) -> None:
    """Store one object of many MiB by parts, without holding it."""
    upload_id = bucket.init_multipart_upload(key).upload_id
    block = os.urandom(64 * MIB)
    parts = []
    for number in range(1, mib // 64 + 2):
        content = block[: min(64, mib - 64 * (number - 1)) * MIB]
        if content:
            parts.append(
                oss2.models.PartInfo(number, bucket.upload_part(key, upload_id, number, content).etag)
            )
    bucket.complete_multipart_upload(key, upload_id, parts)


def measured(bench: Bench, module: str, *arguments: str, standard_input: str = "") -> tuple[float, Any]:
    """Run a module in a process of its own and return its peak memory in MiB and the JSON it prints last."""
    with tempfile.NamedTemporaryFile() as peak_file:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.memory.process", peak_file.name, module, *arguments],
            env=bench.environment,
            input=standard_input,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return float(Path(peak_file.name).read_text()), json.loads(done.stdout.splitlines()[-1])


def measure_copy(bench: Bench, prefix: str) -> dict[str, Any]:
    """Run ``ferry copy`` of a prefix."""
    destination = f"s3://{bench.stack.replica_bucket}/copy/{prefix}"
    peak, summary = measured(bench, "cli", "copy", f"oss://{SOURCE}/{prefix}", destination, "--json")
    return {"peak_rss_mib": peak, **summary}


def new_run(bench: Bench, name: str, prefix: str) -> Run:
    """Store a task and a running run of it."""
    oss = bench.stack.oss
    source = OssSource(
        bucket=SOURCE, prefix=prefix, region=oss.region, endpoint=oss.endpoint, secret=bench.stack.secret_arn
    )
    destination = S3Destination(
        bucket=bench.stack.replica_bucket, prefix=f"{name}/{prefix}", region="us-east-1"
    )
    now = datetime.now(UTC)
    task = Task(task_id=name, source=source, destination=destination, created_at=now)
    run = Run.start(task, now)
    wiring.progress().tasks.create_task(task)
    wiring.progress().tasks.create_run(run)
    wiring.progress().tasks.mark_running(run.run_id)
    return run


def transfer_events(run: Run, rows: Iterator[Any]) -> list[dict[str, Any]]:
    """Pack listed objects into jobs, one event each, as SQS delivers them."""
    objects = (JobObject(key=row.key, size=row.size, etag=row.etag) for row in rows)
    events = []
    for index, group in enumerate(pack_objects(objects, large_object_threshold=512 * MIB)):
        job = CopyJob(task_id=run.task.task_id, run_id=run.run_id, job_id=f"0000.0.{index}", objects=group)
        record = {
            "messageId": str(index),
            "receiptHandle": str(index),
            "body": spell(job),
            "attributes": {"ApproximateReceiveCount": "1"},
            "eventSource": "aws:sqs",
        }
        events.append({"Records": [record]})
    return events


def measure_transfer(bench: Bench, name: str, prefix: str) -> dict[str, Any]:
    """Copy a prefix through one transfer function."""
    run = new_run(bench, name, prefix)
    rows = oss2.ObjectIteratorV2(bench.bucket, prefix=prefix, max_keys=1000)
    events = json.dumps(transfer_events(run, rows))
    peak, _ = measured(bench, "benchmarks.memory.function", "transfer", standard_input=events)
    counts = wiring.progress().ledger.counts(run.run_id)
    return {"peak_rss_mib": peak, "copied": counts.copied, "failed": counts.failed}


def measure_parts(bench: Bench, key: str) -> dict[str, Any]:
    """Copy the parts of a large object through one multipart function."""
    run = new_run(bench, "parts", "large/")
    plan = asyncio.run(wiring.large_object_copier(run).begin(key))
    assert isinstance(plan, UploadPlan)
    job = {"task_id": run.task.task_id, "run_id": run.run_id, "job_id": "0000.0.0", "key": key}
    fields = {**job, **plan.model_dump(mode="json", exclude={"ranges"})}
    events = json.dumps([{**fields, **piece.model_dump()} for piece in plan.ranges])
    peak, answers = measured(bench, "benchmarks.memory.function", "multipart_copy", standard_input=events)
    return {"peak_rss_mib": peak, "bytes": sum(answer["copied"]["size"] for answer in answers)}


def main() -> int:
    """Measure everything, print and write it; 1 when a peak reaches the limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--large-mib", type=int, default=2048)
    parser.add_argument("--small", type=int, default=20_000)
    options = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    with both_sides() as bench:
        content = os.urandom(10 * 1024)
        for number in range(options.small):
            bench.bucket.put_object(f"small/{number:06}", content)
        put_large(bench.bucket, "medium/object", MEDIUM_MIB)
        put_large(bench.bucket, "large/object", options.large_mib)
        many, large = f"{options.small} objects of 10 KiB", f"one object of {options.large_mib} MiB"
        rows[f"ferry copy, {large}"] = measure_copy(bench, "large/")
        rows[f"ferry copy, {many}"] = measure_copy(bench, "small/")
        rows[f"transfer, {many}"] = measure_transfer(bench, "small", "small/")
        rows[f"transfer, one object of {MEDIUM_MIB} MiB"] = measure_transfer(bench, "medium", "medium/")
        rows[f"multipart_copy, {large}"] = measure_parts(bench, "large/object")
    for name, row in rows.items():
        print(f"{name:48} peak RSS {row['peak_rss_mib']:7.1f} MiB of {LIMIT_MIB}")
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in ("pycurl", "boto3", "oss2", "pydantic")},
        "limit_mib": LIMIT_MIB,
        "measured": rows,
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n")
    return int(any(row["peak_rss_mib"] >= LIMIT_MIB for row in rows.values()))


if __name__ == "__main__":
    raise SystemExit(main())
