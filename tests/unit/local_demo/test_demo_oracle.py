from dataclasses import replace

import pytest

from local.demo.oracle import Described, compare, describe_all, owners_metadata
from local.demo.report import examples

ONE = Described(
    3, "aa", {"content-type": "text/plain", "expires": "never"}, {"note": "größe"}, {"team": "ferry"}
)
SOURCE = {"one": ONE, "two": replace(ONE, size=4)}


def test_equal_sides_are_equal():
    verdict = compare(SOURCE, dict(SOURCE))

    assert verdict.holds
    assert (verdict.same, verdict.size) == (2, 7)
    assert str(verdict) == "2 objects are equal in bytes, headers, metadata and tags"


def test_a_missing_object_is_found():
    verdict = compare(SOURCE, {"one": ONE})

    assert not verdict.holds
    assert (verdict.missing, verdict.same) == (("two",), 1)


def test_an_extra_object_is_found():
    verdict = compare({"one": ONE}, SOURCE)

    assert not verdict.holds
    assert verdict.extra == ("two",)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"size": 4}, "size: 3 is 4"),
        ({"sha256": "ab"}, "content: other bytes"),
        ({"headers": {"content-type": "text/html", "expires": "never"}}, "header content-type"),
        ({"headers": {"content-type": "text/plain"}}, "header expires: 'never' is None"),
        ({"headers": {**ONE.headers, "content-encoding": "gzip"}}, "header content-encoding"),
        ({"metadata": {"note": "grosse"}}, "metadata note: 'größe' is 'grosse'"),
        ({"metadata": {}}, "metadata note"),
        ({"metadata": {**ONE.metadata, "other": ""}}, "metadata other: None is ''"),
        ({"tags": {"team": "other"}}, "tag team: 'ferry' is 'other'"),
        ({"tags": {}}, "tag team"),
    ],
)
def test_a_difference_is_found_and_named(changed, what):
    verdict = compare({"one": ONE}, {"one": replace(ONE, **changed)})

    assert not verdict.holds
    assert verdict.same == 0
    (difference,) = verdict.different["one"]
    assert difference.startswith(what)
    assert examples(verdict) == [f"'one': {difference}"]


def test_metadata_comes_back_as_its_owner_wrote_it():
    stored = {
        "note": "=?UTF-8?B?6Ii56YGLIC0gZ3LDtsOfZQ==?=",
        "odd": "=?UTF-8?B?PT9ub3QgYW4gZW5jb2RlZCB3b3Jk?=",
        "plain": "text; with, signs = fine",
        "ferry-source-etag": "ABC",
    }

    assert owners_metadata(stored) == {
        "note": "船運 - größe",
        "odd": "=?not an encoded word",
        "plain": "text; with, signs = fine",
    }


def test_a_side_that_cannot_be_read_is_no_equal_side():
    class Broken:
        def list_keys(self):
            return ["one", "two"]

        def describe(self, key):
            raise ConnectionError(key)

    with pytest.raises(ConnectionError):
        describe_all(Broken())
