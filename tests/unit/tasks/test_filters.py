from datetime import UTC, datetime, timedelta, timezone

import pytest
from ferry.tasks.filters import NO_FILTERS, Filters
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.builders import NOON, described, listed, task

CLASSES = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
LIMITS = st.one_of(st.none(), st.integers(0, 5))


@given(LIMITS, LIMITS, st.integers(0, 5))
def test_sizes_are_limits_that_are_meant_too(least, most, size):
    if least is not None and most is not None and least > most:
        return
    filters = Filters(min_size=least, max_size=most)

    taken = (least or 0) <= size <= (5 if most is None else most)
    assert filters.take(listed("k", size=size)) == filters.take(described(size=size)) == taken


def test_times_that_meet_leave_no_object_out_and_take_none_twice():
    before, after = Filters(modified_before=NOON), Filters(modified_after=NOON)

    for age in (timedelta(seconds=1), timedelta(0), timedelta(seconds=-1)):
        row = listed("k", age=age)
        assert before.take(row) != after.take(row)
    assert after.take(listed("k"))


@given(st.lists(st.sampled_from(CLASSES)), st.sampled_from([*CLASSES, ""]))
def test_classes_are_those_of_oss(classes, storage_class):
    filters = Filters(storage_classes=tuple(classes))

    taken = not classes or (storage_class or "Standard") in classes
    assert filters.take(listed("k", storage_class=storage_class)) == taken


def test_of_a_link_only_the_time_is_known():
    filters = Filters(min_size=100, storage_classes=("IA",), modified_after=NOON)

    assert filters.take(listed("k", is_symlink=True))
    assert not filters.take(listed("k", is_symlink=True, age=timedelta(1)))


def test_a_task_keeps_its_filters():
    local = datetime(2026, 1, 31, 20, tzinfo=timezone(timedelta(hours=8)))
    one = task(
        filters={
            "include": ["*.jpg", "re:^母"],
            "exclude": ["tmp/"],
            "min_size": 1,
            "modified_after": local,
            "storage_classes": ["IA", "Standard", "IA"],
        }
    )

    again = type(one).model_validate_json(one.model_dump_json())

    assert again == one
    assert hash(again) == hash(one)
    assert again.filters is not None
    assert again.filters.modified_after == NOON
    assert again.filters.modified_after.tzinfo is UTC
    assert again.filters.storage_classes == ("Standard", "IA")
    assert again.mapping.covers("2026/a.jpg")
    assert not again.mapping.covers("tmp/a.jpg")


@pytest.mark.parametrize(
    "fields",
    [
        {"include": ["["]},
        {"min_size": -1},
        {"min_size": 2, "max_size": 1},
        {"modified_after": NOON, "modified_before": NOON},
        {"modified_after": datetime(2026, 1, 31)},  # noqa: DTZ001 - what is refused
        {"storage_classes": ["STANDARD"]},
        {"colour": "red"},
    ],
)
def test_filters_that_cannot_be_are_refused(fields):
    with pytest.raises(ValidationError):
        Filters(**fields)


def test_no_filters_take_everything():
    assert NO_FILTERS.take(listed("k", size=0))
    assert not NO_FILTERS.looks_at_objects
