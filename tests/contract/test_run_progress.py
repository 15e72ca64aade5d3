"""Runs from their first job to their end, on a table."""

from threading import Barrier

import pytest
from ferry.errors import ConfigurationError
from ferry.objects import Notice
from ferry.outcome import Outcome, Result
from ferry.run_control import closing_step, open_run, seal_run
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.models import Counts, Found, RunState
from ferry.tasks.progress import count_outcomes

from tests.support.builders import NOON, RUN_ID
from tests.support.runs import open_books, planned, shard
from tests.support.threads import together

COPIED = Outcome("k", Result.COPIED, size=10)
FAILED = Outcome("f", Result.FAILED, reason="Archived", message="It is archived.")


@pytest.fixture
def books(table):
    return open_books(table)


def plan(books, jobs):
    """Let scanning have found so many jobs."""
    books.ledger.put_shards(RUN_ID, [shard(exhausted=True, found=Found(jobs=jobs))])


def close(books, number, outcomes=(COPIED,)):
    books.progress.close_job(RUN_ID, f"0000.0.{number}", list(outcomes), attempts=2)


def test_outcomes_are_counted_by_how_they_ended():
    both = Outcome("b", Result.COPIED, size=1, notices=frozenset(Notice))
    outcomes = [COPIED, COPIED, Outcome("c", Result.CURRENT), Outcome("g", Result.GONE), FAILED, both]

    assert count_outcomes(outcomes) == Counts(
        copied=3, current=1, gone=1, failed=1, size=21, unverified=1, metadata_dropped=1
    )


def test_the_waiting_workflow_is_woken_by_the_last_job(books):
    plan(books, 3)
    close(books, 0)
    seal_run(books.progress, books.run, "token")
    close(books, 1)
    before = list(books.workflows.woken)

    close(books, 2)

    assert before == []
    assert books.workflows.woken == [("token", 3)]


def test_a_duplicate_does_not_stand_for_a_missing_job(books):
    plan(books, 2)
    seal_run(books.progress, books.run, "token")

    close(books, 0)
    close(books, 0)

    assert books.workflows.woken == []
    assert books.ledger.counts(RUN_ID).jobs == 1


@pytest.mark.parametrize("jobs", [0, 2])
def test_sealing_wakes_at_once_when_every_job_is_closed_already(books, jobs):
    plan(books, jobs)
    for number in range(jobs):
        close(books, number)

    seal_run(books.progress, books.run, "token")

    assert books.workflows.woken == [("token", jobs)]


def test_somebody_wakes_the_workflow_when_the_last_jobs_and_the_seal_coincide(books):
    plan(books, 6)
    barrier = Barrier(7)

    def act(number):
        barrier.wait()
        if number == 6:
            seal_run(books.progress, books.run, "token")
        else:
            close(books, number)

    together(act, range(7))

    assert set(books.workflows.woken) == {("token", 6)}


def test_sealing_again_takes_the_newer_token(books):
    plan(books, 1)
    seal_run(books.progress, books.run, "old")
    seal_run(books.progress, books.run, "new")

    close(books, 0)

    assert books.workflows.woken == [("new", 1)]


def test_a_failed_object_is_recorded_with_its_attempts(books):
    close(books, 0, [COPIED, FAILED])

    (failure,) = books.ledger.list_failures(RUN_ID)
    assert failure.model_dump() == {
        "key": "f",
        "reason": "Archived",
        "message": "It is archived.",
        "attempts": 2,
        "action": "copy",
    }
    assert books.ledger.counts(RUN_ID) == Counts(jobs=1, copied=1, failed=1, size=10)


@pytest.mark.parametrize(
    ("outcomes", "error", "state", "reason"),
    [
        ([COPIED], None, RunState.SUCCEEDED, None),
        ([COPIED, FAILED], None, RunState.COMPLETED_WITH_FAILURES, None),
        ([COPIED], "The workflow broke off.", RunState.FAILED, "The workflow broke off."),
    ],
)
def test_a_run_ends_by_what_is_known_of_it(books, outcomes, error, state, reason):
    close(books, 0, outcomes)

    ended = books.progress.close_run(RUN_ID, error)

    assert (ended.state, ended.reason) == (state, reason)
    assert ended.ended_at is not None
    assert books.progress.close_run(RUN_ID, "Too late.") == ended


