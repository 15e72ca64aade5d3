"""A deployment in process: the functions' real wiring, on moto and the local OSS server."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from ferry import wiring
from ferry.events.secrets import secret_of
from ferry.tasks.models import Run
from ferry.tasks.real_time import RealTime, SenderSecret
from ferry.tasks.strays import Strays

from local.deployment import ROOT, AwsAccess
from local.oss.embedded import OssServer
from tests.support.aws import client_to, new_table, unique_name
from tests.support.builders import run_of, task
from tests.support.runs import Books, NotedWorkflows, open_books
from tests.support.store_cases import OssSourceCase, S3ReplicaCase, oss_source, s3_replica

LARGE = 6 * 1024**2
EVENTS_URL = "https://api.example.com"
TASK_TOPIC_PREFIX = "arn:aws:sns:us-east-1:123456789012:ferry-task-"
SAMPLE_CONTENTS = {
    "2026/a.jpg": b"hello",
    "2026/日本 +%.jpg": b"world",
    "2026/empty/": b"",
    "2026/b.jpg": b"again",
}
"""The objects that the sample events speak of."""


def sample(name: str) -> Any:
    """A sample event, as ``sam local invoke -e`` gives it to its function."""
    return json.loads((ROOT / "events" / f"{name}.json").read_text())


@dataclass
class Context:
    """What Lambda hands a function beside its event."""

    remaining_ms: int = 900_000
    function_name: str = "function"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:function"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass
class Deployment:
    """A stack with one task and an open run of it.

    Attributes:
        source: The run's source bucket, with the samples' objects.
        replica: Its replica bucket.
        books: What is written down about the run.
        sqs: Reaches the job queue.
        queue_url: The job queue.
        event_queue_url: The queue of notifications.
        sender_key: What the secrets of senders are derived from.
    """

    source: OssSourceCase
    replica: S3ReplicaCase
    books: Books
    sqs: Any
    queue_url: str
    event_queue_url: str
    sender_key: bytes
    workflows: NotedWorkflows = field(default_factory=NotedWorkflows)

    @property
    def run(self) -> Run:
        return self.books.current()

    @property
    def strays(self) -> Strays:
        """Messages that no task could take."""
        return Strays(self.books.tasks._table)

    def follow(self, **fields: Any) -> str:
        """Let the task follow notifications, and return its secret."""
        before = self.books.tasks.get_task("photos")
        real_time = RealTime(**{"secrets": (SenderSecret(nonce="0" * 32),), **fields})
        self.books.tasks.replace_task(before, before.model_copy(update={"real_time": real_time}))
        return secret_of(self.sender_key, real_time.secrets[0].nonce)

    def event_jobs(self) -> list[dict[str, Any]]:
        """The jobs of notifications that were sent, which are gone from their queue then."""
        found: list[dict[str, Any]] = []
        asked = {"QueueUrl": self.event_queue_url, "MaxNumberOfMessages": 10}
        while messages := self.sqs.receive_message(**asked).get("Messages", []):
            found += [json.loads(message["Body"]) for message in messages]
        return found

    def replicas(self) -> dict[str, bytes | None]:
        """Every replica with its content."""
        found = self.replica.client.list_objects_v2(Bucket=self.replica.store.bucket).get("Contents", [])
        return {row["Key"]: self.replica.content(row["Key"]) for row in found}

    def jobs_sent(self) -> list[dict[str, Any]]:
        """The jobs on the queue, which are gone from it then."""
        reply = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in reply.get("Messages", [])]

    def deliver(self, event: Any) -> Any:
        """Put an event's messages on the queue and give them the receipts they are received with."""
        for record in event["Records"]:
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=record["body"])
            (message,) = self.sqs.receive_message(QueueUrl=self.queue_url)["Messages"]
            record["receiptHandle"] = message["ReceiptHandle"]
        return event


