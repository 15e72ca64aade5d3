from collections.abc import Iterator
from itertools import pairwise
from typing import override

import pytest
from ferry.errors import TransientError
from ferry.finder.probing import MOST_REQUESTS
from ferry.finder.shards import LOOKS_PER_SHARD, cut_ranges, plan_ranges
from ferry.keys import KeyRange, sort_key
from ferry.objects import ListedObject
from ferry.stores.memory import MemorySource
from hypothesis import given
from hypothesis import strategies as st

from tests.support.runs import OneByOne
from tests.support.strategies import AWKWARD_KEYS, LAYOUTS

ROWS_PER_KEY = 1000


class Crowded(MemorySource):
    """Lists every key a thousand times, so that few keys look worth cutting, and notes the probes."""

    def __init__(self) -> None:
        super().__init__()
        self.probed: list[str] = []

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        self.probed.append(prefix)
        for row in super().list_objects(prefix, key_range):
            yield from [row] * ROWS_PER_KEY

    @override
    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        self.probed.append(prefix)
        return super().next_common_prefixes(prefix, key_range, limit)

    @override
    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        self.probed.append(prefix)
        return super().first_key(prefix, key_range)


def bucket_of(keys, kind=Crowded):
    source = kind()
    for key in keys:
        source.write(key, b"")
    return source


def cut(source, key_ranges, *, wanted=8, out_of_time=lambda: False):
    return cut_ranges(source, [""], key_ranges, wanted=wanted, workers=OneByOne(), out_of_time=out_of_time)


def over_after(questions):
    """Say that there is no more time once so many have asked."""
    asked = iter(range(questions))
    return lambda: next(asked, None) is None


def keys_in(ranges, keys):
    """How many keys each range has."""
    return [sum(key in piece for key in keys) for piece in ranges]


def assert_cover(ranges, whole):
    """The ranges are ascending, meet without gap or overlap, and end where the whole one does."""
    edges = [ranges[0].after, *(piece.until for piece in ranges)]
    assert (edges[0], edges[-1]) == (whole.after, whole.until)
    assert [piece.after for piece in ranges] == edges[:-1]
    assert all(sort_key(low) < sort_key(high) for low, high in pairwise(edges[:-1]))


@given(LAYOUTS, st.integers(1, 12))
def test_every_key_of_any_layout_lies_in_exactly_one_shard(keys, wanted):
    ranges = plan_ranges(bucket_of(keys), [""], KeyRange(), wanted=wanted)

    assert all(sum(key in piece for piece in ranges) == 1 for key in keys)
    assert 1 <= len(ranges) <= wanted


@given(LAYOUTS, AWKWARD_KEYS, st.one_of(st.none(), AWKWARD_KEYS), st.sampled_from(["", "a", "a/", "/"]))
def test_shards_cover_exactly_the_range_to_be_cut(keys, after, until, prefix):
    whole = KeyRange(after, until)

    ranges = plan_ranges(bucket_of(keys), [prefix], whole, wanted=8)

    assert_cover(ranges, whole)


@given(LAYOUTS, st.sets(AWKWARD_KEYS, max_size=5), st.integers(1, 12), st.integers(0, 60))
def test_shards_cover_every_range_whenever_time_is_up(keys, cuts, wanted, questions):
    wholes = KeyRange().cut(list(cuts))

    several = cut(bucket_of(keys), wholes, wanted=wanted, out_of_time=over_after(questions))

    for ranges, whole in zip(several, wholes, strict=True):
        assert 1 <= len(ranges) <= wanted
        assert_cover(ranges, whole)


def test_without_time_nothing_is_asked_and_the_range_stays_whole():
    source = bucket_of("abc")

    assert cut(source, [KeyRange("a", "b")], out_of_time=lambda: True) == [[KeyRange("a", "b")]]
    assert source.probed == []


@given(LAYOUTS, st.integers(2, 32))
def test_planning_takes_a_bounded_number_of_requests_for_each_shard_wanted(keys, wanted):
    source = bucket_of(keys)

    plan_ranges(source, [""], KeyRange(), wanted=wanted)

    assert len(source.probed) <= LOOKS_PER_SHARD * MOST_REQUESTS * wanted + 1


