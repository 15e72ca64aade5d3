import pytest
from ferry.errors import TransientError
from ferry.job_queue import JobQueue
from ferry.jobs import CopyJob, pack_objects
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import copy_job, job_object
from tests.support.clock import retry_policy


class Sqs:
    """An SQS that refuses as many of the messages of each call as its script says."""

    def __init__(self, *refusals):
        self.refusals = list(refusals)
        self.accepted = []
        self.calls = []
        self.bytes = []

    def send_message_batch(self, QueueUrl, Entries):  # noqa: N803 - as boto3 calls it
        self.calls.append(len(Entries))
        self.bytes.append(sum(len(entry["MessageBody"].encode()) for entry in Entries))
        kept = len(Entries) - (self.refusals.pop(0) if self.refusals else 0)
        self.accepted += [
            CopyJob.model_validate_json(entry["MessageBody"]).job_id for entry in Entries[:kept]
        ]
        return {
            "Successful": [{"Id": entry["Id"]} for entry in Entries[:kept]],
            "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in Entries[kept:]],
        }

    def change_message_visibility(self, **arguments):
        self.calls.append(arguments)


def jobs(count):
    return [copy_job(job_id=f"0000.0.{number}") for number in range(count)]


@given(st.integers(0, 35))
def test_every_job_is_sent_once_in_order_ten_at_a_time(count):
    sqs = Sqs()

    JobQueue(sqs, "queue").send(jobs(count))

    assert sqs.accepted == [f"0000.0.{number}" for number in range(count)]
    assert all(size <= 10 for size in sqs.calls)


def test_large_jobs_are_sent_as_many_at_a_time_as_one_request_takes():
    objects = [job_object("键" * 300, etag="E" * 32) for _ in range(1300)]
    groups = list(pack_objects(objects, large_object_threshold=10))
    sqs = Sqs()

    JobQueue(sqs, "queue").send(
        [copy_job(*group, job_id=f"0000.0.{number}") for number, group in enumerate(groups)]
    )

    assert sqs.accepted == [f"0000.0.{number}" for number in range(len(groups))]
    assert len(sqs.calls) == 2
    assert max(sqs.bytes) <= 1024**2


def test_only_what_sqs_refused_is_sent_again():
    sqs = Sqs(4, 1)

    JobQueue(sqs, "queue", retry=retry_policy()).send(jobs(10))

    assert sqs.calls == [10, 4, 1]
    assert sqs.accepted == [f"0000.0.{number}" for number in range(10)]


def test_jobs_that_sqs_keeps_refusing_are_an_error():
    sqs = Sqs(*[10] * 20)

    with pytest.raises(TransientError, match="10 of the jobs: InternalError"):
        JobQueue(sqs, "queue", retry=retry_policy()).send(jobs(12))

    assert sqs.accepted == []


@pytest.mark.parametrize("deliveries", [1, 2, 5, 50])
def test_a_message_comes_again_within_fifteen_minutes(deliveries):
    sqs = Sqs()

    JobQueue(sqs, "queue").back_off("receipt", deliveries)

    (arguments,) = sqs.calls
    longest = min(900, 30 * 4 ** (deliveries - 1))
    assert longest // 2 <= arguments["VisibilityTimeout"] <= longest
