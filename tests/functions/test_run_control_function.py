import json
import os

import boto3
import pytest
from ferry.errors import ConfigurationError
from ferry.keys import KeyRange
from ferry.tasks.alerts import Alerts, AlertTopics
from ferry.tasks.models import Counts, Failure, Found, RunState

from functions.run_control.app import PLAN_MARGIN_MS, lambda_handler
from tests.support.aws import unique_name
from tests.support.builders import RUN_ID
from tests.support.deployments import TASK_TOPIC_PREFIX, Context, sample
from tests.support.runs import shard

IDS = {"task_id": "photos", "run_id": RUN_ID}


def control(name):
    return lambda_handler(sample(f"run_control-{name}"), Context())


def test_opening_a_run_tries_both_sides_and_leaves_nothing_behind(deployment):
    answer = control("open")

    assert answer == {**IDS, "resumed": False}
    assert deployment.run.state is RunState.RUNNING
    assert deployment.replicas() == {}
    assert deployment.replica.uploads() == []


def test_a_source_that_cannot_be_used_ends_the_run_with_a_sentence(deployment):
    for row in list(deployment.source.store.list_objects("", KeyRange())):
        deployment.source.remove(row.key)
    deployment.source.bucket.delete_bucket()

    with pytest.raises(ConfigurationError, match=r"The source cannot be used\. .*NoSuchBucket.* To go on: "):
        control("open")

    assert "The source cannot be used" in deployment.run.reason


def test_planning_a_small_bucket_makes_one_shard_once(deployment):
    first = control("plan")
    second = control("plan")

    assert first == second == {"shards": [{**IDS, "shard_id": "0000"}], "deletes": False}


def test_a_large_bucket_is_cut_only_while_there_is_time(deployment):
    for number in range(1000):
        deployment.source.write(f"{number:04}", b"")

    late = lambda_handler(sample("run_control-plan"), Context(remaining_ms=PLAN_MARGIN_MS - 1))
    early = lambda_handler(sample("run_control-plan"), Context(remaining_ms=PLAN_MARGIN_MS * 2))

    assert [shard["shard_id"] for shard in late["shards"]] == ["0000"]
    assert len(early["shards"]) > 1


def test_planning_after_every_key_was_looked_at_names_no_shard(deployment):
    deployment.books.ledger.put_shards(RUN_ID, [shard(exhausted=True)])

    assert control("plan") == {"shards": [], "deletes": False}


def test_sealing_keeps_the_token_until_the_last_job(deployment):
    deployment.books.ledger.put_shards(RUN_ID, [shard(exhausted=True, found=Found(jobs=1))])

    answer = control("seal")

    assert answer == {}
    assert (deployment.run.jobs_planned, deployment.run.task_token) == (1, "example-task-token")
    assert deployment.workflows.woken == []


def test_sealing_a_run_without_jobs_wakes_at_once(deployment):
    control("seal")

    assert deployment.workflows.woken == [("example-task-token", 0)]


@pytest.mark.parametrize(
    ("failed", "name", "state"),
    [
        (0, "close", "succeeded"),
        (1, "close", "completed_with_failures"),
        (0, "close-after-error", "failed"),
        (0, "workflow-aborted", "failed"),
    ],
)
def test_closing_a_run_says_how_it_ended(deployment, failed, name, state):
    deployment.books.ledger.close_job(
        RUN_ID, "0000.0.0", Counts(failed=failed), [], deployment.run.started_at
    )

    answer = control(name)

    assert answer["state"] == state == deployment.run.state
    assert answer["reason"] == deployment.run.reason
    assert (answer["reason"] is None) == (state != "failed")


def test_the_reason_of_a_run_that_broke_off_is_the_sentence_and_not_json(deployment):
    assert control("close-after-error")["reason"].startswith("The source cannot be used. OSS answered 403")


def test_an_unknown_action_is_an_error(deployment):
    with pytest.raises(ValueError, match="no action 'dance'"):
        lambda_handler({**IDS, "action": "dance"}, Context())


def test_the_event_of_a_workflow_whose_run_was_paused_leaves_it_paused(deployment):
    deployment.books.tasks.pause(RUN_ID)

    assert control("workflow-aborted") == {"state": "paused", "reason": None}


def test_opening_a_resumed_run_says_so(deployment):
    deployment.books.tasks.pause(RUN_ID)
    deployment.books.tasks.resume(deployment.run)

    assert control("open") == {**IDS, "resumed": True}


@pytest.fixture
def mailbox(deployment):
    """Let the task tell somebody, and return what receives the messages."""
    tasks = deployment.books.tasks
    before = tasks.get_task("photos")
    told = before.model_copy(update={"alerts": Alerts(email="a@example.com")})
    tasks.replace_task(before, told)
    sns, sqs = boto3.client("sns"), deployment.sqs
    AlertTopics(sns, TASK_TOPIC_PREFIX).put(told)
    queue = sqs.create_queue(QueueName=unique_name("mailbox"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=TASK_TOPIC_PREFIX + "photos", Protocol="sqs", Endpoint=arn)

    def received():
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    yield received
    AlertTopics(sns, TASK_TOPIC_PREFIX).remove("photos")
    sns.close()


def report(deployment, name):
    bucket, key = os.environ["FERRY_RUN_BUCKET"], f"reports/{RUN_ID}.{name}"
    return deployment.replica.client.get_object(Bucket=bucket, Key=key)


def test_closing_a_run_writes_its_report_and_tells_people(deployment, mailbox):
    failure = Failure(key="2026/a.jpg", reason="Archived", message="It is archived.")
    counts = Counts(copied=3, failed=1, size=15)
    deployment.books.ledger.close_job(RUN_ID, "0000.0.0", counts, [failure], deployment.run.started_at)

    control("close")

    document, table = report(deployment, "json"), report(deployment, "csv")
    assert (document["ContentType"], table["ContentType"]) == ("application/json", "text/csv; charset=utf-8")
    assert json.loads(document["Body"].read())["failures"][0]["reason"] == "Archived"
    assert b"2026/a.jpg,copy,Archived" in table["Body"].read()
    (message,) = mailbox()
    assert message["Subject"] == "Ferry: a run of photos completed with failures, 1 failed"
    assert deployment.run.has_report


def test_the_watch_tells_of_a_run_that_ended_without_its_workflow(deployment, mailbox):
    deployment.books.tasks.end_run(RUN_ID, RunState.FAILED, deployment.run.started_at)

    answer = lambda_handler({"action": "watch"}, Context())

    assert answer == {"stalled_runs": 0, "tasks_behind": 0}
    assert [message["Subject"] for message in mailbox()] == ["Ferry: a run of photos failed"]
    assert report(deployment, "json")["ContentLength"] > 0


def test_a_topic_that_is_not_there_keeps_no_run_from_ending(deployment, capsys):
    tasks = deployment.books.tasks
    before = tasks.get_task("photos")
    tasks.replace_task(before, before.model_copy(update={"alerts": Alerts(email="a@example.com")}))

    assert control("close")["state"] == "succeeded"

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [line["AlertsUndelivered"] for line in lines] == [[1.0]]
