"""What follows the ends of runs: reports and messages, whatever is cut off."""

import json
from datetime import timedelta

import pytest
from ferry.errors import PermanentError, TransientError
from ferry.run_control import close_run
from ferry.tasks.control import RunControl
from ferry.tasks.models import Counts, Failure, RunState
from ferry.tasks.watch import Sightings, Watch

from tests.support.builders import NOON, RUN_ID, run_of, task
from tests.support.runs import noted_endings, open_books, trail_of

WEBHOOK = "https://hooks.example.com/secret"
TOLD = task(alerts={"email": "a@example.com", "webhook": WEBHOOK})
REPORTS = {f"reports/{RUN_ID}.csv", f"reports/{RUN_ID}.json"}
CLOSE = {"action": "close", "run_id": RUN_ID, "task_id": "photos"}


@pytest.fixture
def books(table):
    return open_books(table, run_of(TOLD))


@pytest.fixture
def noted(books):
    return noted_endings(books.progress, "https://portal.example.com")


@pytest.fixture
def watch(noted, table):
    return Watch(noted.endings, Sightings(table))


def close(books, noted, **step):
    return close_run(books.progress, books.current(), CLOSE | step, noted.endings)


def ended_runs(books):
    return books.tasks.get_affairs("photos").ended_runs


def fail_one(books):
    failure = Failure(key="=k", reason="Busy", message="It was busy.")
    books.ledger.close_job(RUN_ID, "0000.0.0", Counts(copied=2, failed=1), [failure], NOON)


def test_a_run_that_ends_has_a_report_and_people_are_told_once(books, noted):
    fail_one(books)

    ended = close(books, noted)
    again = close(books, noted)

    assert (ended.state, ended.has_report) == (RunState.COMPLETED_WITH_FAILURES, True)
    assert again == ended == books.current()
    assert set(noted.documents.kept) == REPORTS
    report = json.loads(noted.documents.kept[f"reports/{RUN_ID}.json"])
    assert (report["state"], report["counts"]["failed"], report["failures"][0]["key"]) == (
        "completed_with_failures",
        1,
        "=k",
    )
    assert report["ended_at"] == ended.ended_at.isoformat()
    ((task_id, subject, text),) = noted.topics.sent
    assert (task_id, subject) == ("photos", "Ferry: a run of photos completed with failures, 1 failed")
    assert f"https://portal.example.com/#/runs/{RUN_ID}" in text
    ((url, message),) = noted.webhook.posted
    assert (url, message["event"], message["facts"]["counts"]["copied"]) == (WEBHOOK, "run_ended", 2)
    assert ended_runs(books) == frozenset()


def test_the_report_is_there_before_the_run_is_over(books, noted):
    seen = []
    write = noted.documents.write

    def note_state(*arguments):
        seen.append(books.current().state)
        write(*arguments)

    noted.documents.write = note_state
    close(books, noted)

    assert seen == [RunState.RUNNING, RunState.RUNNING]


@pytest.mark.parametrize("paused", [False, True])
def test_a_run_that_a_user_stops_is_reported_and_told_of(books, noted, watch, paused):
    control = RunControl(books.tasks, books.ledger, books.workflows, "machine", trail_of(books))
    if paused:
        control.pause(RUN_ID)
    control.stop(RUN_ID, NOON)

    assert ended_runs(books) == {RUN_ID}
    if paused:
        # No workflow is left whose end would tell; the watch finds it.
        watch.look(NOON + timedelta(minutes=4))
    else:
        close(books, noted, workflow=RUN_ID, error={"Error": "ABORTED", "Cause": "Stopped."})

    assert set(noted.documents.kept) == REPORTS
    assert [subject for _, subject, _ in noted.topics.sent] == ["Ferry: a run of photos was stopped"]
    assert books.current().has_report
    assert ended_runs(books) == frozenset()


