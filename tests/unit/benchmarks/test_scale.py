from functools import cache

import pytest
from ferry import costs
from ferry.finder.shards import PROBES_AT_ONCE, plan_ranges
from ferry.keys import KeyRange
from ferry.run_control import SHARDS_PER_ROUND
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scale import document, limits, workflows
from benchmarks.scale.finder_memory import walk
from benchmarks.scale.key_space import LAYOUTS, KeySpace
from benchmarks.scale.model import SCENARIOS, Settings, bottleneck, scanned
from benchmarks.scale.scanning import Prober, scan

LAYOUT_NAMES = st.sampled_from(sorted(LAYOUTS))


@cache
def tables():
    return document.generated()


@pytest.mark.parametrize("name", ["times", "counts", "layouts", "held against limits", "payloads", "costs"])
def test_the_document_holds_what_is_counted_now(name):
    assert f"\n{tables()[name]}\n" in document.DOCUMENT.read_text()


def test_the_document_holds_every_table_as_it_is_generated():
    text = document.DOCUMENT.read_text()

    assert document.with_counts(text) == text


def test_a_document_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="has to hold"):
        document.replaced("# Scale", "times", "")


@given(LAYOUT_NAMES, st.integers(1, 3000), st.text("adegltx/-0123456789", max_size=6), st.data())
def test_a_key_space_answers_as_a_bucket_with_these_keys_does(name, count, prefix, data):
    space = KeySpace(LAYOUTS[name], count)
    keys = [space.key(number) for number in range(count)]
    after = data.draw(st.sampled_from(["", *keys[:50], "data/8", "log-0"]))
    until = data.draw(st.one_of(st.none(), st.sampled_from(keys)))
    key_range = KeyRange(after, until)
    inside = [key for key in keys if key.startswith(prefix) and key in key_range]

    assert keys == sorted(set(keys))
    assert [row.key for row in space.list_objects(prefix, key_range)] == inside
    assert space.first_key(prefix, key_range) == (inside[0] if inside else None)
    levels = {
        f"{prefix}{key[len(prefix) :].partition('/')[0]}/" for key in inside if "/" in key[len(prefix) :]
    }
    assert space.next_common_prefixes(prefix, key_range, 1000) == sorted(
        level for level in levels if level in key_range
    )


@settings(max_examples=25, deadline=None)
@given(LAYOUT_NAMES, st.integers(1, 10**10), st.integers(2, 40))
def test_shards_cover_every_key_once(name, keys, wanted):
    space = KeySpace(LAYOUTS[name], keys)

    ranges = plan_ranges(space, [""], KeyRange(), wanted=wanted)

    assert sum(len(space.numbers("", piece)) for piece in ranges) == keys


@settings(max_examples=10, deadline=None)
@given(LAYOUT_NAMES, st.integers(1, 3 * 10**8), st.integers(1, 64), st.booleans())
def test_a_scan_looks_at_every_key_once_whatever_is_split(name, keys, concurrency, later):
    counted = scan(KeySpace(LAYOUTS[name], keys, is_blurred=True), concurrency=concurrency, later=later)

    assert counted.keys == keys
    assert counted.calls >= counted.rounds
    assert counted.shards <= 1000
    assert counted.widest_round <= SHARDS_PER_ROUND
    assert counted.chunks * 20_000 >= keys


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_planning_fits_into_its_time_many_times_over(name):
    counted = scanned(name, 10**10, 16)

    assert counted.plans_cut_short == 0
    assert counted.longest_plan <= limits.PLAN_SECONDS.value / 4


@settings(max_examples=10, deadline=None)
@given(LAYOUT_NAMES, st.floats(0, 20))
def test_a_scan_looks_at_every_key_once_when_there_is_little_time_to_plan(name, seconds):
    space = KeySpace(LAYOUTS[name], 10**8, is_blurred=True)

    counted = scan(space, concurrency=16, plan_seconds=seconds)

    assert counted.keys == 10**8
    assert counted.longest_plan <= seconds + 3 * limits.PAGE_SECONDS.value
    assert counted.plans_cut_short or counted.longest_plan <= seconds


def test_probes_side_by_side_take_the_time_of_the_slowest_thread():
    space = KeySpace(LAYOUTS["hashes"], 10**8)
    prober = Prober(space, plan_seconds=100)

    prober.map(lambda _: space.first_key("", KeyRange()), range(PROBES_AT_ONCE + 1))
    after_two = prober.seconds
    prober.map(lambda count: [space.first_key("", KeyRange()) for _ in range(count)], [1, 5])

    assert after_two == 2 * limits.PAGE_SECONDS.value
    assert prober.seconds == 7 * limits.PAGE_SECONDS.value


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_the_counts_of_a_run_add_up(scenario):
    taken = scenario.times(Settings())

    assert scenario.scan.keys == scenario.objects
    assert scenario.objects_per_job * scenario.jobs == pytest.approx(scenario.objects)
    assert scenario.largest_message <= 4 * 64 * 1024
    assert bottleneck(taken)[1] == max(taken.values())
    if scenario.is_large:
        assert scenario.objects <= scenario.jobs
        assert workflows.parts_of(scenario.size) * workflows.part_size_of(scenario.size) >= scenario.size


def test_a_chunk_that_is_walked_over_is_what_is_counted():
    walked = walk(KeySpace(LAYOUTS["folders"], 10**9), 30_000)

    assert walked.keys == 30_000
    assert walked.jobs == pytest.approx(30_000 / SCENARIOS[1].objects_per_job, rel=0.02)
    assert walked.manifests == 4


def test_the_rates_are_those_that_costs_are_estimated_with():
    assert limits.FUNCTION_BYTES.value == costs.DEPLOYED.bytes_per_second
    assert limits.GIB_SECOND_PRICE.value == costs.PRICES.gib_seconds
    assert limits.WRITES_PER_JOB.value == 2 * costs.ROWS_OF_A_JOB


@pytest.mark.parametrize("letter", ["x", "中", "\x01", '"', "\U0001f600"])
def test_what_fails_all_at_once_fits_into_a_state_whatever_its_letters(letter):
    largest = 48 * 1024**4

    assert workflows.ranges_of(largest) == 1000
    assert workflows.scans_payload(SHARDS_PER_ROUND, letter) <= limits.PAYLOAD.value
    assert workflows.object_payload(largest, letter) <= limits.PAYLOAD.value
    assert workflows.object_payload(100 * 1024**3, letter) <= limits.PAYLOAD.value


def test_a_run_without_waits_has_the_history_of_its_states():
    assert workflows.history_events("run", ["ScanShard"]) == 7
    assert workflows.run_events(2, 0) - workflows.run_events(1, 0) == 15
    assert workflows.run_events(1, 3 * 900) - workflows.run_events(1, 0) == 12
