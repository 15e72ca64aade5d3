"""Stopping, pausing, resuming and retrying runs, on a table."""

from datetime import timedelta
from threading import Barrier

import pytest
from ferry.errors import ConfigurationError, PermanentError
from ferry.finder.chunks import Chunk
from ferry.run_control import close_run, closing_step, seal_run
from ferry.stores.memory import MemorySource
from ferry.tasks.control import RESUMABLE, RunControl
from ferry.tasks.deletes import Deletes
from ferry.tasks.models import Counts, Failure, Found, RunState
from ferry.tasks.store import BusyError

from tests.support.builders import NOON, RUN_ID, run_of, task
from tests.support.runs import MemoryDocuments, noted_endings, open_books, planned, shard, trail_of
from tests.support.threads import together

LATER = NOON + timedelta(minutes=5)
BROKEN = ConfigurationError("The key is disabled.")
FAILED = Failure(key="k", reason="Busy", message="It was busy.")


@pytest.fixture
def books(table):
    return open_books(table)


@pytest.fixture
def control(books):
    return RunControl(books.tasks, books.ledger, books.workflows, "machine", trail_of(books))


def broke_off(books, *, name=RUN_ID, status="ABORTED"):
    """Deliver the event of an execution that was stopped."""
    detail = {"status": status, "name": name, "input": f'{{"task_id": "photos", "run_id": "{RUN_ID}"}}'}
    endings = noted_endings(books.progress).endings
    return close_run(books.progress, books.current(), closing_step(detail), endings)


def fail_one(books, run_id=RUN_ID):
    books.ledger.close_job(run_id, "0000.0.0", Counts(failed=1), [FAILED], NOON)


def test_a_stopped_run_is_over_at_once_and_frees_its_task(books, control):
    stopped = control.stop(RUN_ID, LATER)

    assert (stopped.state, stopped.ended_at, stopped.accepts_work) == (RunState.STOPPED, LATER, False)
    assert books.workflows.stopped == [RUN_ID]
    books.tasks.create_run(run_of(run_id="photos-20260131t120500z"))


@pytest.mark.parametrize("change", ["stop", "pause"])
def test_the_event_of_its_workflow_leaves_a_run_that_a_user_changed_as_it_is(books, control, change):
    changed = control.stop(RUN_ID, LATER) if change == "stop" else control.pause(RUN_ID)

    # The report of one that is over is written then.
    expected = changed.model_copy(update={"has_report": change == "stop"})
    assert broke_off(books) == expected
    assert books.current() == expected


def test_a_paused_run_rests_and_keeps_its_task_busy(books, control):
    paused = control.pause(RUN_ID)

    assert (paused.state, paused.state.is_over, paused.accepts_work) == (RunState.PAUSED, False, False)
    assert books.workflows.stopped == [RUN_ID]
    with pytest.raises(BusyError):
        books.tasks.create_run(run_of(run_id="photos-20260131t120500z"))


def test_a_resumed_run_goes_on_in_another_workflow_each_time(books, control):
    for number in (1, 2):
        control.pause(RUN_ID)
        resumed = control.resume(RUN_ID, LATER)
        assert (resumed.state, resumed.resumes) == (RunState.RUNNING, number)
        assert books.current() == resumed

    assert books.workflows.started == [f"{RUN_ID}-r1", f"{RUN_ID}-r2"]


def test_a_late_event_of_the_workflow_of_before_does_not_end_a_resumed_run(books, control):
    control.pause(RUN_ID)
    resumed = control.resume(RUN_ID, LATER)

    assert broke_off(books) == resumed
    assert broke_off(books, name=f"{RUN_ID}-r1").state is RunState.FAILED


def test_a_resumption_whose_workflow_does_not_start_is_taken_back(books, control):
    control.pause(RUN_ID)

    def refuse(*_, **__):
        raise PermissionError

    books.workflows.start_run = refuse
    with pytest.raises(PermissionError):
        control.resume(RUN_ID, LATER)

    assert books.current().state is RunState.PAUSED


@pytest.mark.parametrize(
    ("before", "change", "words"),
    [
        ("stop", "stop", "is over \\(stopped\\), it cannot be stopped"),
        ("stop", "pause", "cannot be paused any more"),
        ("stop", "resume", "cannot be resumed any more"),
        ("pause", "pause", "is paused already"),
        ("nothing", "resume", "is not paused"),
        ("nothing", "retry", "is not over"),
        ("pause", "retry", "is not over"),
        ("stop", "retry", "No object failed"),
        ("give up", "pause", "about to fail: The key is disabled."),
    ],
)
def test_what_cannot_be_done_to_a_run_is_said(books, control, before, change, words):
    steps = {
        "stop": lambda: control.stop(RUN_ID, LATER),
        "pause": lambda: control.pause(RUN_ID),
        "resume": lambda: control.resume(RUN_ID, LATER),
        "retry": lambda: control.retry(RUN_ID, LATER),
        "give up": lambda: books.progress.give_up(RUN_ID, BROKEN),
        "nothing": lambda: None,
    }
    steps[before]()
    as_it_was = books.current()

    with pytest.raises(PermanentError, match=words):
        steps[change]()

    assert books.current() == as_it_was