def test_giving_up_fails_the_wait_with_the_first_reason(books):
    plan(books, 1)
    seal_run(books.progress, books.run, "token")
    error = ConfigurationError("The key is disabled. To go on: enable it.")

    books.progress.give_up(RUN_ID, error)
    books.progress.give_up(RUN_ID, ConfigurationError("Something else."))

    assert books.workflows.failed[0] == ("token", str(error))
    assert books.progress.close_run(RUN_ID, "The wait failed.").reason == str(error)


def test_opening_a_run_checks_both_sides(books):
    open_run(books.progress, books.run, MemorySource(), MemoryReplica())

    assert books.current().state is RunState.RUNNING


def test_a_run_whose_preflight_fails_is_given_up(table):
    class Refusing(MemorySource):
        def first_key(self, prefix, key_range):
            raise ConfigurationError("The key is disabled.", reason="InvalidAccessKeyId")

    books = open_books(table)

    with pytest.raises(ConfigurationError, match=r"The source cannot be used\. The key is disabled"):
        open_run(books.progress, books.run, Refusing(), MemoryReplica())

    assert "The key is disabled" in books.current().reason


def test_the_first_plan_cuts_the_whole_key_space(books):
    source = MemorySource()
    for number in range(1200):
        source.write(f"{number % 20:02}/{number}", b"")

    ids = planned(books, source)

    shards = list(books.ledger.list_shards(RUN_ID))
    assert [kept.shard_id for kept in shards] == ids
    assert len(ids) > 1
    assert (shards[0].after, shards[-1].until) == ("", None)
    assert [kept.until for kept in shards[:-1]] == [kept.after for kept in shards[1:]]
    assert all(kept.checkpoint == kept.after for kept in shards)


def test_a_plan_after_everything_was_scanned_is_empty(books):
    books.ledger.put_shards(
        RUN_ID, [shard(0, until="m", exhausted=True), shard(1, after="m", exhausted=True)]
    )

    assert planned(books) == []


def test_a_later_plan_shares_what_is_left_among_more_finders(books):
    source = MemorySource()
    for number in range(3000):
        source.write(f"{number:04}", b"")
    half = shard(0, until="1999", checkpoint="0499", sequence=2)
    books.ledger.put_shards(RUN_ID, [half, shard(1, after="1999", checkpoint="1999", until="2100")])

    ids = planned(books, source)

    kept = {piece.shard_id: piece for piece in books.ledger.list_shards(RUN_ID)}
    rest = [kept[shard_id] for shard_id in ids if shard_id != "0001"]
    assert kept["0000"].exhausted
    assert "0001" in ids
    assert len(rest) > 1
    assert (rest[0].after, rest[-1].until) == ("0499", "1999")
    assert [piece.until for piece in rest[:-1]] == [piece.after for piece in rest[1:]]


def test_a_plan_without_time_makes_one_shard_and_later_leaves_shards_as_they_are(books):
    source = MemorySource()
    for number in range(3000):
        source.write(f"{number:04}", b"")

    assert planned(books, source, is_late=True) == ["0000"]
    assert planned(books, source, is_late=True) == ["0000"]
    (whole,) = books.ledger.list_shards(RUN_ID)
    assert (whole.after, whole.until, whole.exhausted) == ("", None, False)


def test_nothing_is_planned_for_a_run_that_was_given_up(books):
    books.tasks.record_reason(RUN_ID, "The key is disabled.")

    with pytest.raises(ConfigurationError, match="The key is disabled"):
        planned(books)


@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ({"status": "ABORTED"}, "The run's workflow was stopped."),
        ({"status": "TIMED_OUT", "cause": None}, "The run's workflow ran out of time."),
        ({"status": "FAILED", "cause": "The key is disabled."}, "The key is disabled."),
    ],
)
def test_a_workflow_that_broke_off_closes_its_run(detail, cause):
    step = closing_step({"name": "r", **detail, "input": '{"task_id": "photos", "run_id": "r"}'})

    assert step == {
        "task_id": "photos",
        "run_id": "r",
        "action": "close",
        "workflow": "r",
        "error": {"Error": detail["status"], "Cause": cause},
    }


def test_a_run_that_ended_does_not_wake_anybody(books):
    plan(books, 1)
    seal_run(books.progress, books.run, "token")
    books.tasks.end_run(RUN_ID, RunState.FAILED, NOON)

    close(books, 0)

    assert books.workflows.woken == []


def test_a_run_that_was_given_up_before_its_seal_does_not_wait(books):
    plan(books, 1)
    books.progress.give_up(RUN_ID, ConfigurationError("The key was refused."))

    with pytest.raises(ConfigurationError, match="The key was refused"):
        seal_run(books.progress, books.run, "token")
