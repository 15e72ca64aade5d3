"""What people are told about a task."""

from datetime import timedelta

import pytest
from ferry.tasks.messages import replicas_behind, run_ended, run_stalled
from ferry.tasks.models import Counts, Found, RunState
from ferry.tasks.reports import RunSummary

from tests.support.builders import NOON, RUN_ID, run_of, task

LONG = "a" * 40


def ended(state=RunState.SUCCEEDED, counts=None, of=None, **fields):
    run = run_of(of, state=state, ended_at=NOON + timedelta(hours=2, minutes=3), **fields)
    return RunSummary(run=run, found=Found(current=10), counts=counts or Counts(copied=1234, size=5 * 2**30))


def test_a_message_about_a_run_says_what_it_came_to():
    message = run_ended(ended(), "https://portal.example.com/")

    assert message.subject == "Ferry: a run of photos succeeded"
    for words in (
        "oss://photos-source/",
        "s3://photos-replica/",
        "after 2 h 3 min",
        "Copied: 1,234 objects, 5.0 GiB",
        "Already current: 10 objects",
        f"https://portal.example.com/#/runs/{RUN_ID}",
    ):
        assert words in message.text
    assert (message.event, message.facts["state"]) == ("run_ended", "succeeded")
    assert "task" not in message.facts


def test_a_message_without_a_console_has_no_link():
    assert "/#/" not in run_ended(ended(), "").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState.FAILED, "failed"),
        (RunState.STOPPED, "was stopped"),
        (RunState.COMPLETED_WITH_FAILURES, "completed with failures, 3 failed"),
    ],
)
def test_a_message_says_how_a_run_ended_and_what_to_do(state, words):
    message = run_ended(ended(state, Counts(failed=3), reason="The key is disabled."), "")

    assert words in message.subject
    assert "Reason: The key is disabled." in message.text
    assert f"ferry run retry {RUN_ID}" in message.text


def test_subjects_fit_into_an_e_mail_whatever_the_task():
    many = Counts(failed=10**12)
    messages = [
        run_ended(ended(RunState.COMPLETED_WITH_FAILURES, many, of=task(LONG)), ""),
        run_stalled(run_of(task(LONG)), moved_at=NOON, now=NOON, portal_url=""),
        replicas_behind(task(LONG), lag_seconds=1e9, run_id="r", portal_url=""),
    ]

    for message in messages:
        assert len(message.subject) <= 100
        assert message.subject.isascii()
        assert message.subject.isprintable()


def test_a_message_about_a_stalled_run_says_since_when():
    message = run_stalled(
        run_of(), moved_at=NOON, now=NOON + timedelta(minutes=17), portal_url="https://p.example"
    )

    assert "has not moved for 17 minutes" in message.text
    assert f"https://p.example/#/runs/{RUN_ID}" in message.text


def test_a_message_about_lag_says_how_much_and_what_is_allowed():
    told = task(alerts={"email": "a@example.com", "lag_seconds": 90})

    message = replicas_behind(told, lag_seconds=725, run_id="photos-20260131-realtime", portal_url="")

    assert "12 min 5 s behind" in message.text
    assert "allows 1 min 30 s" in message.text
