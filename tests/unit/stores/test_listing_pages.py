from datetime import UTC, datetime
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest
from ferry.errors import DamagedContentError
from ferry.keys import KeyRange, sort_key
from ferry.objects import ListedObject
from ferry.stores.listing_pages import list_pages, read_oss_page, read_s3_page
from hypothesis import given
from hypothesis import strategies as st

from tests.support.listings import ROW, page_xml, row_xml

# What XML 1.0 can hold, for the pages that do not encode their keys.
CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
KEYS = st.text(min_size=1, max_size=20)
READERS = [(read_oss_page, quote), (read_s3_page, quote_plus)]
EXTRAS = {
    "ChecksumAlgorithm": "CRC64NVME",
    "TransitionTime": "2026-01-31T12:00:00.000Z",
    "RestoreInfo": 'ongoing-request="true"',
}


def row(key="k", **fields):
    given = {"size": 1, "etag": "E", "last_modified": datetime(2026, 1, 31, 12, tzinfo=UTC)}
    return ListedObject(**{"key": key, "storage_class": "Standard", **given, **fields})


@pytest.mark.parametrize(("read", "encode"), READERS)
@given(st.data())
def test_a_page_is_read_whatever_its_entries_hold_and_in_whatever_order(read, encode, data):
    keys = data.draw(st.lists(KEYS, max_size=6))
    names = data.draw(st.permutations(["Key", *ROW, *EXTRAS]))
    is_uniform = data.draw(st.booleans())
    rows = []
    for key in keys:
        own = names if is_uniform else data.draw(st.permutations(names))
        left_out = set() if is_uniform else data.draw(st.sets(st.sampled_from(list(EXTRAS))))
        elements = {"Key": encode(key), **ROW, **EXTRAS}
        rows.append(row_xml(key, {name: elements[name] for name in own if name not in left_out}))

    page = read(page_xml(rows))

    assert list(page.objects) == [row(key) for key in keys]
    assert page.next_token is None


@pytest.mark.parametrize(("read", "_encode"), READERS)
@given(st.lists(st.text(CHARACTERS, min_size=1, max_size=20), max_size=4))
def test_a_server_that_does_not_encode_keys_is_understood(read, _encode, keys):
    page = read(page_xml([row_xml(escape(key)) for key in keys], encoding=""))

    assert [one.key for one in page.objects] == keys


def test_a_plus_sign_is_a_space_on_s3_alone():
    rows = [row_xml("a+b")]

    assert read_s3_page(page_xml(rows)).objects[0].key == "a b"
    assert read_oss_page(page_xml(rows)).objects[0].key == "a+b"


def test_etags_symlinks_and_classes_are_read():
    elements = {**ROW, "ETag": "&quot;abc-1&quot;", "Type": "Symlink", "StorageClass": "IA"}

    page = read_oss_page(page_xml([row_xml("k", elements)]))

    assert list(page.objects) == [row(etag="abc-1", storage_class="IA", is_symlink=True)]


def test_elements_that_hold_elements_do_not_disturb():
    owner = "<Owner><ID>1</ID><DisplayName>2</DisplayName></Owner>"
    rows = [row_xml(key).replace("</Contents>", f"{owner}</Contents>") for key in ("a", "b")]

    assert [one.key for one in read_oss_page(page_xml(rows)).objects] == ["a", "b"]


def test_levels_and_the_token_are_decoded():
    levels = "<CommonPrefixes><Prefix>a%2Fb%20c%2F</Prefix></CommonPrefixes>"

    page = read_oss_page(page_xml([levels], is_truncated=True, token="x%2By&amp;z"))

    assert (page.prefixes, page.next_token) == (["a/b c/"], "x+y&z")


def test_the_namespace_of_s3_is_no_hindrance():
    body = page_xml([row_xml("a"), row_xml("b", {**ROW, "Owner": "me"})])
    named = body.replace(
        b"<ListBucketResult>", b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    )

    assert [one.key for one in read_s3_page(named).objects] == ["a", "b"]


@pytest.mark.parametrize(("read", "_encode"), READERS)
@given(st.data())
def test_a_page_that_broke_off_is_never_taken_for_a_whole_one(read, _encode, data):
    body = page_xml([row_xml(f"key-{number}") for number in range(3)])
    cut = data.draw(st.integers(0, len(body) - 1))

    with pytest.raises(DamagedContentError):
        read(body[:cut])


@pytest.mark.parametrize(
    "change",
    [
        (b"<Size>1<", b"<Size>one<"),
        (b"2026-01-31T", b"January"),
        (b"<Key>k</Key>", b""),
        (b"ListBucketResult", b"Error"),
        (b"<Name>b", b"<Name>\xff"),
    ],
)
def test_a_page_that_says_nonsense_is_damaged(change):
    with pytest.raises(DamagedContentError):
        read_oss_page(page_xml([row_xml("k")]).replace(*change))


def listed(server, key_range):
    return [one.key for one in list_pages(server.ask, read_oss_page, key_range)]


class Server:
    """Lists keys in pages of two, and damages a page where it is told."""

    def __init__(self, keys, damaged=()):
        self.keys, self.damaged, self.asked = keys, list(damaged), []

    def ask(self, place, read):
        return read(self.page(place))

    def page(self, place):
        self.asked.append(place)
        start = int(place.get("continuation-token", 0))
        rows = [row_xml(quote(key)) for key in self.keys[start : start + 2]]
        is_last = start + 2 >= len(self.keys)
        page = page_xml(rows, is_truncated=not is_last, token=None if is_last else str(start + 2))
        if start in self.damaged:
            self.damaged.remove(start)
            return page[:-5]
        return page


@given(st.lists(KEYS, unique=True), st.none() | KEYS)
def test_a_listing_is_all_its_pages_up_to_the_end_of_the_range(keys, until):
    ordered, key_range = sorted(keys, key=sort_key), KeyRange(until=until)

    found = listed(Server(ordered), key_range)

    assert found == [key for key in ordered if key in key_range]


def test_no_page_behind_the_range_is_read():
    server = Server(list("abcdefgh"))

    assert listed(server, KeyRange(until="c")) == list("abc")
    assert server.asked == [{"start-after": ""}, {"continuation-token": "2"}]


def test_a_damaged_page_is_asked_for_once_more():
    assert listed(Server(list("abcd"), damaged=[2]), KeyRange()) == list("abcd")
    with pytest.raises(DamagedContentError):
        listed(Server(list("abcd"), damaged=[2, 2]), KeyRange())
