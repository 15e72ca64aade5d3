import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from ferry.errors import ConfigurationError, PermanentError, TransientError
from ferry.finder.changes import find_changes
from ferry.keys import KeyMapping, KeyRange
from ferry.objects import ListedObject
from ferry.outcome import Result
from ferry.tasks.models import CompareMode
from hypothesis import given

from tests.support.builders import NOON, SAME_KEYS, properties
from tests.support.engines import Sides, copy_all
from tests.support.faults import raising
from tests.support.strategies import LAYOUTS

MAPPING = KeyMapping(replica_prefix="copies/")


@pytest.fixture
def sides():
    return Sides()


def find(sides, mode=CompareMode.AUTO, key_range=None, mapping=MAPPING):
    return list(find_changes(sides.source, sides.replica, mapping, key_range or KeyRange(), mode=mode))


def copied_keys(findings):
    return [finding.copy.key for finding in findings if finding.copy]


def test_what_was_copied_is_current_and_what_changed_is_not(sides):
    items = [sides.write(key, key.encode()) for key in ("a", "b", "c")]
    copy_all(sides.engine(), items)
    sides.write("b", b"changed")
    sides.write("d", b"new")

    findings = find(sides)

    assert [finding.key for finding in findings] == ["a", "b", "c", "d"]
    assert copied_keys(findings) == ["b", "d"]
    assert [finding.copy.replica_etag for finding in findings if finding.copy] == [sides.etag("b"), None]


@given(LAYOUTS, LAYOUTS)
def test_copying_what_was_found_leaves_nothing_to_find(keys, changed):
    sides = Sides()
    for key in keys:
        sides.write(key, key.encode())
    first = find(sides)
    outcomes = copy_all(sides.engine(), [finding.copy for finding in first if finding.copy])
    for key in set(changed) & set(keys):
        sides.write(key, b"changed")

    again = find(sides)

    assert {outcome.result for outcome in outcomes} <= {Result.COPIED, Result.FAILED}
    failed = {outcome.key for outcome in outcomes if outcome.result is Result.FAILED}
    assert set(copied_keys(again)) == (set(changed) & set(keys)) | failed
    assert [finding.key for finding in again] == [finding.key for finding in first]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (CompareMode.AUTO, ["other"]),
        (CompareMode.SIZE, []),
        (CompareMode.CHECKSUM, ["other"]),
        (CompareMode.ALWAYS, ["other", "same"]),
    ],
)
def test_the_mode_decides_what_a_change_is(sides, mode, expected):
    copy_all(sides.engine(), [sides.write("same", b"12345"), sides.write("other", b"12345")])
    sides.write("other", b"54321")

    assert copied_keys(find(sides, mode)) == expected


def test_a_replica_is_looked_at_only_when_the_listings_cannot_tell(sides):
    copy_all(sides.engine(), [sides.write(key, key.encode()) for key in "abc"])
    sides.replica.surprises.calls.clear()

    find(sides)

    assert sides.replica.surprises.calls == []


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("mode", "since_copied", "expected"),
    [
        # Only a recent one whose replica has an etag of another kind needs a look.
        (CompareMode.AUTO, 2 * HOUR, []),
        (CompareMode.AUTO, HOUR / 2, ["copies/in parts"]),
        (CompareMode.SIZE, HOUR / 2, []),
        (CompareMode.ALWAYS, HOUR / 2, []),
        (CompareMode.CHECKSUM, 2 * HOUR, ["copies/bigger", "copies/in parts", "copies/same"]),
    ],
)
def test_a_replica_is_asked_for_its_marker_only_where_the_mode_and_the_listings_need_it(
    sides, mode, since_copied, expected
):
    items = [sides.write(key, key.encode()) for key in ("bigger", "in parts", "same")]
    sides.replica.clock = lambda: NOON + since_copied
    copy_all(sides.engine(), items)
    sides.write("bigger", b"bigger than before")
    sides.write("new", b"new")
    stored = sides.replica.objects["copies/in parts"]
    sides.replica.objects["copies/in parts"] = replace(stored, etag=f"{stored.etag}-2")
    asked, head = [], sides.replica.head
    sides.replica.head = lambda key: asked.append(key) or head(key)
    sides.source.surprises.calls.clear()

    find(sides, mode)

    assert sorted(asked) == expected
    assert sides.source.surprises.calls == []