def test_a_run_that_rested_too_long_is_not_resumed(control):
    control.pause(RUN_ID)

    with pytest.raises(PermanentError, match="older than 14 days"):
        control.resume(RUN_ID, NOON + RESUMABLE + timedelta(seconds=1))

    assert control.stop(RUN_ID, LATER).state is RunState.STOPPED


def test_the_steps_of_a_paused_run_do_nothing(books, control):
    control.pause(RUN_ID)

    with pytest.raises(PermanentError, match="The run is paused"):
        planned(books)
    with pytest.raises(PermanentError, match="The run is paused"):
        seal_run(books.progress, books.run, "token")
    books.progress.give_up(RUN_ID, BROKEN)
    books.progress.close_run(RUN_ID, None)

    assert (books.current().state, books.current().reason) == (RunState.PAUSED, None)


def test_of_everything_that_happens_to_a_run_at_once_one_thing_wins(books, control):
    barrier = Barrier(6)

    def act(number):
        barrier.wait()
        try:
            match number % 3:
                case 0:
                    return control.stop(RUN_ID, LATER).state
                case 1:
                    return control.pause(RUN_ID).state
                case _:
                    return books.progress.close_run(RUN_ID, None).state
        except PermanentError:
            return None

    together(act, range(6))

    run = books.current()
    assert run.state in {RunState.STOPPED, RunState.PAUSED, RunState.SUCCEEDED}
    if run.state.is_over:
        books.tasks.create_run(run_of(run_id="photos-20260131t120500z"))
    else:
        assert control.stop(RUN_ID, LATER).state is RunState.STOPPED


def test_of_two_resumptions_one_starts_a_workflow(books, control):
    control.pause(RUN_ID)
    barrier = Barrier(4)

    def resume(_number):
        barrier.wait()
        try:
            return control.resume(RUN_ID, LATER)
        except PermanentError:
            return None

    assert len([run for run in together(resume, range(4)) if run]) == 1
    assert books.workflows.started == [f"{RUN_ID}-r1"]


def test_a_retry_is_a_run_of_its_own_that_looks_at_the_failures_with_one_finder(books, control):
    fail_one(books)
    books.progress.close_run(RUN_ID, None)

    retry = control.retry(RUN_ID, LATER)
    ids = planned(books, run=retry)

    assert (retry.retry_of, retry.run_id, ids) == (RUN_ID, "photos-20260131t120500z", ["0000"])
    assert books.workflows.started == [retry.run_id]


def test_a_retry_waits_for_another_run_of_its_task(books, control):
    fail_one(books)
    books.progress.close_run(RUN_ID, None)
    books.tasks.create_run(run_of(run_id="photos-20260131t120100z"))

    with pytest.raises(BusyError, match="a run that is not over"):
        control.retry(RUN_ID, LATER)


def test_a_task_that_copies_something_else_by_now_is_not_retried(books, control):
    fail_one(books)
    books.progress.close_run(RUN_ID, None)
    books.tasks.delete_task("photos")
    books.tasks.create_task(task(source={"prefix": "other/"}))

    with pytest.raises(PermanentError, match="copies something else by now"):
        control.retry(RUN_ID, LATER)


def test_a_late_finder_keeps_a_shard_from_being_split_under_it(books):
    source = MemorySource()
    for number in range(1500):
        source.write(f"{number:04}", b"")
    books.ledger.put_shards(RUN_ID, [shard(sequence=3)])
    documents = MemoryDocuments()
    documents.write_once(f"runs/{RUN_ID}/manifests/0000/00000003.json", b"recorded by a late finder")

    assert planned(books, source, documents=documents) == ["0000"]


def test_a_shard_that_is_split_leaves_no_place_for_a_late_finders_chunk(books):
    source = MemorySource()
    for number in range(1500):
        source.write(f"{number:04}", b"")
    books.ledger.put_shards(RUN_ID, [shard(sequence=3)])
    documents = MemoryDocuments()

    assert len(planned(books, source, documents=documents)) > 1

    (taken,) = documents.kept.values()
    chunk = Chunk.model_validate_json(taken)
    assert (chunk.sequence, chunk.exhausted, chunk.jobs, chunk.found) == (3, False, (), Found())


@pytest.mark.parametrize(
    ("max_delete", "jobs_planned", "state"),
    [("4", 7, RunState.SUCCEEDED), ("3", 5, RunState.COMPLETED_WITH_FAILURES)],
)
def test_a_run_waits_for_deletes_only_if_they_are_made_and_says_why_not(
    table, max_delete, jobs_planned, state
):
    run = run_of(task(deletes=Deletes(max_delete=max_delete)))
    books = open_books(table, run)
    found = Found(jobs=5, extra=4, replicas=9, delete_jobs=2)
    books.ledger.put_shards(RUN_ID, [shard(exhausted=True, found=found)])

    seal_run(books.progress, run, "token")
    ended = books.progress.close_run(RUN_ID, None)

    assert (ended.jobs_planned, ended.state, ended.reason) == (jobs_planned, state, None)
    assert (ended.deletes_refused is None) == (state is RunState.SUCCEEDED)
