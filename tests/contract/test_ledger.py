"""The account of a run in a table."""

from datetime import timedelta
from threading import Barrier

import pytest
from ferry.errors import TransientError
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Failure, Found
from ferry.tasks.paging import InvalidCursorError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.aws import unique_name
from tests.support.builders import NOON, RUN_ID
from tests.support.runs import shard
from tests.support.threads import together

ONE = Counts(copied=3, current=2, gone=1, failed=1, size=300)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
def ledger(table):
    return Ledger(table)


def close(ledger, job_id, counts=ONE, failures=(), now=NOON, run_id=RUN_ID):
    return ledger.close_job(run_id, job_id, counts, failures, now)


def test_a_job_is_closed_once_and_counted_once(ledger):
    first = close(ledger, "0000.0.0")
    second = close(ledger, "0000.0.0", Counts(copied=100))

    assert (first, second) == (True, False)
    assert ledger.counts(RUN_ID) == ONE.model_copy(update={"jobs": 1})


def test_a_job_is_known_to_be_closed(ledger):
    close(ledger, "0000.0.0")

    assert ledger.is_closed(RUN_ID, "0000.0.0")
    assert not ledger.is_closed(RUN_ID, "0000.0.1")
    assert not ledger.is_closed("logs-20260131t120000z", "0000.0.0")


def test_nothing_is_counted_before_anything_is_closed(ledger):
    assert ledger.counts(RUN_ID) == Counts()
    assert ledger.found(RUN_ID) == Found()
    assert ledger.minutes(RUN_ID) == {}
    assert list(ledger.list_failures(RUN_ID)) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.builds(Counts, copied=st.integers(0, 9), size=st.integers(0, 2**50))),
        max_size=12,
    )
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_totals_are_those_of_the_first_closing_of_each_job(ledger, closings):
    run_id = unique_name("run")
    expected = {}

    for number, counts in closings:
        closed = close(ledger, f"0000.0.{number}", counts, run_id=run_id)
        assert closed == (number not in expected)
        expected.setdefault(number, counts)

    total = sum(expected.values(), Counts())
    assert ledger.counts(run_id) == total.model_copy(update={"jobs": len(expected)})


def test_counts_are_exact_when_many_close_at_once_and_every_job_twice(ledger):
    barrier = Barrier(24)

    def close_one(number):
        barrier.wait()
        return close(ledger, f"0000.0.{number % 12}")

    closed = together(close_one, range(24))

    assert sum(closed) == 12
    assert ledger.counts(RUN_ID) == Counts(**{name: 12 * value for name, value in ONE}).model_copy(
        update={"jobs": 12}
    )


def test_every_minute_has_what_was_closed_in_it(ledger):
    for number in range(20):
        close(ledger, f"0000.0.{number}", now=NOON + timedelta(seconds=number))
    close(ledger, "0000.1.0", now=LATER)

    minutes = ledger.minutes(RUN_ID)

    assert list(minutes) == ["2026-01-31T12:00", "2026-01-31T12:01"]
    assert [counts.jobs for counts in minutes.values()] == [20, 1]
    assert sum(minutes.values(), Counts()) == ledger.counts(RUN_ID)


def test_failures_are_kept_for_every_key_with_their_reasons(ledger):
    failures = [
        Failure(key=key, reason="Archived", message="It is archived.", attempts=2)
        for key in ("a", "b/😀", "k" * 1023)
    ]

    close(ledger, "0000.0.0", failures=failures)

    assert sorted(ledger.list_failures(RUN_ID), key=lambda failure: failure.key) == failures


def test_many_failures_of_one_job_are_all_kept(ledger):
    failures = [Failure(key=f"k{number}", reason="R", message="m" * 1000) for number in range(600)]

    close(ledger, "0000.0.0", Counts(failed=600), failures)

    assert {failure.key for failure in ledger.list_failures(RUN_ID)} == {failure.key for failure in failures}


def test_finished_jobs_and_details_expire_and_totals_do_not(table):
    ledger = Ledger(table, keep=timedelta(days=365))

    close(ledger, "0000.0.0", failures=[Failure(key="k", reason="R", message="m")])
    close(ledger, "0000.0.1")

    kept = {item["sk"].split("#")[0]: item.get("expires_at") for item in table.scan()["Items"]}
    days = {
        kind: None if end is None else (int(end) - NOON.timestamp()) / 86400 for kind, end in kept.items()
    }
    assert days == {"JOB": 30, "FAILURE": 365, "MINUTE": 365, "COUNT": None}
    assert sum(ledger.minutes(RUN_ID).values(), Counts()) == ledger.counts(RUN_ID)


