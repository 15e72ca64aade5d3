"""Jobs that no delivery brought to an end, on the deployed local stack."""

from datetime import UTC, datetime

import boto3
from ferry.jobs import CopyJob, JobObject, spell
from ferry.objects import Marker
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, OssSource, Run, S3Destination, Task
from ferry.tasks.store import TaskStore

from local.processes import wait_until
from tests.e2e.conftest import User


def test_a_buried_job_counts_what_was_copied_and_names_what_was_not(user: User):
    stack = user.stack
    bucket = user.source("buried")
    etags = {key: bucket.put_object(key, key.encode()).etag for key in ("done", "undone")}
    source = OssSource(
        bucket="buried", region=stack.oss.region, endpoint=stack.oss.endpoint, secret=stack.secret_arn
    )
    destination = S3Destination(bucket=stack.replica_bucket, prefix="buried/", region=stack.aws.region)
    now = datetime.now(UTC)
    run = Run.start(Task(task_id="buried", source=source, destination=destination, created_at=now), now)
    outputs = stack.outputs or {}
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=stack.aws.endpoint,
        region_name=stack.aws.region,
        aws_access_key_id=stack.aws.access_key_id,
        aws_secret_access_key=stack.aws.secret_access_key,
    )
    table = resource.Table(outputs["TableName"])
    tasks, ledger = TaskStore(table), Ledger(table)
    tasks.create_task(run.task)
    tasks.create_run(run)
    tasks.mark_running(run.run_id)
    marker = Marker(etags["done"], now, run.run_id)
    user.aws("s3").put_object(
        Bucket=stack.replica_bucket, Key="buried/done", Body=b"done", Metadata=marker.to_metadata()
    )
    objects = tuple(JobObject(key=key, size=len(key), etag=etag) for key, etag in etags.items())
    job = CopyJob(task_id="buried", run_id=run.run_id, job_id="0000.0.0", objects=objects)
    sqs = user.aws("sqs")
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "DeadLetterQueue" in url]

    sqs.send_message(QueueUrl=queue, MessageBody=spell(job))
    wait_until(
        lambda: ledger.is_closed(run.run_id, job.job_id) or None, stack.processes["aws"], timeout_seconds=60
    )

    assert ledger.counts(run.run_id) == Counts(jobs=1, copied=1, failed=1, size=4)
    failures = [(failure.key, failure.reason) for failure in ledger.list_failures(run.run_id)]
    assert failures == [("undone", "Undelivered")]
