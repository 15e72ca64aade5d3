"""Ferry as a contender: its functions, each in a process of its own, on a run in the stand-in's table."""

import json
import os
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
from ferry.events.secrets import secret_of
from ferry.jobs import CopyJob, JobObject, pack_objects, spell
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import OssSource, Run, S3Destination, Shard, Task
from ferry.tasks.real_time import RealTime, SenderSecret
from ferry.tasks.store import TaskStore

from benchmarks import layer
from benchmarks.function import CA_BUNDLE, MAX_DELIVERIES, record
from benchmarks.measuring import Finished, Measured, launched
from benchmarks.object_server.content import md5_of
from benchmarks.object_server.keys import key_of
from benchmarks.object_server.options import PREFIX, REPLICA_BUCKET, RUN_BUCKET, SOURCE_BUCKET, Options
from benchmarks.object_server.processes import SECRET, SECRETS, SENDER_KEY, Servers

LARGEST_PUT = 5 * 1024**3
PART_SIZE = 8 * 1024**2
TABLE = "ferry"
EVENTS_URL = "https://events.example.com"


def environment(servers: Servers, settings: Mapping[str, object] | None = None) -> dict[str, str]:
    """Return the environment that a function finds the servers by; ``settings`` are more ``FERRY_`` ones."""
    services = servers.urls["services"]
    chosen = {
        "table": TABLE,
        "job_queue_url": f"{services}/000000000000/jobs",
        "event_queue_url": f"{services}/000000000000/events",
        "run_bucket": RUN_BUCKET,
        "sender_key_arn": SENDER_KEY,
        "events_url": EVENTS_URL,
        "private_sources": "Allowed",
        **(settings or {}),
    }
    tls = {}
    if servers.options.is_tls:
        bundle = str(servers.ca_bundle)
        tls = {CA_BUNDLE: bundle, "AWS_CA_BUNDLE": bundle, "REQUESTS_CA_BUNDLE": bundle}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": layer.paths(),
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": services,
        "AWS_ENDPOINT_URL_S3": servers.urls["replica"],
        "OSS_ENDPOINT": servers.urls["source"],
        "LOG_LEVEL": "INFO",
        "POWERTOOLS_SERVICE_NAME": "benchmark",
        "POWERTOOLS_METRICS_NAMESPACE": "Ferry",
        **tls,
        **{f"FERRY_{name.upper()}": str(value) for name, value in chosen.items()},
    }


def start_run(servers: Servers, *, real_time: bool = False) -> Run:
    """Store a task with a run of it that is at work; the servers count from then on."""
    services = servers.urls["services"]
    keys = {"aws_access_key_id": "benchmark", "aws_secret_access_key": "benchmark"}
    dynamodb = boto3.resource("dynamodb", endpoint_url=services, region_name="us-east-1", **keys)  # type: ignore[call-overload]
    table = dynamodb.Table(TABLE)
    source = OssSource(
        bucket=SOURCE_BUCKET,
        prefix=PREFIX,
        region="cn-hangzhou",
        endpoint=servers.urls["source"],
        secret=SECRET,
    )
    destination = S3Destination(bucket=REPLICA_BUCKET, prefix=PREFIX, region="us-east-1")
    now = datetime.now(UTC)
    follows = RealTime(secrets=(SenderSecret(nonce="0" * 32),)) if real_time else None
    task = Task(task_id="photos", source=source, destination=destination, created_at=now, real_time=follows)
    run = Run.start(task, now)
    tasks = TaskStore(table)
    tasks.create_task(task)
    tasks.create_run(run)
    tasks.mark_running(run.run_id)
    Ledger(table).put_shards(run.run_id, [Shard(shard_id="0000")])
    start_counting = urllib.request.Request(
        services, data=b"{}", headers={"x-amz-target": "Benchmark.StartCounting"}
    )
    urllib.request.urlopen(start_counting).close()
    return run


def function(
    name: str,
    servers: Servers,
    events: Iterable[Mapping[str, Any]],
    settings: Mapping[str, object] | None = None,
) -> Finished:
    """Let one function handle events, one after the other, in one process."""
    ended = launched(
        [layer.python(), "-m", "benchmarks.function", name],
        environment(servers, settings),
        standard_input="".join(json.dumps(event) + "\n" for event in events),
        has_answers=True,
    )
    measured = replace(ended.measured, details=ended.answers["details"])
    return Finished(measured, ended.answers["answers"])


def job_objects(options: Options) -> Iterable[JobObject]:
    """Yield what the finder would say of every object of the source."""
    etag = md5_of(options.object_size).upper()
    for number in range(options.objects):
        yield JobObject(key=key_of(number), size=options.object_size, etag=etag)


