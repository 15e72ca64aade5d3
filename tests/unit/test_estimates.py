"""Estimating what a first run copies."""

import pytest
from ferry.estimates import estimate
from ferry.stores.memory import MemorySource

from tests.support.builders import task

MIB = 1024**2


@pytest.mark.parametrize(
    ("choices", "objects", "size"),
    [
        ({}, 4, 26),
        ({"filters": {"exclude": ["*.log"]}}, 3, 16),
        ({"filters": {"min_size": 6}}, 2, 17),
        ({"archived": "skip"}, 3, 19),
        ({"archived": "restore"}, 4, 26),
        ({"archived": "skip", "filters": {"storage_classes": ["Standard"]}}, 3, 19),
    ],
)
def test_an_estimate_counts_what_a_run_would_copy(choices, objects, size):
    source = MemorySource()
    source.write("a.jpg", b"12345")
    source.write("b.log", b"1234567890")
    source.write("c.jpg", b"1234567", storage_class="Archive")
    source.write("d.jpg", b"1234")

    made = estimate(task(**choices).settings, source, large_object_threshold=5 * MIB)

    assert (made.objects, made.size, made.is_complete) == (objects, size, True)
