from datetime import timedelta

import pytest
from ferry.finder.compare import COPY_WINDOW, Decision, compare_marker, compare_rows
from ferry.objects import Marker
from ferry.tasks.models import CompareMode
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, RUN_ID, listed

AUTO, SIZE, CHECKSUM, ALWAYS = CompareMode.AUTO, CompareMode.SIZE, CompareMode.CHECKSUM, CompareMode.ALWAYS
COPY, CURRENT, LOOK = Decision.COPY, Decision.CURRENT, Decision.LOOK
LATER = timedelta(seconds=-1)
JUST_OLD_ENOUGH = COPY_WINDOW + timedelta(seconds=1)

REPLICA = listed("k", size=5, etag="abc")
SAME = listed("k", size=5, etag="ABC")
OTHER_SIZE = listed("k", size=6, etag="abc")
OLD = listed("k", size=5, etag="xyz", age=JUST_OLD_ENOUGH)
RECENT = listed("k", size=5, etag="xyz", age=COPY_WINDOW)
NEWER = listed("k", size=5, etag="xyz", age=LATER)
LINK = listed("k", size=5, etag="abc", is_symlink=True)
OLD_LINK = listed("k", size=6, etag="xyz", age=JUST_OLD_ENOUGH, is_symlink=True)


@pytest.mark.parametrize(
    ("source", "replica", "modes", "expected"),
    [
        (SAME, None, [AUTO, SIZE, CHECKSUM, ALWAYS], COPY),
        (LINK, None, [AUTO, SIZE, CHECKSUM, ALWAYS], COPY),
        (SAME, REPLICA, [ALWAYS], COPY),
        (LINK, REPLICA, [ALWAYS], COPY),
        (SAME, REPLICA, [CHECKSUM], LOOK),
        (OTHER_SIZE, REPLICA, [CHECKSUM], LOOK),
        (LINK, REPLICA, [AUTO, SIZE, CHECKSUM], LOOK),
        (OLD_LINK, REPLICA, [AUTO, SIZE, CHECKSUM], LOOK),
        (OTHER_SIZE, REPLICA, [AUTO, SIZE], COPY),
        (SAME, REPLICA, [AUTO, SIZE], CURRENT),
        (NEWER, REPLICA, [SIZE], CURRENT),
        (OLD, REPLICA, [AUTO], CURRENT),
        (RECENT, REPLICA, [AUTO], LOOK),
        (NEWER, REPLICA, [AUTO], LOOK),
    ],
)
def test_the_listings_decide_by_the_truth_table(source, replica, modes, expected):
    for mode in modes:
        assert compare_rows(source, replica, mode) is expected


ROWS = st.builds(
    listed,
    key=st.just("k"),
    size=st.sampled_from([5, 6]),
    etag=st.sampled_from(["abc", "ABC", "xyz"]),
    age=st.sampled_from([timedelta(days=-1), LATER, timedelta(), COPY_WINDOW, JUST_OLD_ENOUGH]),
    is_symlink=st.booleans(),
)


@given(ROWS, st.one_of(st.none(), ROWS.filter(lambda row: not row.is_symlink)), st.sampled_from(CompareMode))
def test_a_replica_passes_unseen_only_with_the_size_of_its_source(source, replica, mode):
    decision = compare_rows(source, replica, mode)

    if decision is CURRENT:
        assert replica is not None
        assert not source.is_symlink
        assert source.size == replica.size
    if replica is None:
        assert decision is COPY


@pytest.mark.parametrize(
    ("marker", "expected"),
    [(None, COPY), (Marker("ABC", NOON, RUN_ID), CURRENT), (Marker("xyz", NOON, RUN_ID), COPY)],
)
def test_a_marker_decides_by_the_etag_it_records(marker, expected):
    assert compare_marker("abc", marker) is expected