def transfer_events(run: Run, objects: Iterable[JobObject]) -> Iterable[dict[str, Any]]:
    """Yield the jobs of objects as SQS delivers them, one message to an invocation."""
    for index, group in enumerate(pack_objects(objects, large_object_threshold=LARGEST_PUT)):
        job = CopyJob(task_id=run.task.task_id, run_id=run.run_id, job_id=f"0000.0.{index}", objects=group)
        yield {"Records": [record(str(index), spell(job))]}


def transfer(servers: Servers, settings: Mapping[str, object] | None = None) -> Measured:
    """Copy every object of the source by packed jobs through the transfer function.

    Raises:
        RuntimeError: A job was not carried out.
    """
    events = transfer_events(start_run(servers), job_objects(servers.options))
    chosen = {"large_object_threshold": LARGEST_PUT, **(settings or {})}
    ended = function("transfer", servers, events, chosen)
    if again := [answer for answer in ended.answers if answer["batchItemFailures"]]:
        raise RuntimeError(f"{len(again)} jobs were not carried out")
    return ended.measured


def transfer_by_sdks(servers: Servers) -> Measured:
    """Copy every object by the same jobs through a function made of oss2 and boto3, one after the other."""
    return function(
        "reference", servers, transfer_events(start_run(servers), job_objects(servers.options))
    ).measured


def transfer_refused(servers: Servers) -> Measured:
    """Copy every object, however often the source refuses and jobs have to be delivered."""
    events = transfer_events(start_run(servers), job_objects(servers.options))
    chosen = {"large_object_threshold": LARGEST_PUT, "max_deliveries": MAX_DELIVERIES}
    ended = function("redelivered", servers, events, chosen)
    dead = sum(answer["is_dead"] for answer in ended.answers)
    deliveries = sum(answer["deliveries"] for answer in ended.answers)
    counted = {"dead_letters": dead, "deliveries_per_job": deliveries / len(ended.answers)}
    return replace(ended.measured, details=ended.measured.details | counted)


def follow(servers: Servers, *, warm_up: int) -> Measured:
    """Take in a notification about every object and carry it out, one after the other.

    Args:
        servers: The servers.
        warm_up: How many of the first are not counted among the times told.

    Raises:
        RuntimeError: A notification came to nothing.
    """
    run = start_run(servers, real_time=True)
    events = [notification(run, key_of(number)) for number in range(servers.options.objects)]
    ended = function("replicated", servers, events)
    if any(answer["again"] or answer["jobs"] != 1 for answer in ended.answers):
        raise RuntimeError("a notification was not carried out")
    times = sorted(answer["seconds"] * 1000 for answer in ended.answers[warm_up:])
    told = {"p50_ms": times[len(times) // 2], "p99_ms": times[len(times) * 99 // 100], "max_ms": times[-1]}
    return replace(ended.measured, details=ended.measured.details | told)


def notification(run: Run, key: str) -> dict[str, Any]:
    """Return what API Gateway makes of a notification about one object."""
    real_time = run.task.real_time
    assert real_time is not None
    event = {
        "eventName": "ObjectCreated:PutObject",
        "eventSource": "acs:oss",
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventVersion": "1.0",
        "oss": {"bucket": {"name": SOURCE_BUCKET}, "object": {"key": key}},
        "region": "cn-hangzhou",
    }
    return {
        "version": "2.0",
        "rawPath": f"/events/{run.task.task_id}",
        "rawQueryString": "",
        "headers": {
            "content-type": "application/json",
            "x-ferry-secret": secret_of(SECRETS[SENDER_KEY].encode(), real_time.secrets[0].nonce),
        },
        "requestContext": {"domainName": "events.example.com"},
        "pathParameters": {"task_id": run.task.task_id},
        "body": json.dumps({"events": [event]}),
        "isBase64Encoded": False,
    }


def find(servers: Servers) -> Measured:
    """Scan the source's only shard through the finder function.

    Raises:
        RuntimeError: It did not come to the shard's end.
    """
    run = start_run(servers)
    ended = function("finder", servers, [{"run_id": run.run_id, "shard_id": "0000"}])
    if not ended.answers[0]["exhausted"]:
        raise RuntimeError("the shard was not scanned to its end")
    return ended.measured


def copy_in_parts(servers: Servers) -> Measured:
    """Copy the source's only object through the functions of the large-object workflow, in one process."""
    run = start_run(servers)
    (item,) = job_objects(servers.options)
    ended = function("large_object", servers, [large_object_job(run, item.key)], {"part_size": PART_SIZE})
    if ended.answers[0]["state"] != "copied":
        raise RuntimeError(f"the object was not copied: {ended.answers}")
    return ended.measured


def large_object_job(run: Run, key: str) -> dict[str, Any]:
    """Return what the large-object workflow starts with."""
    return {"task_id": run.task.task_id, "run_id": run.run_id, "job_id": "0000.0.0", "key": key}