def test_an_account_is_another_one_whenever_the_run_has_moved(ledger):
    ledger.put_shards(RUN_ID, [shard()])
    seen = [ledger.account(RUN_ID)]

    ledger.advance_shard(RUN_ID, shard(sequence=1, checkpoint="k"))
    seen.append(ledger.account(RUN_ID))
    close(ledger, "0000.0.0")
    seen.append(ledger.account(RUN_ID))
    ledger.beat(RUN_ID, NOON)
    seen.append(ledger.account(RUN_ID))

    assert len(set(seen)) == 4
    assert ledger.account(RUN_ID) == seen[-1]


def test_shards_are_kept_in_order(ledger):
    shards = [shard(number, after=f"{number}", checkpoint=f"{number}") for number in range(32)]

    ledger.put_shards(RUN_ID, reversed(shards))

    assert list(ledger.list_shards(RUN_ID)) == shards
    assert ledger.get_shard(RUN_ID, "0007") == shards[7]


def test_the_first_shards_are_planned_once_and_whole(ledger):
    ledger.put_shards(RUN_ID, [shard(0, until="m"), shard(1, after="m")])

    with pytest.raises(TransientError):
        ledger.put_shards(RUN_ID, [shard(number, after=f"{number}") for number in range(4)])

    assert list(ledger.list_shards(RUN_ID)) == [shard(0, until="m"), shard(1, after="m")]


def test_a_shard_advances_one_chunk_at_a_time(ledger):
    ledger.put_shards(RUN_ID, [shard()])
    first = shard(sequence=1, checkpoint="c", found=Found(objects=3, jobs=1))
    second = first.model_copy(update={"sequence": 2, "checkpoint": "f", "exhausted": True})

    ledger.advance_shard(RUN_ID, first)
    ledger.advance_shard(RUN_ID, second)

    assert ledger.get_shard(RUN_ID, "0000") == second
    assert ledger.found(RUN_ID) == first.found


def test_of_two_finders_of_one_shard_one_advances_it(ledger):
    ledger.put_shards(RUN_ID, [shard()])
    barrier = Barrier(6)

    def advance(number):
        barrier.wait()
        try:
            ledger.advance_shard(RUN_ID, shard(sequence=1, checkpoint=f"{number}"))
        except TransientError:
            return None
        return f"{number}"

    winners = [checkpoint for checkpoint in together(advance, range(6)) if checkpoint]

    assert winners == [ledger.get_shard(RUN_ID, "0000").checkpoint]


@pytest.mark.parametrize("sequence", [0, 2, 3])
def test_a_shard_skips_and_repeats_no_chunk(ledger, sequence):
    ledger.put_shards(RUN_ID, [shard()])

    with pytest.raises(TransientError, match="another finder"):
        ledger.advance_shard(RUN_ID, shard(sequence=sequence))


def test_a_split_ends_a_shard_where_it_is_and_adds_its_parts(ledger):
    found = Found(objects=5, jobs=1)
    moved = shard(sequence=1, checkpoint="c", found=found)
    parts = [shard(1, after="c", checkpoint="c", until="m"), shard(2, after="m", checkpoint="m")]
    ledger.put_shards(RUN_ID, [shard()])
    ledger.advance_shard(RUN_ID, moved)

    ledger.split_shard(RUN_ID, moved, parts)

    whole, *rest = ledger.list_shards(RUN_ID)
    assert (whole.until, whole.exhausted, whole.sequence, whole.found) == ("c", True, 2, found)
    assert rest == parts
    assert ledger.found(RUN_ID) == found


def test_a_shard_that_moved_is_not_split(ledger):
    ledger.put_shards(RUN_ID, [shard()])
    ledger.advance_shard(RUN_ID, shard(sequence=1, checkpoint="c"))

    with pytest.raises(TransientError, match="moved while it was being split"):
        ledger.split_shard(RUN_ID, shard(), [shard(1), shard(2, after="m")])

    assert [kept.shard_id for kept in ledger.list_shards(RUN_ID)] == ["0000"]