@contextmanager
def deployed(moto: AwsAccess, oss: OssServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """Deploy, and point the functions' environment there."""
    with ExitStack() as stack:
        source = stack.enter_context(oss_source(oss, unique_name("source")))
        source.bucket.create_bucket()
        for key, content in SAMPLE_CONTENTS.items():
            source.write(key, content, metadata={"owner": "me"})
        replica = stack.enter_context(s3_replica(moto))
        table = stack.enter_context(new_table(moto))
        sqs = stack.enter_context(client_to(moto, "sqs"))
        secrets = stack.enter_context(client_to(moto, "secretsmanager"))
        queue_url = sqs.create_queue(QueueName=unique_name("jobs"))["QueueUrl"]
        event_queue_url = sqs.create_queue(QueueName=unique_name("events"))["QueueUrl"]
        dead_letters = sqs.create_queue(QueueName=unique_name("dead-letters"))["QueueUrl"]
        sender_key = unique_name("sender-key")
        secrets.create_secret(Name=sender_key, SecretString="the key of all senders")
        runs = unique_name("runs")
        replica.client.create_bucket(Bucket=runs)
        secret = unique_name("oss-key")
        secret_arn = secrets.create_secret(Name=secret, SecretString=json.dumps(_key_of(oss)))["ARN"]
        sides = {
            "source": {"bucket": source.store.bucket, "endpoint": oss.endpoint, "secret": secret},
            "destination": {"bucket": replica.store.bucket},
        }
        books = open_books(table, run_of(task(**sides)))
        environment = {
            **moto.environment(),
            "FERRY_TABLE": table.name,
            "FERRY_JOB_QUEUE_URL": queue_url,
            "FERRY_EVENT_QUEUE_URL": event_queue_url,
            "FERRY_SENDER_KEY_ARN": sender_key,
            "FERRY_EVENTS_URL": EVENTS_URL,
            "FERRY_RUN_BUCKET": runs,
            "FERRY_TASK_TOPIC_PREFIX": TASK_TOPIC_PREFIX,
            "FERRY_LARGE_OBJECT_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:lo",
            "FERRY_LARGE_OBJECT_THRESHOLD": str(LARGE),
            "FERRY_PART_SIZE": str(5 * 1024**2),
            "FERRY_PRIVATE_SOURCES": "Allowed",
            **_of_the_tasks_api(dead_letters, replica.store.bucket, secret_arn),
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        # moto runs no state machines; everything else is what the functions build themselves.
        monkeypatch.setattr(wiring, "workflows", lambda: books.workflows)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        try:
            key = b"the key of all senders"
            yield Deployment(source, replica, books, sqs, queue_url, event_queue_url, key, books.workflows)
        finally:
            forget_wiring()


def _of_the_tasks_api(dead_letters: str, bucket: str, secret_arn: str) -> dict[str, str]:
    return {
        "FERRY_EVENT_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:events",
        "FERRY_DEAD_LETTER_QUEUE_URL": dead_letters,
        "FERRY_RUN_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:run",
        "FERRY_SCHEDULE_GROUP": "default",
        "FERRY_SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
        "FERRY_RUN_CONTROL_FUNCTION_ARN": "arn:aws:lambda:us-east-1:123456789012:function:run-control",
        "FERRY_BROKEN_OFF_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:broken-off",
        "FERRY_REPLICA_BUCKET_ARNS": f"arn:aws:s3:::{bucket}",
        "FERRY_SECRET_ARNS": secret_arn,
        "FERRY_MIRROR_DELETES": "Allowed",
        "FERRY_ARCHITECTURE": "arm64",
        "FERRY_STACK_NAME": "ferry",
        "FERRY_DASHBOARD_NAME": "ferry",
    }


def forget_wiring() -> None:
    """Drop what the functions have built, and close the connections among it."""
    if wiring.http.cache_info().currsize:
        wiring.event_loop().run(wiring.http().aclose())
    if wiring.event_loop.cache_info().currsize:
        wiring.event_loop().close()
    for member in vars(wiring).values():
        if hasattr(member, "cache_clear"):
            member.cache_clear()


def etag_of(content: bytes) -> str:
    """The etag that OSS gives a whole object."""
    return hashlib.md5(content).hexdigest().upper()


def _key_of(oss: OssServer) -> dict[str, str]:
    return {"access_key_id": oss.access_key_id, "secret_access_key": oss.access_key_secret}
