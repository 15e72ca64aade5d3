import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from ferry.errors import TransientError
from ferry.jobs import ChangedObject, EventJob
from ferry.outcome import Outcome, Result
from ferry.tasks.current import RealTimeTasks
from ferry.tasks.models import Task
from ferry.tasks.real_time import RealTime, SenderSecret
from ferry.transfer.event_runner import EventRunner
from ferry.transfer.follower import Followed, Large

from tests.support.builders import described, task
from tests.support.runs import NotedWorkflows

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
FOLLOWING = task(real_time=RealTime(secrets=(SenderSecret(nonce="0" * 32),)))
FAILED = Outcome("a", Result.FAILED, reason="Busy", message="busy", is_transient=True)


@dataclass
class Account:
    """The ledger, the runs and the progress of a real-time run, in memory."""

    closed: dict[str, list[Outcome]] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)
    lags: dict = field(default_factory=dict)

    @property
    def tasks(self):
        return self

    @property
    def ledger(self):
        return self

    def ensure_real_time_run(self, _task: Task, run_id: str) -> None:
        self.runs.add(run_id)

    def is_closed(self, _run_id: str, job_id: str) -> bool:
        return job_id in self.closed

    def close_job(self, _run_id, job_id, outcomes, *, attempts, lag):
        self.closed.setdefault(job_id, outcomes)
        self.lags[job_id] = lag


@dataclass
class Queue:
    sent: list[tuple[EventJob, int]] = field(default_factory=list)

    def send(self, jobs, *, delay_seconds=0):
        self.sent += [(job, delay_seconds) for job in jobs]


@dataclass
class Bench:
    """A runner whose follower says what it is told to say."""

    ends: dict[str, object]
    tasks: list[Task] = field(default_factory=lambda: [FOLLOWING])
    account: Account = field(default_factory=Account)
    queue: Queue = field(default_factory=Queue)
    workflows: NotedWorkflows = field(default_factory=NotedWorkflows)
    read_again: list[bool] = field(default_factory=list)

    async def follow_all(self, changes, *, seconds):
        return [self.followed(change) for change in changes]

    def followed(self, change):
        match self.ends[change.key]:
            case Outcome() as outcome:
                return Followed(change, NOW, outcome=outcome)
            case Large() as large:
                return Followed(change, NOW, large=large)
            case seconds:
                return Followed(change, NOW, later_seconds=seconds)

    def run(self, job, *, deliveries=1):
        tasks = RealTimeTasks(lambda: self.tasks)
        if self.read_again:
            tasks.read_again = self.read_again.pop
        runner = EventRunner(
            tasks,
            self.account,
            self.workflows,
            self.queue,
            lambda _task, _run_id: self,
            large_object_state_machine_arn="arn:large",
            max_deliveries=5,
        )
        return asyncio.run(runner.run(job, deliveries=deliveries, seconds=60))


def job(*keys, **fields):
    received = NOW - timedelta(seconds=2)
    described = {
        "task_id": "photos",
        "run_id": "photos-20260131-realtime",
        "job_id": "j",
        "received_ms": int(received.timestamp() * 1000),
        "objects": tuple(
            ChangedObject(key=key, changed_ms=int((NOW - timedelta(seconds=4)).timestamp() * 1000))
            for key in keys
        ),
    }
    return EventJob.model_validate({**described, **fields})


def copied(key):
    return Outcome(key, Result.COPIED, size=1)


def test_a_job_is_closed_in_the_run_of_its_day_with_how_far_behind_it_was():
    bench = Bench({"a": copied("a"), "b": Outcome("b", Result.CURRENT)})

    outcomes, lag = bench.run(job("a", "b"))

    assert outcomes == bench.account.closed["j"] == [copied("a"), Outcome("b", Result.CURRENT)]
    assert bench.account.runs == {"photos-20260131-realtime"}
    assert (lag.change.total, lag.notification.total) == (1, 1)
    assert lag.change.quantile(1) == pytest.approx(4, rel=0.05)
    assert lag.notification.quantile(1) == pytest.approx(2, rel=0.05)


def test_while_an_object_may_succeed_later_the_job_stays_open():
    bench = Bench({"a": FAILED, "b": copied("b")})

    with pytest.raises(TransientError, match="1 of 2 objects failed for now, such as: busy"):
        bench.run(job("a", "b"), deliveries=4)

    assert bench.account.closed == {}


def test_the_last_delivery_closes_the_job_with_its_failures():
    bench = Bench({"a": FAILED})

    bench.run(job("a"), deliveries=5)

    assert bench.account.closed["j"] == [FAILED]


def test_what_is_to_be_looked_at_later_becomes_a_job_of_its_own_that_keeps_its_name():
    bench = Bench({"a": copied("a"), "b": 2.5, "c": 4.2})

    bench.run(job("a", "b", "c"))
    (again, seconds), *_ = bench.queue.sent
    bench.run(again)

    assert bench.account.closed == {"j": [copied("a")]}
    assert ([item.key for item in again.objects], seconds) == (["b", "c"], 5)
    assert [sent.job_id for sent, _ in bench.queue.sent] == ["j~1", "j~2"]
    assert {sent.received_ms for sent, _ in bench.queue.sent} == {job("a").received_ms}


def test_a_large_object_gets_one_workflow_per_version_however_often_it_is_told_about():
    first, second = described("a", etag="E"), described("a", etag="E", last_modified=NOW)
    for source in (first, first, second):
        bench = Bench({"a": Large(source, "R")})
        bench.run(job("a", job_id="x"))
        bench.run(job("a", job_id="y"))

        ids = {started["job_id"] for started in bench.workflows.large_objects}
        assert len(ids) == 1
        assert bench.account.closed == {}
    assert bench.workflows.large_objects[0]["replica_etag"] == "R"


def test_the_same_content_written_again_is_another_version():
    versions = [described("a", etag="E"), described("a", etag="E", last_modified=NOW + timedelta(days=1))]
    started = []
    for source in versions:
        bench = Bench({"a": Large(source, None)})
        bench.run(job("a"))
        started += bench.workflows.large_objects

    assert len({one["job_id"] for one in started}) == 2


def test_a_large_object_whose_copy_ended_and_is_told_about_again_is_copied_again():
    bench = Bench({"a": Large(described("a"), None)})
    bench.run(job("a"))
    (first,) = bench.workflows.large_objects
    bench.account.closed[first["job_id"]] = []

    bench.run(job("a"))

    assert [one["job_id"][-2:] for one in bench.workflows.large_objects] == ["-1", "-2"]


def test_a_job_that_nobody_wants_any_more_does_nothing():
    bench = Bench({"a": copied("a")}, tasks=[task()], read_again=[True])

    assert bench.run(job("a"))[0] == []
    assert bench.account.closed == {}


def test_a_job_of_a_task_that_was_set_up_a_moment_ago_comes_again():
    bench = Bench({"a": copied("a")}, tasks=[task()], read_again=[False])

    with pytest.raises(TransientError, match="a moment ago"):
        bench.run(job("a"))


def test_a_closed_job_is_looked_at_again_and_counted_once():
    bench = Bench({"a": copied("a")})
    bench.account.closed["j"] = []

    assert bench.run(job("a"), deliveries=2)[0] == [copied("a")]
    assert bench.account.closed == {"j": []}
