"""The finder, the transfer and the steps of large objects, killed at every call and brought back.

``pytest -s`` prints the table.
"""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from ferry.errors import PermanentError, TransientError
from ferry.finder import chunks
from ferry.finder.changes import find_changes
from ferry.finder.scan import Scanner
from ferry.job_queue import JobQueue
from ferry.jobs import CopyJob
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.stores.run_bucket import RunBucket
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import CompareMode, Counts

from tests.support.aws import client_to, unique_name
from tests.support.builders import NOON, job_object, run_of, task
from tests.support.crash_worlds import CONTENT, MAX_DELIVERIES, LargeObject, World
from tests.support.crashes import Matrix, Mortal, Reaper, died, mortal_client
from tests.support.runs import open_books, shard

NUMBERS = count()
STOPPED_AT = 24
"""A moment at which a part is being copied."""


@pytest.fixture(scope="module")
def matrix() -> Iterator[Matrix]:
    matrix = Matrix()
    yield matrix
    sys.stdout.write(f"\n{matrix}\n")


@pytest.fixture
def world(table):
    """Make a world of its own for every kill, on one table; the one before is swept away."""

    def world() -> World:
        with table.batch_writer() as batch:
            # moto copies the whole table for every transaction.
            for item in table.scan(ProjectionExpression="pk, sk")["Items"]:
                batch.delete_item(Key=item)
        name = f"photos-{next(NUMBERS)}"
        run = run_of(task(name))
        books = open_books(table, run)
        books.tasks.seal(run.run_id, jobs_planned=1, task_token="token")
        source, replica = MemorySource(lambda: NOON), MemoryReplica(lambda: NOON)
        return World(table, run, source, replica, books.workflows)

    return world


def packed_job(world: World) -> CopyJob:
    """A job of an object that is new, one that changed, one that is gone and one that cannot be."""
    asyncio.run(world.engine(Reaper()).copy_all([world.write("changed", b"before")]))
    objects = (
        world.write("new", b"new"),
        world.write("changed", b"after!"),
        world.write("gone", b"gone"),
        job_object(".", size=1),
    )
    world.source.remove("gone")
    return CopyJob(
        task_id=world.run.task.task_id, run_id=world.run.run_id, job_id="0000.0.0", objects=objects
    )


ALL_RIGHT = Counts(jobs=1, copied=2, gone=1, failed=1, size=9)
COPIES = {"new": b"new", "changed": b"after!"}


def test_a_transfer_is_killed_once_and_delivered_again(world, matrix):
    def scenario(reaper):
        here = world()
        job = packed_job(here)

        if here.deliver(job, reaper, 1):
            assert not here.deliver(job, Reaper(), 2)

        assert (here.counts(), here.copied()) == (ALL_RIGHT, COPIES)
        assert here.workflows.woken[-1:] == [("token", 1)]
        failures = list(Ledger(here.table).list_failures(here.run.run_id))
        assert [failure.key for failure in failures] == ["."]

    matrix.kill_everywhere("transfer", "delivered again", scenario)


def test_a_transfer_is_killed_at_every_delivery_and_buried(world, matrix):
    def scenario(reaper):
        here = world()
        job = packed_job(here)

        if here.deliver(job, reaper, 1):
            for deliveries in range(2, MAX_DELIVERIES + 1):
                here.deliver(job, Reaper(reaper.dies_at), deliveries)
            here.bury(job, Reaper())

        counts = here.counts()
        assert (counts.jobs, counts.copied + counts.gone + counts.failed) == (1, 4)
        failed = {failure.key for failure in Ledger(here.table).list_failures(here.run.run_id)}
        assert len(failed) == counts.failed
        for key, content in COPIES.items():
            assert key in failed or here.copied()[key] == content
        assert here.copied().get("changed") in {b"before", b"after!"}
        assert here.workflows.woken

    matrix.kill_everywhere("transfer", "killed at every delivery, then buried", scenario)


def test_burying_is_killed_once_and_delivered_again(world, matrix):
    def scenario(reaper):
        here = world()
        job = packed_job(here)

        if here.bury(job, reaper):
            assert not here.bury(job, Reaper())

        assert here.counts() == Counts(jobs=1, gone=0, failed=4)
        assert here.workflows.woken[-1:] == [("token", 1)]

    matrix.kill_everywhere("dead letters", "delivered again", scenario)


