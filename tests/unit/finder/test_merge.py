import pytest
from ferry.finder.merge import ListingOrderError, merge_listings
from ferry.keys import KeyMapping, sort_key
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import SAME_KEYS, listed
from tests.support.strategies import LAYOUTS


def rows(keys):
    return [listed(key) for key in sorted(keys, key=sort_key)]


@given(
    LAYOUTS,
    LAYOUTS,
    st.sampled_from([("", "", ""), ("p/", "p/", ""), ("p/", "", "copies/"), ("p", "p", "中/")]),
)
def test_a_merge_is_a_full_outer_join_in_key_order(source_names, replica_names, prefixes):
    mapping = KeyMapping(*prefixes)
    sources = rows(mapping.source_prefix + name for name in source_names)
    replicas = rows(mapping.replica_listing_prefix + name for name in replica_names)

    pairs = list(merge_listings(iter(sources), iter(replicas), mapping))

    by_source = {row.key: row for row in sources}
    by_replica = {mapping.to_source(row.key): row for row in replicas}
    assert [pair.key for pair in pairs] == sorted(by_source.keys() | by_replica.keys(), key=sort_key)
    for pair in pairs:
        assert (pair.source, pair.replica) == (by_source.get(pair.key), by_replica.get(pair.key))


@pytest.mark.parametrize("keys", [["b", "a"], ["a", "a"], ["\U0001f600", "\uffff"]])
@pytest.mark.parametrize("other", [[], ["a"], ["z"]])
def test_a_listing_that_goes_backwards_is_an_error_on_either_side(keys, other):
    disordered = [listed(key) for key in keys]

    with pytest.raises(ListingOrderError):
        list(merge_listings(iter(disordered), iter(rows(other)), SAME_KEYS))
    with pytest.raises(ListingOrderError):
        list(merge_listings(iter(rows(other)), iter(disordered), SAME_KEYS))


def test_a_merge_reads_no_further_than_it_yields():
    read = []

    def listing(name, keys):
        for key in keys:
            read.append(name + key)
            yield listed(key)

    pairs = merge_listings(listing("s", "abcd"), listing("r", "abcd"), SAME_KEYS)
    next(pairs)

    assert read == ["sa", "ra"]


def test_an_error_of_a_listing_comes_through():
    def broken():
        yield listed("a")
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        list(merge_listings(broken(), iter(rows("abc")), SAME_KEYS))


@given(st.text(st.characters()), st.text(st.characters()))
def test_text_compares_as_its_bytes_do(one, other):
    # The merge relies on it.
    assert (one < other) == (sort_key(one) < sort_key(other))
