from datetime import UTC, datetime, timedelta

import pytest
from ferry.pacing.limits import MIN_BANDWIDTH, WEEKDAYS, Limits, Window
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")


def at(text, day=0):
    hours, minutes = map(int, text.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes)


def test_outside_the_timetable_the_limits_themselves_hold():
    limits = Limits(bandwidth=5 * MIN_BANDWIDTH, timetable=(Window(start="08:00", end="18:00", requests=7),))

    assert limits.at(at("07:59")).bandwidth == 5 * MIN_BANDWIDTH
    assert (limits.at(at("08:00")).bandwidth, limits.at(at("08:00")).requests) == (None, 7)
    assert limits.at(at("18:00")).requests is None


def test_the_first_window_that_holds_the_moment_decides():
    narrow, wide = (
        Window(start="09:00", end="10:00", requests=1),
        Window(start="08:00", end="18:00", requests=2),
    )

    limits = Limits(timetable=(narrow, wide))

    assert [limits.at(at(text)).requests for text in ("08:30", "09:30", "10:00")] == [2, 1, 2]


def test_a_window_past_midnight_belongs_to_the_day_it_begins_on():
    limits = Limits(timetable=(Window(days=("fri",), start="22:00", end="06:00", requests=3),))

    assert limits.at(at("23:00", day=4)).requests == 3
    assert limits.at(at("05:59", day=5)).requests == 3
    assert limits.at(at("05:59", day=4)).requests is None
    assert limits.at(at("22:00", day=5)).requests is None


def test_the_timetable_is_read_in_its_time_zone():
    window = Window(days=("tue",), start="00:00", end="01:00", requests=3)

    limits = Limits(timetable=(window,), timezone="Asia/Shanghai")

    assert limits.at(at("16:30")).requests == 3  # half past midnight, Tuesday, in Shanghai


@given(
    start=TIMES, end=TIMES, minutes=st.integers(0, 7 * 24 * 60 - 1), days=st.sets(st.sampled_from(WEEKDAYS))
)
def test_a_window_and_the_rest_of_its_day_share_all_moments(start, end, minutes, days):
    if start == end:
        return
    moment = MONDAY + timedelta(minutes=minutes)
    first = Window(days=tuple(days), start=start, end=end)
    rest = Window(days=tuple(days), start=end, end=start)

    if not days:
        assert first.holds(moment) != rest.holds(moment)
    elif first.holds(moment) and rest.holds(moment):
        # Only where one of them reaches past midnight into a day on which the other begins.
        assert first.end <= first.start or rest.end <= rest.start


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "must limit bandwidth or requests"),
        ({"timetable": [{"start": "08:00", "end": "09:00"}]}, "must limit bandwidth or requests"),
        ({"bandwidth": 1000}, "at least 1 MiB/s"),
        ({"requests": 0}, "greater than or equal to 1"),
        ({"requests": 1, "timezone": "Mars/Base"}, "time zone such as"),
        ({"timetable": [{"start": "8:00", "end": "09:00", "requests": 1}]}, "time of day such as"),
        ({"timetable": [{"start": "24:00", "end": "09:00", "requests": 1}]}, "time of day such as"),
        ({"timetable": [{"days": ["someday"], "start": "08:00", "end": "09:00"}]}, "'mon'"),
    ],
)
def test_limits_that_cannot_be_are_refused_with_what_to_write(fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Limits.model_validate(fields)