def test_a_finder_is_killed_once_and_started_again(world, matrix, moto, monkeypatch):
    monkeypatch.setattr(chunks, "MAX_COPIES", 2)
    keys = ["a", "b", "c"]
    with client_to(moto, "s3") as s3, client_to(moto, "sqs") as sqs:
        s3.create_bucket(Bucket=(bucket := unique_name("runs")))

        def scenario(reaper):
            here = world()
            queue = sqs.create_queue(QueueName=unique_name("jobs"))["QueueUrl"]
            ledger = Ledger(here.table)
            ledger.put_shards(here.run.run_id, [shard(0)])
            for key in keys:
                here.write(key, key.encode())

            def function(reaper):
                sides = Mortal("source", here.source, reaper), Mortal("replica", here.replica, reaper)
                scanner = Scanner(
                    here.run,
                    ledger,
                    RunBucket(s3, bucket),
                    JobQueue(sqs, queue),
                    partial(find_changes, *sides, here.run.task.mapping, mode=CompareMode.AUTO),
                    large_object_threshold=1000,
                )
                clients = here.table.meta.client, s3, sqs
                with mortal_client(clients[0], reaper), mortal_client(s3, reaper), mortal_client(sqs, reaper):
                    assert scanner.scan("0000", lambda: False)

            if died(lambda: function(reaper), reaper):
                function(Reaper())
            sent = received(sqs, queue)
            for job in sent:
                here.deliver(job, Reaper(), 1)

            found = ledger.get_shard(here.run.run_id, "0000").found
            assert (found.objects, found.planned_objects, found.jobs) == (3, 3, 2)
            assert {job.job_id for job in sent} == {"0000.0.0", "0000.1.0"}
            assert here.counts() == Counts(jobs=2, copied=3, size=3)
            assert here.copied() == {key: key.encode() for key in keys}

        matrix.kill_everywhere("finder", "started again", scenario)


def received(sqs: Any, queue: str) -> list[CopyJob]:
    jobs = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        jobs += [CopyJob.model_validate_json(message["Body"]) for message in messages]
    return jobs


def test_a_large_object_is_killed_at_any_step_which_is_retried(world, matrix):
    def scenario(reaper):
        here = world()
        large = LargeObject(here)

        assert large.run(reaper, retries=True)

        assert (here.counts(), here.copied()) == (Counts(jobs=1, copied=1, size=10), {"k": CONTENT})
        assert here.replica.uploads == {}
        assert here.workflows.woken[-1:] == [("token", 1)]

    matrix.kill_everywhere("large object", "step retried", scenario)


def test_a_large_object_is_killed_and_its_workflow_stopped(world, matrix):
    stopped = PermanentError("The workflow was stopped.", reason="ABORTED")

    def scenario(reaper):
        here = world()
        large = LargeObject(here)

        if not large.run(reaper, retries=False):
            with contextlib.suppress(TransientError):
                large.fail(Reaper(), stopped)
            large.later = 1
            large.fail(Reaper(), stopped)

        counts = here.counts()
        assert (counts.jobs, counts.copied + counts.failed) == (1, 1)
        assert here.copied() == ({"k": CONTENT} if counts.copied else {})
        assert here.replica.uploads == {}
        assert here.workflows.woken[-1:] == [("token", 1)]

    matrix.kill_everywhere("large object", "workflow stopped", scenario)


def test_closing_a_stopped_large_object_is_killed_once_and_done_again(world, matrix):
    stopped = PermanentError("The workflow was stopped.", reason="ABORTED")

    def scenario(reaper):
        here = world()
        large = LargeObject(here)
        large.run(Reaper(STOPPED_AT), retries=False)
        begun = dict(here.replica.uploads)

        if large.fail(reaper, stopped):
            large.fail(Reaper(), stopped)

        assert len(begun) == 1
        assert (here.counts(), here.copied()) == (Counts(jobs=1, failed=1), {})
        assert here.replica.uploads == {}
        assert here.workflows.woken[-1:] == [("token", 1)]

    matrix.kill_everywhere("dead letters", "large object closed again", scenario)
