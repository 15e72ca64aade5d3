"""Messages and reports of runs, on the deployed local stack with IAM enforced."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.conftest import User

TOLD = {"alarm_email": "operations@example.com", "alarm_lag": "600"}


@dataclass(frozen=True)
class Mailbox:
    """A queue that gets what the topic of a task sends."""

    user: User
    url: str

    def next(self) -> dict[str, Any]:
        """Wait for the next message."""
        reply = self.user.aws("sqs").receive_message(QueueUrl=self.url, WaitTimeSeconds=20)
        (message,) = reply["Messages"]
        self.user.aws("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        received: dict[str, Any] = json.loads(message["Body"])
        return received


def topic(user: User, task: str) -> str:
    return user.stack.outputs["TaskTopicPrefix"] + task  # type: ignore[index]


def mailbox(user: User, task: str) -> Mailbox:
    """Subscribe a queue to the topic of a task."""
    sqs = user.aws("sqs")
    url = sqs.create_queue(QueueName=f"mailbox-{task}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    user.aws("sns").subscribe(TopicArn=topic(user, task), Protocol="sqs", Endpoint=arn)
    return Mailbox(user, url)


@pytest.fixture
def watched(user: User) -> Callable[[], Any]:
    """Returns what lets the deployment look after its runs, as its schedule does every five minutes."""
    function = user.stack.outputs["RunControlFunctionArn"]  # type: ignore[index]

    def look() -> Any:
        reply = user.aws("lambda").invoke(FunctionName=function, Payload=b'{"action": "watch"}')
        return json.loads(reply["Payload"].read())

    return look


def test_a_run_that_ends_sends_a_message_and_leaves_a_report(user: User):
    bucket = user.source("told")
    overlong = "=" + "k" * 1022
    bucket.put_object(overlong, b"has no room behind the prefix")
    bucket.put_object("fine", b"fits")
    assert user.create_task("told", "oss://told/", **TOLD).code == 0
    box = mailbox(user, "told")

    run = user.ferry("run", "start", "told", "--wait", "--json").json["run_id"]
    message = box.next()
    table = user.ferry("run", "report", run, "--output", "-")
    document = user.ferry("run", "report", run, "--format", "json", "--output", "-").json

    assert message["Subject"] == "Ferry: a run of told completed with failures, 1 failed"
    assert "Copied: 1 objects, 4 bytes" in message["Message"]
    assert table.code == 0, table.stderr
    (row,) = csv.DictReader(io.StringIO(table.stdout.removeprefix("\ufeff"), newline=""))
    assert (row["key"], row["reason"], row["attempts"]) == ("'" + overlong, "KeyTooLong", "1")
    assert (document["state"], document["counts"]["copied"], document["counts"]["failed"]) == (
        "completed_with_failures",
        1,
        1,
    )
    assert document["failures"][0]["key"] == overlong
    addresses = user.aws("sns").list_subscriptions_by_topic(TopicArn=topic(user, "told"))["Subscriptions"]
    assert ("email", "operations@example.com") in {(one["Protocol"], one["Endpoint"]) for one in addresses}


def test_a_run_that_is_stopped_while_it_rests_is_reported_and_told_of(user: User, watched):
    bucket = user.source("rested")
    for number in range(1200):
        bucket.put_object(f"object-{number}", b"content")
    user.create_task("rested", "oss://rested/", **TOLD)
    box = mailbox(user, "rested")
    run = user.ferry("run", "start", "rested", "--json").json["run_id"]
    paused = user.ferry("run", "pause", run)

    stopped = user.ferry("run", "stop", run)
    seen = watched()
    document = user.ferry("run", "report", run, "--format", "json", "--output", "-")

    assert (paused.code, stopped.code) == (0, 0), paused.stderr + stopped.stderr
    assert seen == {"stalled_runs": 0, "tasks_behind": 0}
    assert (document.code, document.json["state"]) == (0, "stopped"), document.stderr
    assert box.next()["Subject"] == "Ferry: a run of rested was stopped"


def test_the_topic_of_a_task_goes_with_it(user: User):
    user.source("gone")
    user.create_task("gone", "oss://gone/", **TOLD)
    sns = user.aws("sns")
    before = {found["TopicArn"] for found in sns.list_topics()["Topics"]}

    assert user.ferry("task", "delete", "gone").code == 0

    after = {found["TopicArn"] for found in sns.list_topics()["Topics"]}
    assert before - after == {topic(user, "gone")}
