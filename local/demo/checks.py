"""What must hold after the runs, beside equal buckets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import boto3
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Found

from local.demo.report import Check
from local.servers import aws_client
from local.stack import LocalStack

_MESSAGES = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def ledger_of(stack: LocalStack) -> Ledger:
    """The accounts in the stack's table."""
    session = boto3.session.Session(
        aws_access_key_id=stack.aws.access_key_id,
        aws_secret_access_key=stack.aws.secret_access_key,
        region_name=stack.aws.region,
    )
    table = session.resource("dynamodb", endpoint_url=stack.aws.endpoint).Table(
        (stack.outputs or {})["TableName"]
    )
    return Ledger(table)


def copied_exactly(name: str, run: Mapping[str, Any], *, objects: int, size: int, current: int) -> Check:
    """Whether a run says that it copied what it should have.

    Args:
        name: The check's name.
        run: What the ``ferry`` command printed about the run.
        objects: How many objects it had to copy.
        size: Their bytes.
        current: How many other objects there are.
    """
    wanted = {"state": "succeeded", "copied": objects, "bytes": size, "current": current, "failed": 0}
    told = {"state": run.get("state"), **run.get("counts", {})}
    wrong = {key: told.get(key) for key, value in wanted.items() if told.get(key) != value}
    if wrong:
        detail = ", ".join(f"{key} is {value}, not {wanted[key]}" for key, value in wrong.items())
        return Check(name, holds=False, detail=detail)
    return Check(name, holds=True, detail=f"{objects:,} copied, {current:,} already current")


def adds_up(name: str, found: Found, counts: Counts, *, failures: int) -> Check:
    """Whether the account of a run is exact.

    Args:
        name: The check's name.
        found: What scanning found.
        counts: What the closed jobs added up to.
        failures: How many failed objects are recorded.
    """
    ended = counts.copied + counts.current + counts.gone + counts.failed
    sums = [
        ("jobs closed", counts.jobs, "jobs sent", found.jobs),
        ("objects ended", ended, "objects in jobs", found.planned_objects),
        ("bytes copied", counts.size, "bytes in jobs", found.planned_size),
        ("current or in jobs", found.current + found.planned_objects, "objects listed", found.objects),
        ("failures recorded", failures, "objects failed", counts.failed),
    ]
    wrong = [f"{left} {one:,}, {right} {other:,}" for left, one, right, other in sums if one != other]
    told = f"{found.objects:,} listed = {found.current:,} current + {ended:,} from {counts.jobs:,} jobs"
    return Check(name, holds=not wrong, detail="; ".join(wrong) or told)


def rewritten_exactly(
    name: str, before: Mapping[str, object], after: Mapping[str, object], wanted: Iterable[str]
) -> Check:
    """Whether exactly the wanted replicas were written between two listings.

    Args:
        name: The check's name.
        before: Etag and time of every replica before.
        after: The same after.
        wanted: Keys that had to be written.
    """
    written = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    wanted = set(wanted)
    wrong = [f"not written: {key!r}" for key in sorted(wanted - written)]
    wrong += [f"written for nothing: {key!r}" for key in sorted(written - wanted)]
    return Check(name, holds=not wrong, detail="; ".join(wrong[:5]) or f"{len(written):,} written")


def nothing_left(stack: LocalStack) -> list[Check]:
    """Whether the queues are empty and no upload is unfinished."""
    s3, sqs, outputs = aws_client(stack.aws, "s3"), aws_client(stack.aws, "sqs"), stack.outputs or {}
    uploads = s3.list_multipart_uploads(Bucket=stack.replica_bucket).get("Uploads", [])
    checks = [Check("No multipart upload is left unfinished", not uploads, f"{len(uploads)} unfinished")]
    for name, output in (("job queue", "JobQueueUrl"), ("dead-letter queue", "DeadLetterQueueUrl")):
        seen = sqs.get_queue_attributes(QueueUrl=outputs[output], AttributeNames=list(_MESSAGES))[
            "Attributes"
        ]
        count = sum(int(seen[attribute]) for attribute in _MESSAGES)
        checks.append(Check(f"The {name} is empty", not count, f"{count} messages"))
    return checks
