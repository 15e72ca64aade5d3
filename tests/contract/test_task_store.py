"""Tasks and runs in a table."""

from datetime import timedelta
from threading import Barrier

import pytest
from ferry.errors import ConfigurationError
from ferry.tasks.models import Run, RunState
from ferry.tasks.run_ids import real_time_run_id
from ferry.tasks.store import BusyError, NotFoundError, TaskStore

from tests.support.builders import NOON, run_of, task
from tests.support.threads import together


@pytest.fixture
def store(table):
    return TaskStore(table)


def started(store, task_id="photos", after=timedelta()):
    """Start a run of a task some time after noon."""
    run = Run.start(store.get_task(task_id), NOON + after)
    store.create_run(run)
    return run


def test_a_task_is_kept_as_it_was_given(store):
    given = task(source={"prefix": "2026/日本/"}, destination={"storage_class": "GLACIER_IR"})

    store.create_task(given)

    assert store.get_task("photos") == given


def test_tasks_are_listed_by_their_ids(store):
    for task_id in ("logs", "archive", "photos"):
        store.create_task(task(task_id))

    assert [listed.task_id for listed in store.list_tasks()] == ["archive", "logs", "photos"]


def test_an_id_that_is_taken_is_refused(store):
    store.create_task(task())

    with pytest.raises(BusyError, match="a task 'photos' already"):
        store.create_task(task(keep_prefix=True))

    assert store.get_task("photos") == task()


def test_a_missing_task_is_named(store):
    with pytest.raises(NotFoundError, match="no task 'photos'"):
        store.get_task("photos")
    with pytest.raises(NotFoundError, match="no task 'photos'"):
        store.delete_task("photos")
    with pytest.raises(NotFoundError, match="no task 'photos'"):
        store.create_run(run_of())


def test_a_run_is_kept_with_its_task_as_it_was(store):
    store.create_task(task())
    run = run_of(dry_run=True)

    store.create_run(run)

    assert store.get_run(run.run_id) == run


@pytest.mark.parametrize("run_id", ["photos-20260131t120000z", "logs-20260131t120000z"])
def test_a_missing_run_is_named(store, run_id):
    with pytest.raises(NotFoundError, match=run_id):
        store.get_run(run_id)


def test_a_text_that_is_not_the_id_of_a_run_is_refused(store):
    with pytest.raises(ConfigurationError, match="TASK-20260131t235959z"):
        store.get_run("photos")


def test_a_task_has_one_active_run_at_a_time(store):
    store.create_task(task())
    first = started(store)

    with pytest.raises(BusyError, match="a run that is not over"):
        started(store, after=timedelta(seconds=1))
    store.end_run(first.run_id, RunState.SUCCEEDED, NOON)
    second = started(store, after=timedelta(seconds=2))

    assert [run.run_id for run in store.list_runs("photos")] == [second.run_id, first.run_id]


def test_of_many_that_start_a_run_at_once_one_does(store):
    store.create_task(task())
    barrier = Barrier(8)

    def start(number):
        barrier.wait()
        try:
            return started(store, after=timedelta(seconds=number)).run_id
        except BusyError:
            return None

    begun = [run_id for run_id in together(start, range(8)) if run_id]

    assert [run.run_id for run in store.list_runs("photos")] == begun
    assert len(begun) == 1


def test_a_task_with_an_active_run_is_not_deleted(store):
    store.create_task(task())
    run = started(store)

    with pytest.raises(BusyError, match="not over"):
        store.delete_task("photos")
    store.end_run(run.run_id, RunState.FAILED, NOON)
    store.delete_task("photos")

    assert list(store.list_tasks()) == []
    assert store.get_run(run.run_id).task == task()


def test_a_run_ends_once(store):
    store.create_task(task())
    run = started(store)

    first = store.end_run(run.run_id, RunState.FAILED, NOON)
    second = store.end_run(run.run_id, RunState.SUCCEEDED, NOON + timedelta(hours=1))

    assert (first.state, first.ended_at) == (RunState.FAILED, NOON)
    assert second == first


def test_ending_an_old_run_again_leaves_the_active_one_alone(store):
    store.create_task(task())
    old = started(store)
    store.end_run(old.run_id, RunState.SUCCEEDED, NOON)
    started(store, after=timedelta(seconds=1))

    store.end_run(old.run_id, RunState.SUCCEEDED, NOON)

    with pytest.raises(BusyError):
        started(store, after=timedelta(seconds=2))


def test_the_first_reason_of_a_run_stays(store):
    store.create_task(task())
    run = started(store)

    store.record_reason(run.run_id, "The key is disabled.")
    store.record_reason(run.run_id, "The workflow failed.")

    assert store.get_run(run.run_id).reason == "The key is disabled."


def test_nothing_changes_a_run_that_is_over(store):
    store.create_task(task())
    run = started(store)
    ended = store.end_run(run.run_id, RunState.SUCCEEDED, NOON)

    store.mark_running(run.run_id)
    store.seal(run.run_id, jobs_planned=5, task_token="token")
    store.record_reason(run.run_id, "Too late.")

    assert store.get_run(run.run_id) == ended


def test_a_sealed_run_knows_its_jobs_and_who_waits(store):
    store.create_task(task())
    run = started(store)

    store.mark_running(run.run_id)
    store.seal(run.run_id, jobs_planned=5, task_token="token")

    sealed = store.get_run(run.run_id)
    assert (sealed.state, sealed.jobs_planned, sealed.task_token) == (RunState.RUNNING, 5, "token")


def test_runs_of_many_pages_are_all_listed(store):
    padding = "x" * 300_000
    store.create_task(task(source={"secret": padding}))
    for number in range(8):
        run = started(store, after=timedelta(seconds=number))
        store.end_run(run.run_id, RunState.SUCCEEDED, NOON)

    assert len(list(store.list_runs("photos"))) == 8


def test_runs_of_a_task_whose_name_begins_alike_are_kept_apart(store):
    for task_id in ("photos", "photos-2"):
        store.create_task(task(task_id))
        started(store, task_id)

    assert [run.task.task_id for run in store.list_runs("photos")] == ["photos"]
    assert [run.task.task_id for run in store.list_runs("photos-2")] == ["photos-2"]


def test_the_last_pass_is_known_without_looking_at_days_of_notifications(store, monkeypatch):
    store.create_task(task())
    before = store.last_pass("photos")
    first = started(store)
    store.end_run(first.run_id, RunState.SUCCEEDED, NOON)
    second = started(store, after=timedelta(hours=1))
    for day in range(1, 40):
        store.ensure_real_time_run(task(), real_time_run_id("photos", (NOON + timedelta(days=day)).date()))
    monkeypatch.setattr(store._table, "query", None)

    last = store.last_pass("photos")

    assert (before, last, store.last_pass("nothing")) == (None, second, None)
