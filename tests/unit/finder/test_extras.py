import pytest
from ferry.finder.changes import find_changes
from ferry.finder.extras import extra_rule
from ferry.finder.failed import find_failed
from ferry.jobs import ExtraReplica
from ferry.keys import KeyMapping, KeyRange
from ferry.objects import Marker
from ferry.stores.memory import MemoryReplica, MemorySource
from ferry.tasks.deletes import Deletes
from ferry.tasks.models import CompareMode, Failure

from tests.support.builders import NOON, RUN_ID, properties

MAPPING = KeyMapping("in/", "in/", "out/")


@pytest.mark.parametrize(
    ("key", "is_extra"),
    [
        ("out/a", True),
        ("out/deleted/run/a", False),
        ("out/deleted", True),
        ("out/", False),
        ("out/runs/a", True),
    ],
)
def test_what_lies_under_the_prefix_is_extra_but_its_folder_and_backups(key, is_extra):
    rule = extra_rule(Deletes(backup_prefix="out/deleted/"), MAPPING)

    assert rule(key) == is_extra


def test_manifests_are_never_extra():
    rule = extra_rule(Deletes(), KeyMapping(), is_run_bucket=True)

    assert (rule("runs/r/manifests/0000/00000000.json"), rule("other")) == (False, True)


def test_without_deletes_nothing_is_extra():
    assert not extra_rule(None, MAPPING)("out/a")


@pytest.fixture
def sides():
    return MemorySource(clock=lambda: NOON), MemoryReplica(clock=lambda: NOON)


def store(replica, key, etag="R", **metadata):
    replica._store(key, b"1", properties(metadata=metadata), etag)


def test_replicas_without_a_source_are_found_in_order_with_what_was_listed(sides):
    source, replica = sides
    source.write("in/b", b"1")
    for key in ("out/", "out/a", "out/b", "out/c"):
        store(replica, key)

    found = list(
        find_changes(
            source,
            replica,
            MAPPING,
            KeyRange(),
            mode=CompareMode.SIZE,
            is_extra=extra_rule(Deletes(), MAPPING),
        )
    )

    assert [finding.key for finding in found] == ["in/a", "in/b", "in/c"]
    assert found[0].extra == ExtraReplica(key="in/a", size=1, replica_etag="R")
    assert (found[1].extra, found[1].copy) == (None, None)


def failed(*keys, action="copy"):
    return [Failure(key=key, reason="Busy", message="It was busy.", action=action) for key in keys]


def retry(sides, failures, key_range=KeyRange()):  # noqa: B008 - frozen
    return list(find_failed(*sides, MAPPING, key_range, failures=lambda: iter(failures)))


def test_failed_objects_are_looked_at_again_in_order(sides):
    source, replica = sides
    for key in ("in/new", "in/changed", "in/current"):
        source.write(key, b"1")
    store(replica, "out/changed", "OLD")
    marker = Marker.of(source.head("in/current"), RUN_ID)
    store(replica, "out/current", **marker.to_metadata())

    found = retry(sides, failed("in/new", "in/gone", "in/current", "in/changed"))

    assert [finding.key for finding in found] == ["in/changed", "in/current", "in/new"]
    assert [finding.copy and finding.copy.replica_etag for finding in found] == ["OLD", None, None]
    assert [finding.copy is None for finding in found] == [False, True, False]


def test_a_key_that_cannot_be_looked_at_gets_a_job_that_says_so(sides):
    (found,) = find_failed(*sides, KeyMapping(), KeyRange(), failures=lambda: iter(failed("..")))

    assert found.copy is not None


@pytest.mark.parametrize(("action", "is_extra"), [("delete", True), ("copy", False)])
def test_only_a_replica_that_was_to_be_deleted_is_extra_again(sides, action, is_extra):
    store(sides[1], "out/a")

    found = retry(sides, failed("in/a", action=action))

    assert [finding.extra is not None for finding in found] == ([True] if is_extra else [])


def test_a_key_range_limits_what_is_looked_at(sides):
    for key in ("in/a", "in/b", "in/c"):
        sides[0].write(key, b"1")

    found = retry(sides, failed("in/c", "in/b", "in/a"), KeyRange("in/a", "in/b"))

    assert [finding.key for finding in found] == ["in/b"]


def test_more_failures_than_are_held_at_once_are_all_found(sides, monkeypatch):
    monkeypatch.setattr("ferry.finder.failed._HELD", 3)
    keys = [f"in/{number:02}" for number in range(10)]
    for key in keys:
        sides[0].write(key, b"1")

    found = retry(sides, failed(*reversed(keys)))

    assert [finding.key for finding in found] == keys
