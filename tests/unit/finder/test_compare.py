"""The rule is its table: what the docstring lists is tried on every combination there is."""

from datetime import timedelta
from itertools import product

import pytest
from ferry.finder.compare import COPY_WINDOW, Decision, compare_marker, compare_rows
from ferry.objects import Marker
from ferry.tasks.models import CompareMode

from tests.support.builders import NOON, RUN_ID, listed

JUST_OLD_ENOUGH = COPY_WINDOW + timedelta(seconds=1)
AGES = [timedelta(days=-1), timedelta(seconds=-1), timedelta(), COPY_WINDOW, JUST_OLD_ENOUGH]
CLASSES = ["STANDARD", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]

CONDITIONS = {
    "no replica": lambda source, replica: replica is None,
    "any": lambda source, replica: True,
    "source is a symlink: its size and etag are the link's": lambda source, replica: source.is_symlink,
    "sizes differ": lambda source, replica: source.size != replica.size,
    "sizes equal": lambda source, replica: source.size == replica.size,
    "etags equal, ignoring case": lambda source, replica: source.etag.lower() == replica.etag.lower(),
    "source older than the replica by more than COPY_WINDOW": lambda source, replica: (
        replica.last_modified - source.last_modified > COPY_WINDOW
    ),
    "otherwise": lambda source, replica: True,
}


def read_table():
    """The rows between the rulers of the docstring: condition, modes, answer."""
    lines = [line.strip() for line in compare_rows.__doc__.splitlines()]
    first, second, last = (number for number, line in enumerate(lines) if line.startswith("==="))
    widths = [len(ruler) + 1 for ruler in lines[first].split()]
    rows = []
    for line in lines[second + 1 : last]:
        cells = line[: widths[0]].strip(), line[widths[0] : sum(widths[:2])].strip(), line.split()[-1]
        modes = list(CompareMode) if cells[1] == "any" else [CompareMode(cells[1])]
        rows.append((cells[0], modes, Decision[cells[2]]))
    return rows


TABLE = read_table()
SOURCES = [
    listed("k", size=size, etag=etag, age=age, is_symlink=is_symlink)
    for size, etag, age, is_symlink in product([5, 6], ["abc", "ABC", "xyz"], AGES, [False, True])
]
REPLICAS = [
    None,
    *(listed("k", size=5, etag="abc", storage_class=storage_class) for storage_class in CLASSES),
]


@pytest.mark.parametrize("mode", CompareMode)
def test_the_first_row_of_the_table_that_fits_decides(mode):
    for source, replica in product(SOURCES, REPLICAS):
        fitting = (
            answer
            for condition, modes, answer in TABLE
            if mode in modes and CONDITIONS[condition](source, replica)
        )

        assert compare_rows(source, replica, mode) is next(fitting), (source, replica)


@pytest.mark.parametrize("number", range(len(TABLE)), ids=[row[0] for row in TABLE])
def test_every_row_of_the_table_decides_something(number):
    _, modes, _ = TABLE[number]

    def fits(row, mode, source, replica):
        return mode in row[1] and CONDITIONS[row[0]](source, replica)

    assert any(
        not any(fits(earlier, *case) for earlier in TABLE[:number]) and fits(TABLE[number], *case)
        for case in product(modes, SOURCES, REPLICAS)
    )


def test_the_table_covers_every_mode():
    assert {mode for _, modes, _ in TABLE for mode in modes} == set(CompareMode)


def test_the_class_of_a_replica_never_decides():
    for mode, source in product(CompareMode, SOURCES):
        assert len({compare_rows(source, replica, mode) for replica in REPLICAS[1:]}) == 1


def test_a_replica_passes_unseen_only_with_the_size_of_its_source():
    for mode, source, replica in product(CompareMode, SOURCES, REPLICAS):
        if compare_rows(source, replica, mode) is Decision.CURRENT:
            assert not source.is_symlink
            assert replica is not None
            assert source.size == replica.size


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        (None, Decision.COPY),
        (Marker("ABC", NOON, RUN_ID), Decision.CURRENT),
        (Marker("xyz", NOON, RUN_ID), Decision.COPY),
    ],
)
def test_a_marker_decides_by_the_etag_it_records(marker, expected):
    assert compare_marker("abc", marker) is expected
