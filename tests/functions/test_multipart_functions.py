import pytest
from ferry.errors import ConfigurationError, PartsDifferError, SourceChangedError
from ferry.tasks.models import Counts, RunState

from functions.multipart_copy.app import lambda_handler as copy
from functions.multipart_finish.app import lambda_handler as finish
from functions.multipart_plan.app import lambda_handler as plan
from tests.support.builders import NOON, RUN_ID
from tests.support.deployments import LARGE, Context, sample

KEY = "videos/large.mp4"
CONTENT = bytes(range(256)) * (LARGE // 256) + b"!"


@pytest.fixture
def large(deployment):
    deployment.source.write(KEY, CONTENT, metadata={"owner": "me"}, tags={"team": "a"})
    return deployment


def planned():
    return plan(sample("multipart_plan-first-attempt"), Context())


def copied(upload):
    """Copy every range of a planned upload, as the workflow's Map does."""
    job = {name: value for name, value in upload.items() if name != "ranges"}
    return job, [copy({**job, **piece}, Context()) for piece in upload["ranges"]]


def completed(job, results):
    return finish({"action": "complete", **job, "results": results}, Context())


def test_a_large_object_is_copied_in_parts_and_its_job_is_closed(large):
    upload = planned()
    job, results = copied(upload)

    answer = completed(job, results)

    assert (upload["decision"], answer) == ("copy", {"state": "copied"})
    assert large.replica.content(KEY) == CONTENT
    assert large.replica.properties(KEY).metadata["owner"] == "me"
    assert large.replica.uploads() == []
    assert large.books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=1, size=len(CONTENT))


def test_the_samples_have_the_fields_that_the_steps_hand_over(large):
    upload = planned()
    job, results = copied(upload)

    assert sample("multipart_copy-range").keys() == {*job, "first", "last"}
    assert sample("multipart_finish-complete").keys() == {"action", *job, "results"}
    assert sample("multipart_finish-complete")["results"][0].keys() == results[0].keys()
    completed(job, results)


def test_completing_again_after_a_lost_answer_counts_once(large):
    job, results = copied(planned())

    answers = [completed(job, results), completed(job, results)]

    assert answers == [{"state": "copied"}] * 2
    assert large.books.ledger.counts(RUN_ID).copied == 1


def test_an_object_that_is_current_needs_no_upload(large):
    completed(*copied(planned()))

    answer = plan({**sample("multipart_plan-first-attempt"), "job_id": "0002.0.0"}, Context())

    assert answer["decision"] == "done"
    assert large.replica.uploads() == []
    assert large.books.ledger.counts(RUN_ID).jobs == 2


def test_an_object_that_is_gone_closes_its_job(large):
    large.source.remove(KEY)

    assert planned()["decision"] == "done"
    assert large.books.ledger.counts(RUN_ID) == Counts(jobs=1, gone=1)


def test_nothing_is_begun_for_a_run_that_is_over(large):
    large.books.tasks.end_run(RUN_ID, RunState.FAILED, NOON)

    assert planned()["decision"] == "done"
    assert large.replica.uploads() == []
    assert large.books.ledger.counts(RUN_ID) == Counts()


@pytest.mark.parametrize("change", ["overwritten", "deleted"])
def test_a_source_that_changed_is_reported_aborted_and_planned_anew(large, change):
    upload = planned()
    if change == "overwritten":
        large.source.write(KEY, CONTENT[::-1])
    else:
        large.source.remove(KEY)

    job, results = copied(upload)
    with pytest.raises(SourceChangedError):
        completed(job, results)
    again = finish({"action": "abort", **job}, Context())

    assert results[0]["problem"]["error"] == "SourceChangedError"
    assert large.replica.uploads() == []
    assert again["attempt"] == 2
    assert plan(again, Context())["decision"] == ("copy" if change == "overwritten" else "done")


def test_parts_that_are_not_the_object_are_planned_anew(large):
    job, results = copied(planned())
    results[0]["copied"]["crc64"] = "1"

    with pytest.raises(PartsDifferError):
        completed(job, results)

    assert large.replica.content(KEY) is None


@pytest.mark.parametrize("name", ["multipart_finish-abort", "multipart_finish-fail"])
def test_ending_without_a_copy_leaves_no_upload(large, name):
    upload = planned()

    finish({**sample(name), "upload_id": upload["upload_id"]}, Context())

    assert large.replica.uploads() == []
    assert large.replica.content(KEY) is None


def test_a_failed_object_closes_its_job_with_the_sentence(large):
    answer = finish(sample("multipart_finish-fail"), Context())

    assert answer == {}
    assert large.books.ledger.counts(RUN_ID) == Counts(jobs=1, failed=1)
    (failure,) = large.books.ledger.list_failures(RUN_ID)
    assert failure.message == "The object is archived; restore it on OSS and run the task again."


def test_a_setting_that_is_wrong_gives_the_run_up(large):
    upload = planned()
    large.replica.client.abort_multipart_upload(
        Bucket=large.replica.store.bucket, Key=KEY, UploadId=upload["upload_id"]
    )
    large.replica.client.delete_bucket(Bucket=large.replica.store.bucket)

    job, results = copied(upload)
    with pytest.raises(ConfigurationError) as caught:
        completed(job, results)
    error = {"Error": "ConfigurationError", "Cause": str(caught.value)}
    failed = {name: value for name, value in job.items() if name != "upload_id"}
    finish({**failed, "action": "fail", "error": error}, Context())

    assert results[0]["problem"]["error"] == "ConfigurationError"
    assert large.run.reason == str(caught.value)


def test_an_unknown_action_is_an_error(large):
    with pytest.raises(ValueError, match="no action 'dance'"):
        finish({**sample("multipart_plan-first-attempt"), "action": "dance"}, Context())
