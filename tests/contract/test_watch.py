"""The watch: runs that stand still, replicas that fall behind."""

from datetime import UTC, datetime, timedelta

import pytest
from ferry.errors import TransientError
from ferry.tasks.lag import Distribution, Lag
from ferry.tasks.models import Counts, Run, RunState
from ferry.tasks.run_ids import real_time_run_id
from ferry.tasks.watch import Sightings, Watch, Watched

from tests.support.builders import NOON, RUN_ID, run_of, task
from tests.support.runs import noted_endings, open_books, shard

TOLD = {"alerts": {"email": "a@example.com", "lag_seconds": 60}}
REAL_TIME = {"real_time": {"secrets": [{"nonce": "0" * 32}]}}
STALLED = Watched(stalled_runs=1)


@pytest.fixture
def books(table):
    return open_books(table, run_of(task(**TOLD)))


@pytest.fixture
def noted(books):
    return noted_endings(books.progress)


@pytest.fixture
def watch(noted, table):
    return Watch(noted.endings, Sightings(table))


def look(watch, minutes):
    return watch.look(NOON + timedelta(minutes=minutes))


def subjects(noted):
    return [subject for _, subject, _ in noted.topics.sent]


def test_a_run_that_does_not_move_for_a_quarter_of_an_hour_stands_still_and_is_told_of_once(watch, noted):
    seen = [look(watch, minutes) for minutes in (0, 5, 10, 15, 20)]

    assert seen == [Watched(), Watched(), Watched(), STALLED, STALLED]
    assert subjects(noted) == ["Ferry: a run of photos stands still"]


def test_a_run_that_moves_is_left_alone_however_it_moves(watch, books, noted):
    books.ledger.put_shards(RUN_ID, [shard()])
    moves = [
        lambda: books.ledger.advance_shard(RUN_ID, shard(sequence=1)),
        lambda: books.ledger.close_job(RUN_ID, "0000.0.0", Counts(copied=1), [], NOON),
        lambda: books.ledger.beat(RUN_ID, NOON),
    ]

    look(watch, 0)
    for number, move in enumerate(moves):
        move()
        assert look(watch, 10 + 10 * number) == Watched()
    assert subjects(noted) == []


def test_a_run_that_stands_still_again_is_told_of_again(watch, books, noted):
    look(watch, 0)
    assert look(watch, 15) == STALLED
    books.ledger.close_job(RUN_ID, "0000.0.0", Counts(copied=1), [], NOON)
    assert look(watch, 20) == Watched()
    assert look(watch, 35) == STALLED

    assert len(subjects(noted)) == 2


def test_a_paused_run_does_not_stand_still_and_starts_anew_when_it_is_resumed(watch, books, noted):
    look(watch, 0)
    books.tasks.pause(RUN_ID)
    look(watch, 20)
    books.tasks.resume(books.current())

    assert [look(watch, minutes) for minutes in (40, 45, 55)] == [Watched(), Watched(), STALLED]


def test_a_message_about_a_stalled_run_that_is_not_taken_is_sent_later(watch, noted):
    look(watch, 0)
    noted.topics.error = TransientError("SNS is busy.")
    look(watch, 15)
    noted.topics.error = None
    look(watch, 20)

    assert len(subjects(noted)) == 1


def test_looking_costs_one_query_when_nothing_goes_on(watch, books, monkeypatch):
    books.tasks.end_run(RUN_ID, RunState.SUCCEEDED, NOON)
    look(watch, 0)
    asked = []
    monkeypatch.setattr(books.tasks._table, "query", counting(asked, books.tasks._table.query))
    monkeypatch.setattr(books.tasks._table, "get_item", counting(asked, books.tasks._table.get_item))

    look(watch, 5)

    assert len(asked) == 1


def counting(asked, call):
    def counted(**arguments):
        asked.append(arguments)
        return call(**arguments)

    return counted


class Behind:
    """A task in real time with a limit of a minute, and a watch."""

    def __init__(self, table):
        self.books = open_books(table, run_of(task(**TOLD, **REAL_TIME)))
        self.books.tasks.end_run(RUN_ID, RunState.SUCCEEDED, NOON)
        self.books.tasks.settle_ended(RUN_ID)
        self.noted = noted_endings(self.books.progress)
        self.watch = Watch(self.noted.endings, Sightings(table))
        self.jobs = 0

    def measure(self, now: datetime, *lags: float) -> int:
        """Write replicas that are this far behind, and look; return how many tasks are."""
        run_id = real_time_run_id("photos", now.date())
        self.books.tasks.ensure_real_time_run(self.books.run.task, run_id)
        if lags:
            self.jobs += 1
            lag = Lag(change=Distribution.of(lags))
            self.books.ledger.close_job(run_id, f"job-{self.jobs}", Counts(copied=1), [], now, lag=lag)
        return self.watch.look(now).tasks_behind


def test_replicas_that_fall_behind_are_told_of_once_until_they_have_caught_up(table):
    behind = Behind(table)
    times = [NOON + timedelta(minutes=5 * number) for number in range(8)]
    # The last but two are within the limit but not well below it.
    lags = [(1.0,), (300.0,), (400.0,), (), (55.0,), (10.0,), (), (90.0,)]

    seen = [behind.measure(now, *lag) for now, lag in zip(times, lags, strict=True)]

    assert seen == [0, 1, 1, 1, 1, 0, 0, 1]
    assert subjects(behind.noted) == ["Ferry: replicas of photos are behind"] * 2
    assert "5 min" in behind.noted.topics.sent[0][2]


def test_a_few_slow_replicas_among_many_are_no_lag(table):
    assert Behind(table).measure(NOON, *[1.0] * 96, *[300.0] * 4) == 0


def test_an_episode_goes_on_over_midnight(table):
    behind = Behind(table)
    evening = datetime(2026, 1, 31, 23, 58, tzinfo=UTC)

    assert behind.measure(evening, 300.0) == 1
    assert behind.measure(evening + timedelta(minutes=5), 300.0) == 1
    assert len(subjects(behind.noted)) == 1


def test_a_task_without_a_limit_is_not_looked_at(table):
    books = open_books(table, run_of(task(**REAL_TIME)))
    books.tasks.end_run(RUN_ID, RunState.SUCCEEDED, NOON)
    noted = noted_endings(books.progress)
    run = Run.of_day(books.run.task, NOON.date())
    books.ledger.close_job(run.run_id, "j", Counts(), [], NOON, lag=Lag(change=Distribution.of([900.0])))

    assert Watch(noted.endings, Sightings(table)).look(NOON) == Watched()
    assert subjects(noted) == []