@pytest.mark.parametrize("storage_class", ["GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"])
@pytest.mark.parametrize("mode", [CompareMode.AUTO, CompareMode.SIZE, CompareMode.CHECKSUM])
def test_a_replica_that_a_lifecycle_rule_archived_is_not_copied_again(sides, mode, storage_class):
    items = [sides.write("k", b"content"), sides.write("encrypted", b"content")]
    copy_all(sides.engine(), items)
    for key, stored in sides.replica.objects.items():
        etag = "not an MD5" if key == "copies/encrypted" else stored.etag
        archived = replace(stored.properties, storage_class=storage_class)
        sides.replica.objects[key] = replace(stored, etag=etag, properties=archived)

    assert copied_keys(find(sides, mode)) == []


def test_replicas_without_a_source_are_left_out(sides):
    asyncio.run(sides.replica.put("copies/z", b"x", size=1, properties=properties(), expected=None))
    sides.write("a", b"x")

    assert [finding.key for finding in find(sides)] == ["a"]


def test_only_the_range_is_compared(sides):
    for key in "abcdef":
        sides.write(key, b"x")

    assert copied_keys(find(sides, key_range=KeyRange("b", "d"))) == ["c", "d"]


def test_the_folder_object_that_would_have_no_key_is_left_out(sides):
    mapping = KeyMapping(source_prefix="2026/", strip_prefix="2026/")
    sides.write("2026/", b"")
    sides.write("2026/a", b"x")

    assert copied_keys(find(sides, mapping=mapping)) == ["2026/a"]


def test_a_replica_that_may_not_be_looked_at_is_left_to_its_copy(sides):
    copy_all(sides.engine(), [sides.write("a", b"12345")])
    sides.write("a", b"54321")
    refused = ConfigurationError("S3 answered 403 AccessDenied.", reason="AccessDenied")
    sides.replica.surprises.before["head"] = [raising(refused)]

    assert copied_keys(find(sides)) == ["a"]


@pytest.mark.parametrize("error", [TransientError("broken"), ConfigurationError("refused")])
def test_a_look_that_fails_fails_the_search(sides, error):
    copy_all(sides.engine(), [sides.write("a", b"12345")])
    sides.write("a", b"54321")
    sides.replica.surprises.before["head"] = [raising(error)]

    with pytest.raises(type(error)):
        find(sides)


def links_to(*keys):
    """A listing in which every object is a symbolic link."""
    return lambda *_: (ListedObject(key, 0, "etag of the link", NOON, is_symlink=True) for key in keys)


def test_a_link_is_compared_by_the_etag_of_what_it_points_to(sides):
    copy_all(sides.engine(), [sides.write("link", b"pointed to")])

    sides.source.list_objects = links_to("link")
    current = copied_keys(find(sides))
    sides.source.write("link", b"pointed elsewhere")
    changed = copied_keys(find(sides))

    assert (current, changed) == ([], ["link"])


def test_links_without_a_target_are_copied_so_that_the_copy_says_why(sides):
    asyncio.run(sides.replica.put("link", b"x", size=1, properties=properties(), expected=None))
    sides.source.list_objects = links_to("link")

    assert copied_keys(find(sides, mapping=SAME_KEYS)) == ["link"]


def test_a_link_that_points_nowhere_is_copied_though_a_replica_is_there(sides):
    copy_all(sides.engine(), [sides.write("link", b"pointed to")])
    sides.source.list_objects = links_to("link")
    sides.source.surprises.before["head"] = [raising(PermanentError("gone", reason="DanglingSymlink"))]

    assert copied_keys(find(sides)) == ["link"]


def test_a_link_is_planned_with_the_size_of_what_it_points_to(sides):
    sides.write("link", b"twelve bytes")
    sides.source.list_objects = links_to("link")

    (finding,) = find(sides)

    assert finding.copy.size == 12
