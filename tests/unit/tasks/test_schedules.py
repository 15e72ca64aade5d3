from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ferry.tasks.schedules import Schedule
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 day)",
        "rate(12 hours)",
        "cron(0 3 * * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0 3 ? * MON-FRI *)",
        "cron(30 2 L * ? *)",
        "cron(0 0 ? * 6#1 2026-2030)",
        "cron(0 0 1 1 ? 2000)",
        "at(2026-12-24T03:00:00)",
        "at(2000-01-01T00:00:00)",
    ],
)
def test_what_eventbridge_takes_is_taken(expression):
    assert Schedule(expression=expression).expression == expression


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("rate(1 minutes)", "must be spelled rate(1 minute)"),
        ("rate(5 minute)", "must be spelled rate(5 minutes)"),
        ("rate(0 days)", "must be such as"),
        ("rate(-1 days)", "must be such as"),
        ("rate(1 week)", "must be such as"),
        ("every day", "must be such as"),
        ("", "must be such as"),
        ("cron(0 3 * * * *)", "question mark"),
        ("cron(0 3 * * ?)", "6 required"),
        ("cron(60 3 * * ? *)", "minute"),
        ("cron(0 24 * * ? *)", "hour"),
        ("cron(0 0 32 * ? *)", "day"),
        ("cron(0 0 * 13 ? *)", "month"),
        ("cron(a b c d ? f)", "cron expression"),
        ("at(2026-12-24 03:00:00)", "must be such as"),
        ("at(2026-12-24T03:00)", "must be such as"),
        ("at(2026-12-24T03:00:00Z)", "must be such as"),
        ("at(2026-02-30T03:00:00)", "must name a moment that there is: day"),
        ("at(0000-01-01T00:00:00)", "must name a moment that there is: year"),
    ],
)
def test_what_is_no_schedule_is_refused_in_words(expression, said):
    with pytest.raises(ValidationError) as caught:
        Schedule(expression=expression)

    assert said in str(caught.value)


@given(st.text(max_size=30), st.text(max_size=15))
def test_no_text_leads_to_anything_but_a_schedule_or_a_refusal(expression, timezone):
    for fields in ({"expression": expression}, {"expression": f"cron({expression})"}):
        try:
            Schedule(**fields, timezone=timezone)
        except ValidationError:
            continue


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "Asia"])
def test_a_time_zone_that_nobody_knows_is_refused(name):
    with pytest.raises(ValidationError, match="must be a time zone"):
        Schedule(expression="rate(1 day)", timezone=name)


def test_a_rate_counts_from_now():
    times = Schedule(expression="rate(90 minutes)").next_times(NOON, 2)

    assert times == [NOON + timedelta(minutes=90), NOON + timedelta(minutes=180)]


def test_a_cron_expression_is_read_in_its_time_zone():
    schedule = Schedule(expression="cron(30 3 * * ? *)", timezone="Asia/Shanghai")

    (time,) = schedule.next_times(NOON, 1)

    assert time == datetime(2026, 1, 31, 19, 30, tzinfo=UTC)
    assert (time.hour, time.minute) == (3, 30)


def test_clocks_that_are_put_forward_do_not_move_the_time_of_day():
    schedule = Schedule(expression="cron(0 12 * * ? *)", timezone="Europe/Berlin")

    days = schedule.next_times(datetime(2026, 3, 28, 12, tzinfo=UTC), 2)

    assert [day.astimezone(ZoneInfo("Europe/Berlin")).hour for day in days] == [12, 12]
    assert days[0].astimezone(UTC).hour == 10


def test_a_schedule_that_has_passed_has_no_next_time_and_can_still_be_read():
    assert Schedule(expression="cron(0 0 1 1 ? 2000)").next_times(NOON, 5) == []


def test_a_time_that_clocks_skip_is_left_out_and_one_that_they_show_twice_counts_once():
    nightly = Schedule(expression="cron(30 2 * * ? *)", timezone="Europe/Berlin")

    spring = nightly.next_times(datetime(2026, 3, 27, 12, tzinfo=UTC), 3)
    autumn = nightly.next_times(datetime(2026, 10, 23, 12, tzinfo=UTC), 3)

    assert [(moment.day, moment.astimezone(UTC).hour) for moment in spring] == [(28, 1), (30, 0), (31, 0)]
    assert [(moment.day, moment.astimezone(UTC).hour) for moment in autumn] == [(24, 0), (25, 0), (26, 1)]


def test_once_is_once_in_its_time_zone():
    schedule = Schedule(expression="at(2026-12-24T03:00:00)", timezone="Asia/Shanghai")

    (moment,) = schedule.next_times(NOON, 5)

    assert schedule.is_once
    assert (moment.hour, moment.astimezone(UTC)) == (3, datetime(2026, 12, 23, 19, tzinfo=UTC))
    assert schedule.next_times(moment, 5) == []
    assert not Schedule(expression="rate(1 day)").is_once


def test_a_moment_that_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first():
    with pytest.raises(ValidationError, match="clocks in Europe/Berlin skip"):
        Schedule(expression="at(2026-03-29T02:30:00)", timezone="Europe/Berlin")
    (moment,) = Schedule(expression="at(2026-10-25T02:30:00)", timezone="Europe/Berlin").next_times(NOON, 1)

    assert moment.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
