from bisect import bisect_left
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from local.oss.listing import ListQuery, list_page, successor


@dataclass(frozen=True)
class Row:
    key: bytes


KEYS = st.lists(st.text("ab/é😀", min_size=1, max_size=6).map(str.encode), unique=True).map(sorted)
SHORT = st.text("ab/é", max_size=2).map(str.encode)


def seek_in(keys):
    return lambda lower: (Row(key) for key in keys[bisect_left(keys, lower) :])


def naive_entries(keys, query):
    entries = []
    for key in keys:
        if not key.startswith(query.prefix) or key <= query.after:
            continue
        rest = key[len(query.prefix) :]
        cut = rest.find(query.delimiter) if query.delimiter else -1
        entry = key if cut < 0 else query.prefix + rest[: cut + len(query.delimiter)]
        if entry != query.after and entry not in entries:
            entries.append(entry)
    return entries


@given(KEYS, SHORT, SHORT, SHORT, st.integers(1, 5))
def test_a_page_holds_the_first_entries_of_the_naive_model(keys, prefix, delimiter, after, max_keys):
    query = ListQuery(prefix, delimiter, after, max_keys)

    page = list_page(seek_in(keys), query)

    expected = naive_entries(keys, query)
    listed = sorted([row.key for row in page.rows] + page.groups)
    assert listed == sorted(expected[:max_keys])
    assert page.next_after == (expected[max_keys - 1] if len(expected) > max_keys else None)


@given(KEYS, SHORT, SHORT, st.integers(1, 3))
def test_pages_together_hold_every_entry_exactly_once(keys, prefix, delimiter, max_keys):
    listed, after = [], b""
    while after is not None:
        page = list_page(seek_in(keys), ListQuery(prefix, delimiter, after, max_keys))
        listed += sorted([row.key for row in page.rows] + page.groups)
        after = page.next_after

    assert listed == naive_entries(keys, ListQuery(prefix, delimiter))


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_the_successor_is_above_everything_with_the_prefix_and_nothing_else(prefix, other):
    above = successor(prefix)

    if above is None:
        assert set(prefix) <= {0xFF}
    else:
        assert prefix + other < above
        assert other >= above or other < prefix or other.startswith(prefix)
