import pytest
from ferry.errors import PermanentError
from ferry.keys import InvalidKeyError, KeyMapping, KeyRange, check_key, sort_key
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import ANY_TEXT, AWKWARD_KEYS, KEYS

ANY_KEYS = st.one_of(KEYS, AWKWARD_KEYS)


@given(st.lists(ANY_KEYS, max_size=12), st.lists(ANY_KEYS, max_size=20))
def test_every_key_is_in_exactly_one_of_the_ranges_cut(boundaries, keys):
    ranges = KeyRange().cut(boundaries)

    for key in [*keys, *boundaries]:
        assert sum(key in piece for piece in ranges) == 1


@given(ANY_TEXT, st.one_of(st.none(), ANY_KEYS), st.lists(ANY_KEYS, max_size=12), ANY_KEYS)
def test_the_ranges_cut_cover_exactly_the_range_they_come_from(after, until, boundaries, key):
    whole = KeyRange(after, until)

    ranges = whole.cut(boundaries)

    assert any(key in piece for piece in ranges) == (key in whole)
    assert (ranges[0].after, ranges[-1].until) == (after, until)
    assert [piece.until for piece in ranges[:-1]] == [piece.after for piece in ranges[1:]]


def test_a_range_leaves_out_its_beginning_and_has_its_end():
    piece = KeyRange("b", "d")

    assert [key for key in ["a", "b", "b\x00", "c", "d", "d\x00"] if key in piece] == ["b\x00", "c", "d"]


def test_keys_are_ordered_by_utf8_bytes_and_not_by_utf16_units():
    keys = ["\U0001f600", "\uffff", "a", "é", "~"]

    ordered = sorted(keys, key=sort_key)

    assert ordered == ["a", "~", "é", "\uffff", "\U0001f600"]


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.lists(ANY_KEYS, max_size=10))
def test_a_mapping_keeps_the_order_and_can_be_undone(strip, rest, replica_prefix, names):
    mapping = KeyMapping(source_prefix=strip + rest, strip_prefix=strip, replica_prefix=replica_prefix)
    keys = sorted((mapping.source_prefix + name for name in names), key=sort_key)

    replicas = [mapping.to_replica(key) for key in keys]

    assert replicas == sorted(replicas, key=sort_key)
    assert [mapping.to_source(key) for key in replicas] == keys
    assert all(key.startswith(mapping.replica_listing_prefix) for key in replicas)


def test_a_prefix_that_is_not_on_every_key_cannot_be_stripped():
    with pytest.raises(InvalidKeyError, match="beginning of the source prefix"):
        KeyMapping(source_prefix="logs/", strip_prefix="logs/2026/")


@pytest.mark.parametrize(
    ("source_key", "replica_key", "reason"),
    [
        (".", "copies/.", "DotKey"),
        ("..", "copies/..", "DotKey"),
        ("logs/.", ".", "DotKey"),
        ("soap", "soap", "ReservedKey"),
        ("logs/soap", "soap", "ReservedKey"),
        ("k" * 1023, "p/" + "k" * 1023, "KeyTooLong"),
        ("中" * 341, "é" + "中" * 341, "KeyTooLong"),
        ("logs/", "", "KeyEmpty"),
        ("\ud800", "\ud800", "KeyNotUnicode"),
    ],
)
def test_a_key_that_would_be_read_or_written_wrong_is_refused(source_key, replica_key, reason):
    with pytest.raises(InvalidKeyError) as caught:
        check_key(source_key, replica_key)

    assert isinstance(caught.value, PermanentError)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "key", ["k", "k" * 1024, "中" * 341 + "k", "./x", "a/../b", "...", "/", "a//b", " ", "soap/", "a/soap"]
)
def test_every_other_key_is_fine(key):
    check_key(key, key)
