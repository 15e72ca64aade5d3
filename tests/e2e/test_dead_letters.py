"""Jobs that no delivery or workflow brought to an end, on the deployed local stack."""

import json
from datetime import UTC, datetime

import boto3
from ferry.jobs import CopyJob, JobObject, spell
from ferry.objects import Marker
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, OssSource, Run, S3Destination, Task
from ferry.tasks.store import TaskStore

from local.processes import wait_until
from tests.e2e.conftest import LARGE_OBJECT_THRESHOLD, User


def open_run(user: User, name: str) -> tuple[Run, Ledger]:
    """Record a task from a source bucket of that name, and an open run of it."""
    stack = user.stack
    source = OssSource(
        bucket=name, region=stack.oss.region, endpoint=stack.oss.endpoint, secret=stack.secret_arn
    )
    destination = S3Destination(bucket=stack.replica_bucket, prefix=f"{name}/", region=stack.aws.region)
    now = datetime.now(UTC)
    run = Run.start(Task(task_id=name, source=source, destination=destination, created_at=now), now)
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=stack.aws.endpoint,
        region_name=stack.aws.region,
        aws_access_key_id=stack.aws.access_key_id,
        aws_secret_access_key=stack.aws.secret_access_key,
    )
    table = resource.Table((stack.outputs or {})["TableName"])
    tasks = TaskStore(table)
    tasks.create_task(run.task)
    tasks.create_run(run)
    tasks.mark_running(run.run_id)
    return run, Ledger(table)


def test_a_buried_job_counts_what_was_copied_and_names_what_was_not(user: User):
    stack = user.stack
    bucket = user.source("buried")
    etags = {key: bucket.put_object(key, key.encode()).etag for key in ("done", "undone")}
    run, ledger = open_run(user, "buried")
    marker = Marker(etags["done"], datetime.now(UTC), run.run_id)
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


def call(user: User, function: str, event: dict[str, object]) -> dict[str, str]:
    """Call a function of the stack by a part of its name."""
    functions = user.aws("lambda")
    (name,) = [
        found["FunctionName"]
        for found in functions.list_functions()["Functions"]
        if function in found["FunctionName"]
    ]
    reply = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    answer: dict[str, str] = json.loads(reply["Payload"].read() or b"null")
    assert "FunctionError" not in reply, answer
    return answer


def test_a_large_object_whose_workflow_was_stopped_leaves_no_upload_but_strangers(user: User):
    bucket, s3 = user.stack.replica_bucket, user.aws("s3")
    user.source("stopped").put_object("large.bin", bytes(LARGE_OBJECT_THRESHOLD))
    run, ledger = open_run(user, "stopped")
    job = {"task_id": "stopped", "run_id": run.run_id, "job_id": "0000.0.0", "key": "large.bin"}
    planned = call(user, "MultipartPlanFunction", job)
    begun = s3.list_multipart_uploads(Bucket=bucket, Prefix="stopped/")["Uploads"]
    foreign = s3.create_multipart_upload(Bucket=bucket, Key="stopped/large.bin")["UploadId"]

    call(user, "DeadLettersFunction", {"detail": {"status": "ABORTED", "input": json.dumps(job)}})

    left = s3.list_multipart_uploads(Bucket=bucket, Prefix="stopped/")["Uploads"]
    s3.abort_multipart_upload(Bucket=bucket, Key="stopped/large.bin", UploadId=foreign)
    assert [upload["UploadId"] for upload in begun] == [planned["upload_id"]]
    assert "MultipartPlanFunctionRole" in begun[0]["Initiator"]["ID"]
    assert [upload["UploadId"] for upload in left] == [foreign]
    assert ledger.counts(run.run_id) == Counts(jobs=1, failed=1)
    assert call(user, "MultipartPlanFunction", job)["decision"] == "done"
