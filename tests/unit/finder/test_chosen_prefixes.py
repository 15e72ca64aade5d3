"""With several prefixes: exactly their keys are found, and nothing between them is listed or deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import override

from ferry.finder.changes import find_changes
from ferry.finder.extras import extra_rule
from ferry.finder.failed import find_failed
from ferry.finder.shards import plan_ranges
from ferry.keys import KeyMapping, KeyRange, sort_key
from ferry.listings import list_under
from ferry.objects import ListedObject
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.deletes import Deletes
from ferry.tasks.models import CompareMode, Failure
from ferry.tasks.prefixes import canonical_prefixes
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import properties
from tests.support.strategies import AWKWARD_KEYS, LAYOUTS

PREFIXES = st.lists(AWKWARD_KEYS, max_size=6)
FOLDERS = st.sampled_from(["", "in/", "a"])


@dataclass
class Watched(MemorySource):
    """Notes every prefix that was listed."""

    listed: set[str] = field(default_factory=set)

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        self.listed.add(prefix)
        yield from super().list_objects(prefix, key_range)


def mapping_of(folder, names, replica_prefix="out/"):
    chosen = canonical_prefixes(folder, [folder + name for name in names])
    return KeyMapping(folder, folder, replica_prefix, chosen)


def is_meant(key, folder, names):
    return any(key.startswith(folder + name) for name in names or [""])


@given(FOLDERS, PREFIXES, st.one_of(AWKWARD_KEYS, AWKWARD_KEYS.map("in/".__add__)))
def test_a_mapping_covers_the_keys_under_its_prefixes_and_no_other(folder, names, key):
    assert mapping_of(folder, names).covers(key) == is_meant(key, folder, names)


@given(AWKWARD_KEYS, st.lists(AWKWARD_KEYS, max_size=8), AWKWARD_KEYS, st.one_of(st.none(), AWKWARD_KEYS))
def test_a_range_meets_every_prefix_that_it_has_a_key_of(prefix, names, after, until):
    key_range = KeyRange(after, until)

    assert key_range.meets(prefix) or not any(prefix + name in key_range for name in names)


@given(LAYOUTS, PREFIXES, FOLDERS, st.integers(1, 12), st.sets(AWKWARD_KEYS, max_size=3))
def test_shards_find_exactly_the_chosen_keys_and_list_nothing_else(names, chosen, folder, wanted, cuts):
    source = Watched()
    for name in names:
        source.write(folder + name, b"x")
        source.write(f"other/{name}", b"x")
    mapping = mapping_of(folder, chosen)

    pieces = [
        smaller
        for piece in plan_ranges(source, mapping.listing_prefixes, KeyRange(), wanted=wanted)
        for smaller in piece.cut([folder + cut for cut in cuts])
    ]
    found = [
        finding.key
        for piece in pieces
        for finding in find_changes(source, MemoryReplica(), mapping, piece, mode=CompareMode.AUTO)
    ]

    assert found == sorted(filter(mapping.covers, source.objects), key=sort_key)
    assert source.listed <= set(mapping.listing_prefixes)


@given(LAYOUTS, LAYOUTS, PREFIXES, FOLDERS)
def test_a_replica_is_extra_only_under_a_chosen_prefix(sources, replicas, chosen, folder):
    source, replica = MemorySource(), MemoryReplica()
    for name in sources:
        source.write(folder + name, b"x")
    for name in replicas:
        replica._store(f"out/{name}", b"x", properties(), "R")
        replica._store(f"other/{name}", b"x", properties(), "R")
    mapping = mapping_of(folder, chosen)

    findings = find_changes(
        source,
        replica,
        mapping,
        KeyRange(),
        mode=CompareMode.SIZE,
        is_extra=extra_rule(Deletes(), mapping),
    )
    extra = {finding.key for finding in findings if finding.extra}

    gone = {folder + name for name in set(replicas) - set(sources)}
    assert extra == {key for key in gone if is_meant(key, folder, chosen)}


def test_only_chosen_keys_are_extra_by_name_too():
    rule = extra_rule(Deletes(), KeyMapping("in/", "in/", "out/", ("in/2025/", "in/2026/")))

    assert [rule(f"out/{name}") for name in ("2025/a", "2026/", "2024/a", "2025", "a")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not rule("elsewhere/2025/a")


def test_failures_that_the_task_does_not_mean_any_more_are_left_alone():
    source, replica = MemorySource(), MemoryReplica()
    source.write("in/2026/a", b"x")
    replica._store("out/2024/a", b"x", properties(), "R")
    failures = [
        Failure(key=key, reason="Busy", message="It was busy.", action=action)
        for key, action in (("in/2026/a", "copy"), ("in/2024/a", "delete"))
    ]

    mapping = KeyMapping("in/", "in/", "out/", ("in/2026/",))
    found = list(find_failed(source, replica, mapping, KeyRange(), failures=lambda: failures))

    assert [finding.key for finding in found] == ["in/2026/a"]


def test_many_prefixes_are_cut_between_them_without_a_probe():
    prefixes = [f"{number:03}/" for number in range(1000)]
    source = Watched()

    ranges = plan_ranges(source, prefixes, KeyRange(), wanted=32)

    met = [sum(piece.meets(prefix) for prefix in prefixes) for piece in ranges]
    assert (len(ranges), source.listed) == (32, set())
    assert max(met) <= 1000 / 32 + 3


def test_several_prefixes_are_one_ascending_listing():
    source = MemorySource()
    for key in ("a/1", "b/1", "c/1", "c/2", "d/1"):
        source.write(key, b"x")

    rows = list_under(source, ("a/", "c/", "d/"), KeyRange("a/1", "c/1"))

    assert [row.key for row in rows] == ["c/1"]
