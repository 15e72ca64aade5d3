import pytest
from ferry.errors import ConfigurationError
from ferry.jobs import CopyJob
from ferry.tasks.models import Found

from functions.finder.app import MARGIN_MS, lambda_handler
from functions.transfer.app import lambda_handler as transfer
from tests.support.builders import RUN_ID
from tests.support.deployments import SAMPLE_CONTENTS, Context, etag_of, sample
from tests.support.runs import shard


def find(**context):
    return lambda_handler(sample("finder-shard"), Context(**context))


@pytest.fixture
def planned(deployment):
    deployment.books.ledger.put_shards(RUN_ID, [shard()])
    return deployment


def test_a_shard_is_scanned_and_its_jobs_are_sent_and_recorded(planned):
    answer = find()

    assert answer == {"shard_id": "0000", "exhausted": True}
    (job,) = (CopyJob.model_validate(sent) for sent in planned.jobs_sent())
    assert {item.key: (item.size, item.etag, item.replica_etag) for item in job.objects} == {
        key: (len(content), etag_of(content), None) for key, content in SAMPLE_CONTENTS.items()
    }
    assert planned.books.ledger.found(RUN_ID) == Found(
        objects=4, size=15, planned_objects=4, planned_size=15, jobs=1
    )


def test_what_is_current_needs_no_job(planned):
    transfer(sample("transfer-packed-job"), Context())

    find()

    (job,) = (CopyJob.model_validate(sent) for sent in planned.jobs_sent())
    assert [item.key for item in job.objects] == ["2026/b.jpg"]
    assert planned.books.ledger.found(RUN_ID).current == 3


def test_a_finder_without_time_says_that_it_is_not_done(planned):
    answer = find(remaining_ms=MARGIN_MS - 1)

    assert answer == {"shard_id": "0000", "exhausted": False}
    assert planned.jobs_sent() == []


def test_a_shard_is_not_scanned_twice(planned):
    find()
    planned.jobs_sent()

    assert find() == {"shard_id": "0000", "exhausted": True}
    assert planned.jobs_sent() == []


def test_a_setting_that_is_wrong_ends_the_run(planned):
    planned.replica.client.delete_bucket(Bucket=planned.replica.store.bucket)

    with pytest.raises(ConfigurationError, match="create the destination bucket"):
        find()

    assert "create the destination bucket" in planned.run.reason


def test_jobs_of_a_paused_run_that_are_not_closed_are_sent_again(planned):
    find()
    (sent,) = planned.jobs_sent()

    answer = lambda_handler(sample("finder-resend"), Context())

    assert answer == {"done": True, "position": {"shard_id": "", "sequence": 0}}
    assert planned.jobs_sent() == [sent]


def test_nothing_is_scanned_for_a_run_that_is_paused(planned):
    planned.books.tasks.pause(RUN_ID)

    assert find() == {"shard_id": "0000", "exhausted": False}
    assert planned.jobs_sent() == []


def test_replicas_without_a_source_are_left_alone_unless_the_task_deletes(planned):
    planned.replica.client.put_object(Bucket=planned.replica.store.bucket, Key="2026/gone.jpg", Body=b"gone")
    find()

    answer = lambda_handler({**sample("finder-delete"), "position": None}, Context())

    assert answer["done"]
    assert [job["kind"] for job in planned.jobs_sent()] == ["copy"]
    assert planned.books.ledger.found(RUN_ID).extra == 0