def test_a_split_replaces_no_shard_that_another_call_made(ledger):
    ledger.put_shards(RUN_ID, [shard(0, until="m"), shard(1, after="m")])

    with pytest.raises(TransientError):
        ledger.split_shard(RUN_ID, shard(0, until="m"), [shard(1, until="c"), shard(2, after="c", until="m")])

    assert list(ledger.list_shards(RUN_ID)) == [shard(0, until="m"), shard(1, after="m")]


def test_a_finder_that_is_late_does_not_advance_a_shard_that_was_split(ledger):
    ledger.put_shards(RUN_ID, [shard()])
    ledger.split_shard(RUN_ID, shard(), [shard(1, until="m"), shard(2, after="m")])

    with pytest.raises(TransientError):
        ledger.advance_shard(RUN_ID, shard(sequence=1, checkpoint="c"))


def test_closing_a_closed_job_again_leaves_its_failures_as_they_are(ledger):
    first = Failure(key="k", reason="Archived", message="It is archived.", attempts=1)
    ledger.close_job(RUN_ID, "0000.0.0", Counts(failed=1), [first], NOON)

    again = ledger.close_job(
        RUN_ID,
        "0000.0.0",
        Counts(failed=1),
        [Failure(key="k", reason="Failed", message="Something else.")],
        NOON,
    )

    assert not again
    assert list(ledger.list_failures(RUN_ID)) == [first]


def test_a_delivery_that_lost_the_race_leaves_no_failures_behind(ledger):
    barrier = Barrier(8)

    def deliver(number):
        barrier.wait()
        if number % 2:
            return close(ledger, "0000.0.0", Counts(copied=1))
        failure = Failure(key="k", reason="Busy", message="It was busy.", attempts=5)
        return close(ledger, "0000.0.0", Counts(failed=1), [failure])

    assert sum(together(deliver, range(8))) == 1
    assert ledger.counts(RUN_ID).failed == len(list(ledger.list_failures(RUN_ID)))


def test_as_many_failures_as_a_message_has_objects_are_closed_in_one_step(ledger):
    failures = [
        Failure(key=f"{number:04}" + "\u4f60" * 20, reason="Busy", message="\u4f60" * 5000)
        for number in range(1000)
    ]

    assert close(ledger, "0000.0.0", Counts(failed=1000), failures)

    kept = list(ledger.list_failures(RUN_ID))
    assert [failure.key for failure in kept] == [failure.key for failure in failures]
    assert {len(failure.message) for failure in kept} == {500}


def test_the_closed_jobs_of_one_chunk_are_known(ledger):
    for job_id in ("0000.1.0", "0000.1.d0", "0000.10.0", "0001.1.0"):
        close(ledger, job_id)

    assert ledger.closed_jobs(RUN_ID, "0000.1") == {"0000.1.0", "0000.1.d0"}


def test_a_page_of_rare_failures_ends_in_time_and_goes_on_from_there(ledger, monkeypatch):
    monkeypatch.setattr("ferry.tasks.ledger._FAILURES_LOOKED_AT", 4)
    failures = [
        Failure(key=f"k{n}", reason="Rare" if n in {1, 9} else "Common", message="m") for n in range(11)
    ]
    ledger.close_job("photos-20260131t120000z", "0000.0.0", Counts(failed=11), failures, NOON)

    pages, cursor = [], None
    while not pages or cursor is not None:
        page = ledger.page_failures("photos-20260131t120000z", reason="Rare", limit=5, cursor=cursor)
        pages.append([failure.key for failure in page.rows])
        cursor = page.cursor

    assert pages == [["k1"], [], ["k9"]]


def test_a_long_run_is_charted_page_by_page(ledger, monkeypatch):
    monkeypatch.setattr("ferry.tasks.ledger._MINUTE_ROWS_LOOKED_AT", 3)
    for number in range(16):
        close(ledger, f"0000.0.{number}", now=NOON + timedelta(minutes=number // 4))

    pages, cursor = [], None
    while not pages or cursor is not None:
        minutes, cursor = ledger.chart(RUN_ID, cursor=cursor)
        pages.append({minute: counts.jobs for minute, (counts, _) in minutes.items()})

    charted = [minute for page in pages for minute in page]
    assert charted == sorted(set(charted))
    assert (len(charted), len(pages) > 1) == (4, True)
    assert sum(jobs for page in pages for jobs in page.values()) == 16


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "Ijo"])
def test_a_cursor_of_nobodys_leads_to_no_minute(ledger, cursor):
    with pytest.raises(InvalidCursorError):
        ledger.chart(RUN_ID, cursor=cursor)
