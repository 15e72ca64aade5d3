from collections.abc import Iterator
from typing import override

import pytest
from ferry.finder.shards import plan_ranges
from ferry.keys import KeyRange, sort_key
from ferry.objects import ListedObject
from ferry.stores.memory import MemorySource
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import AWKWARD_KEYS, LAYOUTS

ROWS_PER_KEY = 1000


class Crowded(MemorySource):
    """Lists every key a thousand times, so that few keys look worth cutting, and counts the probes."""

    probes = 0

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        for row in super().list_objects(prefix, key_range):
            yield from [row] * ROWS_PER_KEY

    @override
    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        self.probes += 1
        return super().next_common_prefixes(prefix, key_range, limit)

    @override
    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        self.probes += 1
        return super().first_key(prefix, key_range)


def bucket_of(keys, kind=Crowded):
    source = kind()
    for key in keys:
        source.write(key, b"")
    return source


def keys_in(ranges, keys):
    """How many keys each range has."""
    return [sum(key in piece for key in keys) for piece in ranges]


@given(LAYOUTS, st.integers(1, 12))
def test_every_key_of_any_layout_lies_in_exactly_one_shard(keys, wanted):
    ranges = plan_ranges(bucket_of(keys), [""], KeyRange(), wanted=wanted)

    assert all(sum(key in piece for piece in ranges) == 1 for key in keys)
    assert 1 <= len(ranges) <= wanted


@given(LAYOUTS, AWKWARD_KEYS, st.one_of(st.none(), AWKWARD_KEYS), st.sampled_from(["", "a", "a/", "/"]))
def test_shards_cover_exactly_the_range_to_be_cut(keys, after, until, prefix):
    whole = KeyRange(after, until)

    ranges = plan_ranges(bucket_of(keys), [prefix], whole, wanted=8)

    assert (ranges[0].after, ranges[-1].until) == (after, until)
    assert [piece.until for piece in ranges[:-1]] == [piece.after for piece in ranges[1:]]
    assert [sort_key(piece.after) for piece in ranges] == sorted(sort_key(piece.after) for piece in ranges)


@given(LAYOUTS, st.integers(1, 32))
def test_planning_takes_a_number_of_probes_of_the_order_of_the_shards_wanted(keys, wanted):
    source = bucket_of(keys)

    plan_ranges(source, [""], KeyRange(), wanted=wanted)

    assert source.probes <= 4 * wanted + 2


@pytest.mark.parametrize(
    "keys",
    [
        [f"folder-{number:03}/file" for number in range(100)],
        [f"{number:04}" for number in range(1000)],
        [f"logs/2026/{number:02}/{name}" for number in range(32) for name in "abc"],
        [f"deep/deep/deep/deep/{letter}{number}" for letter in "abcdefghijklmnop" for number in range(4)],
        [f"{letter}//{number}" for letter in "abcdefghijklmnopqrstuvwxyz" for number in range(4)],
        [f"照片/{letter}{number}" for letter in "北京上海广州深圳成都杭州" for number in range(8)],
    ],
    ids=["folders", "numbers", "dates", "deep", "double slashes", "han"],
)
def test_the_work_is_spread_for_the_layouts_that_people_have(keys):
    ranges = plan_ranges(bucket_of(set(keys)), [""], KeyRange(), wanted=16)

    counts = keys_in(ranges, set(keys))
    assert len(ranges) >= 8
    assert max(counts) <= len(set(keys)) / 4


@pytest.mark.parametrize("character", ["\U0010ffff", "\uffff", "/", "\x01"])
def test_planning_ends_for_keys_of_one_character_over_and_over(character):
    keys = [character * length for length in range(1, 40)]

    ranges = plan_ranges(bucket_of(keys), [""], KeyRange(), wanted=8)

    assert sum(keys_in(ranges, keys)) == len(keys)


def test_a_small_range_is_one_shard():
    source = bucket_of([f"{number:03}" for number in range(999)], MemorySource)

    assert plan_ranges(source, [""], KeyRange("a", "b")) == [KeyRange("a", "b")]
    assert plan_ranges(source, [""], KeyRange()) == [KeyRange()]


def test_a_large_range_is_cut_where_its_keys_are():
    source = bucket_of([f"folder/{number:04}" for number in range(1500)], MemorySource)

    ranges = plan_ranges(source, ["folder/"], KeyRange("folder/0499"), wanted=4)

    counts = keys_in(ranges, source.objects)
    assert len(ranges) > 1
    assert sum(counts) == 1000


def test_a_key_that_is_its_own_prefix_stops_nothing():
    keys = ["folder/", *(f"folder/{number}" for number in range(10))]

    ranges = plan_ranges(bucket_of(keys), ["folder/"], KeyRange(), wanted=4)

    assert len(ranges) == 4
    assert sum(keys_in(ranges, keys)) == len(keys)