@given(LAYOUTS, st.integers(2, 12))
def test_the_same_listing_is_cut_at_the_same_keys_by_many_threads_as_by_one(keys, wanted):
    one, many = bucket_of(keys), bucket_of(keys)

    (ranges,) = cut(one, [KeyRange()], wanted=wanted)

    assert plan_ranges(many, [""], KeyRange(), wanted=wanted) == ranges
    assert sorted(many.probed) == sorted(one.probed)


def test_several_ranges_are_cut_as_each_of_them_is():
    keys = [f"{letter}{number:02}" for letter in "abc" for number in range(50)]
    wholes = KeyRange().cut(["a", "b20", "c"])

    assert cut(bucket_of(keys), wholes) == [cut(bucket_of(keys), [whole])[0] for whole in wholes]


def test_a_probe_that_fails_fails_the_plan():
    class Refusing(Crowded):
        @override
        def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
            raise TransientError("It is busy.", reason="SlowDown")

    with pytest.raises(TransientError, match="It is busy"):
        plan_ranges(bucket_of("abc", Refusing), [""], KeyRange())


@pytest.mark.parametrize(
    "keys",
    [
        [f"folder-{number:03}/file" for number in range(100)],
        [f"{number:04}" for number in range(1000)],
        [f"logs/2026/{number:02}/{name}" for number in range(32) for name in "abc"],
        [f"deep/deep/deep/deep/{letter}{number}" for letter in "abcdefghijklmnop" for number in range(4)],
        [f"{letter}//{number}" for letter in "abcdefghijklmnopqrstuvwxyz" for number in range(4)],
        [f"照片/{letter}{number}" for letter in "北京上海广州深圳成都杭州" for number in range(8)],
        [f"img-{number:012}" for number in range(1000)],
        [f"export/{'of-the-production-database-' * 30}{number:012}" for number in range(1000)],
        [f"{number * 2**118:032x}" for number in range(1024)],
        [f"users/{number:06}/photo" for number in range(2500)],
        [*(f"{number:04}.jpg" for number in range(1000)), "a/1", "b/1", "c/1"],
        ["0/", "1/", *(f"name-{number:04}.jpg" for number in range(1000))],
    ],
    ids=[
        "folders",
        "numbers",
        "dates",
        "deep",
        "double slashes",
        "han",
        "a sequence",
        "a long common beginning",
        "hashes",
        "more folders than a page",
        "folders after keys",
        "folders before keys",
    ],
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


def test_a_range_within_a_sequence_is_cut_evenly():
    keys = [f"log-{number:012}-events.json" for number in range(3000)]

    ((*pieces,),) = cut(bucket_of(keys), [KeyRange(keys[1220], keys[1779])])

    counts = keys_in(pieces, keys)
    assert (len(pieces), sum(counts)) == (8, 559)
    assert max(counts) <= 100


def test_a_range_that_begins_within_a_folder_is_cut_there_too():
    keys = [f"data/{first}/{second}" for first in "abcdef" for second in range(100)]

    (pieces,) = cut(bucket_of(keys), [KeyRange("data/b/50", "data/e/")], wanted=3)

    assert [piece.until for piece in pieces] == ["data/c/", "data/d/", "data/e/"]


def test_what_all_keys_share_is_found_with_few_requests():
    source = bucket_of(f"{'x' * 1000}{number}" for number in range(10))

    (pieces,) = cut(source, [KeyRange()], wanted=10)

    assert [piece.after for piece in pieces] == ["", *(f"{'x' * 1000}{number}" for number in range(1, 10))]
    assert len(source.probed) <= 30


@pytest.mark.parametrize("letter", ["x", "中", "/", "\U0010ffff"])
def test_no_listing_is_asked_to_begin_after_more_than_a_key_may_have(letter):
    class Strict(Crowded):
        @override
        def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
            assert len(sort_key(key_range.after)) <= 1023
            return super().first_key(prefix, key_range)

    base = letter * (1022 // len(letter.encode()))
    keys = [base[:-number] if number else base for number in range(5)]
    keys += [f"{key[:-1]}a" for key in keys]

    ranges = plan_ranges(bucket_of(keys, Strict), [""], KeyRange(), wanted=8)

    assert sum(keys_in(ranges, keys)) == len(keys)
