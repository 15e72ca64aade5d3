"""With filters: what is left out is counted and touched on neither side."""

from datetime import timedelta

from ferry.finder.changes import LeftOut, find_changes
from ferry.finder.chunks import next_chunk
from ferry.finder.extras import extra_rule
from ferry.finder.failed import find_failed
from ferry.keys import KeyMapping, KeyRange
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.deletes import Deletes
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.models import CompareMode, Failure
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, properties, run_of
from tests.support.runs import shard
from tests.support.strategies import LAYOUTS

PATTERNS = st.lists(st.sampled_from(["*a*", "**/b**", "/a**", "?", "re:[0-9]", "中*"]), max_size=2)


def buckets(sources, replicas=()):
    source, replica = MemorySource(clock=lambda: NOON), MemoryReplica(clock=lambda: NOON)
    for key, content in dict(sources).items():
        source.write(f"in/{key}", content)
    for key in replicas:
        replica._store(f"out/{key}", b"R", properties(), "R")
    return source, replica


def mapping_of(filters):
    return KeyMapping("in/", "in/", "out/", patterns=filters.patterns)


def find(source, replica, filters):
    mapping = mapping_of(filters)
    return list(
        find_changes(
            source,
            replica,
            mapping,
            KeyRange(),
            mode=CompareMode.SIZE,
            filters=filters,
            is_extra=extra_rule(Deletes(), mapping),
        )
    )


@given(LAYOUTS, LAYOUTS, PATTERNS, PATTERNS, st.integers(0, 3))
def test_exactly_what_the_filters_take_is_copied_or_extra(sources, replicas, include, exclude, least):
    sizes = {key: len(key) % 4 for key in sources}
    filters = Filters(include=include, exclude=exclude, min_size=least)
    patterns = filters.patterns

    findings = find(*buckets({key: b"x" * size for key, size in sizes.items()}, replicas), filters)

    meant = {f"in/{key}" for key, size in sizes.items() if patterns.take(key) and size >= least}
    copies = {finding.key for finding in findings if finding.copy}
    current = {finding.key for finding in findings if finding.is_chosen} - copies
    left_out = {finding.key for finding in findings if finding.left_out is LeftOut.EXCLUDED}
    assert copies | current == meant
    assert left_out == {f"in/{key}" for key in sizes} - meant
    assert {finding.key for finding in findings if finding.extra} == {
        f"in/{key}" for key in set(replicas) - set(sources) if patterns.take(key)
    }


def test_what_is_left_out_is_counted_by_itself_and_raises_no_cap():
    source, replica = buckets({"a": b"1", "b.tmp": b"22", "c": b"333"}, ["b.tmp", "c", "d", "e.tmp"])

    findings = find(source, replica, Filters(exclude=("*.tmp",), max_size=2))
    chunk = next_chunk(
        run_of(), shard(), iter(findings), large_object_threshold=1000, out_of_time=lambda: False
    )

    found = chunk.found
    assert (found.objects, found.size, found.planned_objects, found.current) == (1, 1, 1, 0)
    assert (found.excluded, found.extra, found.replicas) == (2, 1, 1)
    assert chunk.checkpoint == "in/d"


def test_an_object_that_failed_and_is_not_meant_any_more_is_left_out():
    source, replica = buckets({"a": b"1", "b": b"1"})
    source.clock = lambda: NOON - timedelta(days=2)
    source.write("in/old", b"1")
    failures = [Failure(key=f"in/{key}", reason="Busy", message="Busy.") for key in ("a", "b", "old")]
    filters = Filters(exclude=("b",), modified_after=NOON - timedelta(days=1))

    found = list(
        find_failed(
            source, replica, mapping_of(filters), KeyRange(), failures=lambda: failures, filters=filters
        )
    )

    assert [(finding.key, finding.left_out) for finding in found] == [
        ("in/a", None),
        ("in/old", LeftOut.EXCLUDED),
    ]
    assert find(source, replica, NO_FILTERS)
