"""Messages of the event queue, through the functions that take them."""

import json

import pytest
from ferry import wiring
from ferry.tasks.models import Counts

from functions.dead_letters.app import lambda_handler as bury
from functions.transfer.app import lambda_handler as transfer
from tests.support.deployments import SAMPLE_CONTENTS, Context, sample

DAY = "photos-20260131-realtime"
NOTHING_FAILED = {"batchItemFailures": []}


def delivered(deployment, event, *bodies):
    """The event as the deployment's queue of notifications delivers it, with other bodies if given."""
    name = deployment.event_queue_url.rpartition("/")[2]
    for record in event["Records"]:
        record["eventSourceARN"] = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    (first,) = event["Records"]
    if bodies:
        event["Records"] = [
            {**first, "messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)
        ]
    # The deployment's bucket is not called as in the samples.
    for record in event["Records"]:
        record["body"] = record["body"].replace("photos-source", deployment.source.store.bucket)
    return event


def counts(deployment):
    return deployment.books.ledger.counts(DAY)


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        ("transfer-event-job", ["2026/a.jpg", "2026/日本 +%.jpg"]),
        ("transfer-bare-message", ["2026/a.jpg"]),
        ("transfer-raw-event", ["2026/a.jpg", "2026/日本 +%.jpg"]),
    ],
)
def test_whatever_the_queue_holds_is_followed(deployment, name, copied):
    deployment.follow()

    answer = transfer(delivered(deployment, sample(name)), Context())

    assert answer == NOTHING_FAILED
    assert deployment.replicas() == {key: SAMPLE_CONTENTS[key] for key in copied}
    size = sum(len(SAMPLE_CONTENTS[key]) for key in copied)
    assert counts(deployment) == Counts(jobs=1, copied=len(copied), size=size)
    assert deployment.books.tasks.get_run(DAY).real_time


def test_another_delivery_of_the_same_message_is_counted_once(deployment):
    deployment.follow()
    event = delivered(deployment, sample("transfer-raw-event"))
    transfer(event, Context())
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"

    assert transfer(event, Context()) == NOTHING_FAILED
    assert counts(deployment) == Counts(jobs=1, copied=2, size=10)


def test_a_message_that_no_task_can_take_is_kept_aside_with_the_reason_and_the_others_are_followed(
    deployment,
):
    deployment.follow()
    bodies = ['{"key": "2026/a.jpg", "size": 5}', "no JSON at all", "ü" * 70_000]

    answer = transfer(delivered(deployment, sample("transfer-bare-message"), *bodies), Context())

    assert answer == NOTHING_FAILED
    assert deployment.replicas() == {"2026/a.jpg": SAMPLE_CONTENTS["2026/a.jpg"]}
    assert {stray.message_id for stray in deployment.strays.list()} == {"m1", "m2"}


@pytest.mark.parametrize("name", ["transfer-bare-message", "transfer-raw-event"])
def test_what_lies_outside_the_tasks_prefix_is_nothing_to_it_and_no_stray(deployment, name):
    before = deployment.books.tasks.get_task("photos")
    source = before.source.model_copy(update={"prefix": "2025/"})
    deployment.books.tasks.replace_task(before, before.model_copy(update={"source": source}))
    deployment.follow()

    assert transfer(delivered(deployment, sample(name)), Context()) == NOTHING_FAILED

    assert deployment.replicas() == {}
    assert list(deployment.strays.list()) == []


def test_a_bare_message_without_a_task_to_take_it_says_what_to_do(deployment):
    answer = transfer(delivered(deployment, sample("transfer-bare-message")), Context())

    (stray,) = deployment.strays.list()
    assert answer == NOTHING_FAILED
    assert "enable real time for one" in stray.reason
    assert deployment.replicas() == {}


def test_an_event_of_a_bucket_that_nobody_replicates_is_kept_aside(deployment):
    deployment.follow()
    event = delivered(deployment, sample("transfer-raw-event"))
    body = json.loads(event["Records"][0]["body"])
    for record in body["events"]:
        record["oss"]["bucket"]["name"] = "somebody-elses"
    event["Records"][0]["body"] = json.dumps(body)

    transfer(event, Context())

    (stray,) = deployment.strays.list()
    assert "somebody-elses" in stray.reason


@pytest.mark.parametrize(
    "run_id", ["photos-20260131t120000z", "videos-20260131-realtime", "photos-20269999-realtime"]
)
def test_a_job_that_would_be_accounted_for_elsewhere_is_kept_aside(deployment, run_id):
    deployment.follow()
    event = delivered(deployment, sample("transfer-event-job"))
    event["Records"][0]["body"] = event["Records"][0]["body"].replace(DAY, run_id)

    assert transfer(event, Context()) == NOTHING_FAILED

    assert len(list(deployment.strays.list())) == 1
    assert deployment.replicas() == {}


def test_a_job_of_a_task_that_follows_nothing_any_more_does_nothing(deployment):
    tasks = wiring.real_time_tasks()
    tasks.all()
    tasks._read_at -= 2

    answer = transfer(delivered(deployment, sample("transfer-event-job")), Context())

    assert answer == NOTHING_FAILED
    assert deployment.replicas() == {}


def test_a_notification_that_died_is_closed_by_what_is_there(deployment):
    deployment.follow()
    transfer(delivered(deployment, sample("transfer-bare-message")), Context())

    answer = bury(delivered(deployment, sample("transfer-event-job")), Context())

    (failure,) = deployment.books.ledger.list_failures(DAY)
    assert answer == NOTHING_FAILED
    assert (failure.key, failure.reason) == ("2026/日本 +%.jpg", "Undelivered")
    assert counts(deployment) == Counts(jobs=2, copied=1, current=1, failed=1, size=5)
