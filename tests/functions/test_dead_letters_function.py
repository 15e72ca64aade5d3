from ferry.tasks.models import Counts

from functions.dead_letters.app import lambda_handler
from functions.transfer.app import lambda_handler as transfer
from tests.support.builders import RUN_ID
from tests.support.deployments import Context, sample

NOTHING_FAILED = {"batchItemFailures": []}


def bury(name="dead_letters-message"):
    return lambda_handler(sample(name), Context())


def test_a_dead_letter_closes_its_job_as_failed(deployment):
    deployment.books.tasks.seal(RUN_ID, jobs_planned=1, task_token="token")

    answer = bury()

    assert answer == NOTHING_FAILED
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, failed=3)
    assert {failure.reason for failure in deployment.books.ledger.list_failures(RUN_ID)} == {"Undelivered"}
    assert deployment.workflows.woken == [("token", 1)]


def test_objects_that_were_copied_before_the_crash_count_as_copied(deployment):
    event = sample("transfer-packed-job")
    transfer(event, Context())
    table = deployment.books.tasks._table
    for item in table.scan()["Items"]:
        if item["sk"].startswith(("JOB#", "COUNT#")):
            table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})

    bury()

    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=3, size=10)


def test_a_dead_letter_of_a_closed_job_changes_nothing(deployment):
    transfer(sample("transfer-packed-job"), Context())

    assert bury() == NOTHING_FAILED
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=3, size=10)


def test_a_letter_that_cannot_be_read_is_kept_for_people_to_see(deployment):
    event = sample("dead_letters-message")
    event["Records"][0]["body"] = "{}"

    answer = lambda_handler(event, Context())

    assert answer == {"batchItemFailures": []}
    (stray,) = deployment.strays.list()
    assert (stray.message_id, stray.body) == (event["Records"][0]["messageId"], "{}")
    assert stray.reason == "The JSON is no notification."


def test_a_workflow_that_broke_off_closes_its_job(deployment):
    answer = bury("dead_letters-workflow-failed")

    assert answer is None
    (failure,) = deployment.books.ledger.list_failures(RUN_ID)
    assert (failure.key, failure.message) == ("videos/large.mp4", "The workflow ran out of time.")
    assert deployment.books.ledger.counts(RUN_ID) == Counts(jobs=1, failed=1)