def test_a_paused_run_is_neither_reported_nor_told_of(books, noted):
    books.tasks.pause(RUN_ID)

    assert close(books, noted, error={"Error": "ABORTED"}).state is RunState.PAUSED
    assert (noted.documents.kept, noted.topics.sent) == ({}, [])


def test_a_report_that_cannot_be_written_does_not_keep_a_run_from_ending(books, noted, watch):
    noted.documents.refuses = True
    ended = close(books, noted)
    assert (ended.state, ended.has_report, noted.topics.sent) == (RunState.SUCCEEDED, False, [])

    watch.look(ended.ended_at + timedelta(minutes=5))
    assert noted.topics.sent == []
    noted.documents.refuses = False
    watch.look(ended.ended_at + timedelta(minutes=10))
    watch.look(ended.ended_at + timedelta(minutes=15))

    assert set(noted.documents.kept) == REPORTS
    assert len(noted.topics.sent) == len(noted.webhook.posted) == 1
    assert books.current().has_report


def test_after_an_hour_people_are_told_without_a_report(books, noted, watch):
    noted.documents.refuses = True
    ended = close(books, noted)

    watch.look(ended.ended_at + timedelta(hours=1))
    watch.look(ended.ended_at + timedelta(hours=1, minutes=5))

    assert len(noted.topics.sent) == 1
    assert not books.current().has_report


def test_a_message_that_is_not_taken_now_is_sent_again_and_posted_once(books, noted, watch):
    noted.topics.error = TransientError("SNS is busy.")
    ended = close(books, noted)
    assert (ended.state, noted.webhook.posted, len(noted.undelivered)) == (RunState.SUCCEEDED, [], 1)

    noted.topics.error = None
    for minutes in (5, 10):
        watch.look(ended.ended_at + timedelta(minutes=minutes))

    assert len(noted.topics.sent) == len(noted.webhook.posted) == 1


@pytest.mark.parametrize("error", [PermanentError("refused"), TransientError("unreachable")])
def test_a_webhook_that_does_not_work_keeps_nothing_from_its_end(books, noted, error):
    noted.webhook.error = error

    ended = close(books, noted)

    assert ended.state is RunState.SUCCEEDED
    assert (len(noted.topics.sent), len(noted.undelivered)) == (1, 1)
    assert ended_runs(books) == frozenset()


def test_a_topic_that_was_deleted_is_given_up_and_the_webhook_told(books, noted):
    noted.topics.error = PermanentError("There is no such topic.")

    close(books, noted)

    assert len(noted.webhook.posted) == 1
    assert ended_runs(books) == frozenset()


def test_a_dry_run_is_reported_and_nobody_is_told(table):
    books = open_books(table, run_of(TOLD, dry_run=True))
    noted = noted_endings(books.progress)

    close(books, noted)

    assert set(noted.documents.kept) == REPORTS
    assert (noted.topics.sent, noted.webhook.posted) == ([], [])


def test_whoever_is_to_be_told_now_is_told(books, noted):
    books.tasks.replace_task(TOLD, TOLD.model_copy(update={"alerts": None}))

    close(books, noted)

    assert (noted.topics.sent, noted.webhook.posted) == ([], [])
    assert ended_runs(books) == frozenset()


def test_a_run_whose_task_was_deleted_is_left_alone(books, noted, watch):
    books.tasks.end_run(RUN_ID, RunState.FAILED, NOON)
    books.tasks.delete_task("photos")

    assert close(books, noted).state is RunState.FAILED
    watch.look(NOON)
    assert noted.topics.sent == []


def test_a_run_whose_failures_are_not_known_any_more_cannot_be_taken_up(books, noted):
    books.ledger.close_job(RUN_ID, "0000.0.0", Counts(failed=1), [], NOON)
    close(books, noted)
    control = RunControl(books.tasks, books.ledger, books.workflows, "machine", trail_of(books))

    with pytest.raises(PermanentError, match="so old that what failed in it is not known any more"):
        control.retry(RUN_ID, NOON + timedelta(days=400))
