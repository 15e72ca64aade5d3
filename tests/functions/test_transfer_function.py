import json

import pytest
from ferry.tasks.models import Counts, RunState
from ferry.transfer import engine

from functions.transfer.app import lambda_handler
from tests.support.builders import NOON, RUN_ID
from tests.support.deployments import SAMPLE_CONTENTS, Context, sample

PACKED = {key: SAMPLE_CONTENTS[key] for key in ("2026/a.jpg", "2026/日本 +%.jpg", "2026/empty/")}
NOTHING_FAILED = {"batchItemFailures": []}
BROKEN_LINK = "http://127.0.0.1:1"


def transfer(event):
    return lambda_handler(event, Context())


def failed(event):
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}


def cut_off_the_source(deployment):
    """Let the source answer nobody any more, by storing a run whose endpoint leads nowhere."""
    run = deployment.run
    source = run.task.source.model_copy(update={"endpoint": BROKEN_LINK})
    moved = run.task.model_copy(update={"source": source})
    deployment.books.tasks._table.update_item(
        Key={"pk": "TASK#photos", "sk": RUN_ID},
        UpdateExpression="SET #task = :task",
        ExpressionAttributeNames={"#task": "task"},
        ExpressionAttributeValues={":task": moved.model_dump_json()},
    )


def test_a_job_copies_its_objects_and_is_closed(deployment):
    answer = transfer(sample("transfer-packed-job"))

    assert answer == NOTHING_FAILED
    assert deployment.replicas() == PACKED
    assert deployment.replica.properties("2026/a.jpg").metadata["owner"] == "me"
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=3, size=10)


def test_a_second_delivery_of_a_closed_job_changes_nothing(deployment):
    event = sample("transfer-packed-job")
    transfer(event)
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"

    assert transfer(event) == NOTHING_FAILED
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=3, size=10)


def test_every_message_of_a_batch_is_carried_out(deployment):
    answer = transfer(sample("transfer-two-messages"))

    assert answer == NOTHING_FAILED
    assert deployment.replicas() == SAMPLE_CONTENTS
    assert deployment.books.ledger.counts(RUN_ID).jobs == 2


def test_a_message_that_cannot_be_read_is_the_only_one_to_come_again(deployment):
    event = sample("transfer-two-messages")
    event["Records"][0]["body"] = '{"kind": "something else"}'

    answer = transfer(event)

    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert deployment.replicas() == {"2026/b.jpg": b"again"}


def test_objects_that_may_succeed_later_leave_their_message_on_the_queue(deployment):
    cut_off_the_source(deployment)
    event = deployment.deliver(sample("transfer-packed-job"))

    answer = lambda_handler(event, Context())

    assert answer == failed(event)
    assert deployment.books.ledger.counts(RUN_ID) == Counts()


def test_the_last_delivery_closes_the_job_with_its_failures(deployment):
    cut_off_the_source(deployment)

    answer = lambda_handler(sample("transfer-last-delivery"), Context())

    assert answer == NOTHING_FAILED
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, failed=3)
    failures = {failure.key: failure for failure in deployment.books.ledger.list_failures(RUN_ID)}
    assert set(failures) == set(PACKED)
    assert {(failure.reason, failure.attempts) for failure in failures.values()} == {("ConnectionFailed", 5)}


def test_a_source_that_is_gone_is_counted_as_gone(deployment):
    deployment.source.remove("2026/a.jpg")

    transfer(sample("transfer-packed-job"))

    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=2, gone=1, size=5)
    assert "2026/a.jpg" not in deployment.replicas()


def test_a_setting_that_is_wrong_gives_the_run_up_and_takes_the_message(deployment):
    deployment.books.tasks.seal(RUN_ID, jobs_planned=1, task_token="token")
    deployment.replica.client.delete_bucket(Bucket=deployment.replica.store.bucket)

    answer = transfer(sample("transfer-packed-job"))

    assert answer == NOTHING_FAILED
    assert "create the destination bucket" in deployment.run.reason
    assert deployment.workflows.failed == [("token", deployment.run.reason)]


@pytest.mark.parametrize("ending", ["given up", "over"])
def test_jobs_of_a_run_that_ended_are_taken_and_left_undone(deployment, ending):
    if ending == "over":
        deployment.books.tasks.end_run(RUN_ID, RunState.FAILED, NOON)
    else:
        deployment.books.tasks.record_reason(RUN_ID, "The key is disabled.")

    assert transfer(sample("transfer-packed-job")) == NOTHING_FAILED
    assert deployment.replicas() == {}


def test_a_large_object_gets_a_workflow_and_its_job_stays_open(deployment):
    answer = transfer(sample("transfer-large-object"))

    assert answer == NOTHING_FAILED
    (started,) = deployment.workflows.large_objects
    assert started == {**sample("multipart_plan-first-attempt"), "replica_etag": None}
    assert deployment.books.ledger.counts(RUN_ID) == Counts()


def test_an_object_that_no_longer_fits_into_one_put_gets_a_workflow(deployment, monkeypatch):
    monkeypatch.setattr(engine, "MAX_PUT_SIZE", 1)
    event = sample("transfer-packed-job")
    job = json.loads(event["Records"][0]["body"])
    job["objects"] = job["objects"][:1]
    event["Records"][0]["body"] = json.dumps(job)

    assert transfer(event) == NOTHING_FAILED

    (started,) = deployment.workflows.large_objects
    assert (started["key"], started["job_id"]) == (job["objects"][0]["key"], job["job_id"])
    assert deployment.books.ledger.counts(RUN_ID).jobs == 0


def test_the_last_job_wakes_the_workflow_that_waits(deployment):
    deployment.books.tasks.seal(RUN_ID, jobs_planned=2, task_token="token")

    transfer(sample("transfer-two-messages"))

    assert deployment.workflows.woken == [("token", 2)]


def test_metrics_say_how_the_objects_ended(deployment, capsys):
    capsys.readouterr()

    transfer(sample("transfer-packed-job"))

    written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "ObjectsCopied" in line]
    assert (written[0]["ObjectsCopied"], written[0]["BytesCopied"]) == ([3.0], [10.0])


@pytest.mark.parametrize("is_back", [False, True])
def test_a_job_deletes_replicas_whose_source_is_gone(deployment, is_back):
    deployment.replica.client.put_object(
        Bucket=deployment.replica.store.bucket, Key="2026/gone.jpg", Body=b"gone"
    )
    if is_back:
        deployment.source.write("2026/gone.jpg", b"back")

    assert transfer(sample("transfer-delete-job")) == NOTHING_FAILED
    assert ("2026/gone.jpg" in deployment.replicas()) == is_back
    expected = {"current": 1} if is_back else {"deleted": 1}
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, **expected)


@pytest.mark.parametrize("change", ["pause", "stop"])
def test_jobs_of_a_run_that_rests_or_was_stopped_are_taken_and_left_undone(deployment, change):
    if change == "pause":
        deployment.books.tasks.pause(RUN_ID)
    else:
        deployment.books.tasks.end_run(RUN_ID, RunState.STOPPED, NOON)

    for name in ("transfer-packed-job", "transfer-large-object", "transfer-delete-job"):
        assert transfer(sample(name)) == NOTHING_FAILED

    assert deployment.replicas() == {}
    assert deployment.workflows.large_objects == []
    assert deployment.books.ledger.counts(RUN_ID) == Counts()
