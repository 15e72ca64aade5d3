from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from ferry.keys import KeyMapping
from ferry.tasks.models import TASK_ID_PATTERN, Counts, Found, Run, RunState, Task
from ferry.tasks.run_ids import day_of, task_id_of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.builders import NOON, run_of, task

TASK_IDS = st.from_regex(TASK_ID_PATTERN, fullmatch=True).filter(lambda name: "\n" not in name)


@given(TASK_IDS, st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_id_of_a_run_leads_back_to_its_task(task_id, moment):
    run = Run.start(task(task_id), moment)

    assert task_id_of(run.run_id) == task_id


def test_the_id_of_a_run_says_when_it_started_in_utc():
    moment = datetime(2026, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-1)))

    run = Run.start(task("photos"), moment)

    assert run.run_id == "photos-20260201t005959z"


@pytest.mark.parametrize(
    "text", ["", "photos", "photos-20260131", "-20260131t120000z", "Photos-20260131t120000z"]
)
def test_another_text_is_not_the_id_of_a_run(text):
    with pytest.raises(ValueError, match="not the id of a run"):
        task_id_of(text)


@pytest.mark.parametrize("task_id", ["", "-photos", "Photos", "a_b", "a" * 41, "photos\n", "föto", "a/b"])
def test_an_id_that_aws_names_could_not_hold_is_refused(task_id):
    with pytest.raises(ValidationError):
        task(task_id)


@pytest.mark.parametrize("words", ["", "The album: 母亲\u3000👩‍👧", "x" * 256])
def test_a_description_is_any_line_of_text(words):
    assert task(description=words).description == words


@pytest.mark.parametrize("words", ["x" * 257, "two\nlines", "two\u2028lines", "\x1b[31m", "\ud800"])
def test_a_description_of_more_than_a_short_line_is_refused(words):
    with pytest.raises(ValidationError):
        task(description=words)


def test_a_task_stored_by_an_earlier_version_is_read_as_it_was_meant():
    stored = task().model_dump(mode="json", include={"task_id", "source", "destination", "created_at"})

    assert Task.model_validate(stored) == task()


@pytest.mark.parametrize(
    "source",
    [
        {"bucket": "Photos"},
        {"prefix": "/photos"},
        {"region": "oss cn"},
        {"endpoint": "oss-cn-hangzhou.aliyuncs.com"},
        {"endpoint": "https://["},
        {"endpoint": "https://[::1"},
        {"endpoint": "https://[1.2.3.4]"},
        {"endpoint": "https://"},
        {"endpoint": "https://me@oss.example.com"},
        {"endpoint": "https://oss.example.com/path"},
        {"endpoint": "https://oss.example.com\\@127.0.0.1"},
        {"endpoint": "https://oss.example.com:99999"},
        {"endpoint": "https://oss.example.com:0"},
        {"endpoint": "https://127%2e0.0.1"},
        {"secret": ""},
        {"colour": "red"},
    ],
)
def test_a_source_that_cannot_be_is_refused(source):
    with pytest.raises(ValidationError):
        task(source=source)


@pytest.mark.parametrize(
    "destination", [{"bucket": "a"}, {"region": "cn-hangzhou"}, {"storage_class": "COLD"}]
)
def test_a_destination_that_cannot_be_is_refused(destination):
    with pytest.raises(ValidationError):
        task(destination=destination)


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-5", "us-gov-west-1", "cn-north-1"])
def test_every_kind_of_aws_region_is_taken(region):
    assert task(destination={"region": region}).destination.region == region


def test_replicas_leave_the_source_prefix_unless_it_is_kept():
    sides = {"source": {"prefix": "2026/"}, "destination": {"prefix": "copies/"}}

    assert task(**sides).mapping == KeyMapping("2026/", "2026/", "copies/")
    assert task(**sides, keep_prefix=True).mapping == KeyMapping("2026/", "", "copies/")


def test_a_task_and_a_run_survive_being_stored():
    run = run_of(task(source={"endpoint": "https://oss.example.com", "is_cname": True}), reason="why")

    assert Run.model_validate_json(run.model_dump_json()) == run
    assert Task.model_validate_json(run.task.model_dump_json()) == run.task


def test_a_run_is_over_in_every_state_but_the_first_three():
    over = {state for state in RunState if state.is_over}

    assert over == set(RunState) - {RunState.STARTING, RunState.RUNNING, RunState.PAUSED}


@given(*[st.builds(Counts, **dict.fromkeys(Counts.model_fields, st.integers(0, 2**60)))] * 2)
def test_counts_add_up_field_by_field(first, second):
    added = (first + second).model_dump()

    assert added == {name: getattr(first, name) + getattr(second, name) for name in Counts.model_fields}


def test_what_was_found_adds_up_field_by_field():
    found = Found(objects=3, size=30, current=1, planned_objects=2, planned_size=20, jobs=1)

    assert sum([found, found], Found()).model_dump() == {
        name: 2 * value for name, value in found.model_dump().items()
    }


def test_times_are_those_of_the_clock_given():
    assert run_of().started_at == NOON


def test_a_days_notifications_are_a_run_that_ends_with_the_day():
    run = Run.of_day(task(), date(2026, 1, 31))
    during, after = NOON, NOON + timedelta(days=1)

    assert run.run_id == "photos-20260131-realtime"
    assert (task_id_of(run.run_id), day_of(run.run_id)) == ("photos", date(2026, 1, 31))
    assert run.state_at(during, failed=3) is RunState.RUNNING
    assert run.state_at(after, failed=0) is RunState.SUCCEEDED
    assert run.state_at(after, failed=3) is RunState.COMPLETED_WITH_FAILURES
    assert not run.state.is_over


@pytest.mark.parametrize(
    "run_id", ["photos-20260131t120000z", "photos-realtime", "photos-20269999-realtime", ""]
)
def test_what_is_no_real_time_run_has_no_day(run_id):
    with pytest.raises(ValueError, match=r"id of a real-time run|does not match|unconverted"):
        day_of(run_id)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8080", "https://oss.example.com/", "https://[2001:db8::1]:443"]
)
def test_an_endpoint_is_a_host_with_or_without_a_port(endpoint):
    assert task(source={"endpoint": endpoint}).source.endpoint == endpoint
