"""Every source store behaves alike."""

import pytest
from ferry.checksums import crc64
from ferry.errors import FerryError, ObjectNotFoundError, PermanentError, SourceChangedError
from ferry.finder.shards import plan_ranges
from ferry.keys import KeyRange, sort_key
from ferry.objects import ByteRange

ODD_KEYS = [
    "a//b",
    "a/../b",
    "./x",
    "x/..",
    "t/",
    " + % ? #",
    "a%41",
    "back\\slash",
    "new\nline",
    "tab\tand\x01control",
    "~=&;'\"<>",
    "日本語/ключ",
    "😀",
    "\uffff",
    "k" * 1023,
]
CONTENT = bytes(range(256)) * 4
WHOLE = KeyRange()


def keys_of(source, prefix="", key_range=WHOLE):
    return [row.key for row in source.store.list_objects(prefix, key_range)]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_every_key_is_listed_described_and_read_as_it_is(source, key):
    source.write(key, key.encode())

    assert keys_of(source) == [key]
    assert source.store.head(key).size == len(key.encode())
    assert source.read(key) == key.encode()
    assert source.store.first_key("", WHOLE) == key


def test_a_listing_is_in_byte_order(source):
    for key in ["b", "é", "a/b", "\U0001f600", "a", "\uffff", "B", "a b", "a.b"]:
        source.write(key)

    assert keys_of(source) == ["B", "a", "a b", "a.b", "a/b", "b", "é", "\uffff", "\U0001f600"]


def test_a_listing_shows_size_etag_and_time_of_each_object(source):
    source.write("k", CONTENT)

    (row,) = source.store.list_objects("", WHOLE)

    head = source.store.head("k")
    assert (row.size, row.etag, row.is_symlink) == (len(CONTENT), head.etag, False)
    assert row.last_modified.tzinfo is not None
    assert abs((row.last_modified - head.last_modified).total_seconds()) <= 1


@pytest.mark.parametrize(
    ("prefix", "key_range", "expected"),
    [
        ("", KeyRange("a"), ["a/1", "a/2", "b", "é"]),
        ("", KeyRange("a/1", "b"), ["a/2", "b"]),
        ("", KeyRange("", "a"), ["a"]),
        ("", KeyRange("a/1", "a/1"), []),
        ("a/", WHOLE, ["a/1", "a/2"]),
        ("a/", KeyRange("a/1"), ["a/2"]),
        ("a/", KeyRange("a", "a/1"), ["a/1"]),
        ("a", KeyRange("zzz"), []),
        ("", KeyRange("a/15"), ["a/2", "b", "é"]),
        ("x", WHOLE, []),
    ],
)
def test_a_listing_stays_within_its_prefix_and_range(source, prefix, key_range, expected):
    for key in ["a", "a/1", "a/2", "b", "é"]:
        source.write(key)

    assert keys_of(source, prefix, key_range) == expected
    assert source.store.first_key(prefix, key_range) == (expected[0] if expected else None)


def test_next_levels_are_distinct_ascending_and_within_the_range(source):
    for key in ["a/1", "a/2", "b/x/1", "b/y", "c", "d//1", "é/1"]:
        source.write(key)

    levels = source.store.next_common_prefixes

    assert levels("", WHOLE, 100) == ["a/", "b/", "d/", "é/"]
    assert levels("b/", WHOLE, 100) == ["b/x/"]
    assert levels("d/", WHOLE, 100) == ["d//"]
    assert levels("", KeyRange("b/", "e"), 100) == ["d/"]
    assert levels("", WHOLE, 2) == ["a/", "b/"]
    assert levels("z", WHOLE, 100) == []


def test_a_listing_of_several_pages_is_complete(source):
    expected = sorted((f"{number % 7}/{number:05}" for number in range(1100)), key=sort_key)
    for key in expected:
        source.write(key, b"")

    assert keys_of(source) == expected
    assert keys_of(source, key_range=KeyRange(expected[2], expected[1050])) == expected[3:1051]
    ranges = plan_ranges(source.store, [""], WHOLE, wanted=5)
    assert 1 < len(ranges) <= 5
    assert [key for piece in ranges for key in keys_of(source, key_range=piece)] == expected


def test_headers_metadata_and_tags_are_read_by_head_and_by_open(source):
    headers = {
        "cache-control": "no-cache",
        "content-disposition": 'attachment; filename="à.txt"',
        "content-language": "de",
        "content-type": "text/plain",
        "expires": "Wed, 21 Oct 2026 07:28:00 GMT",
    }
    tags = {"team": "a b", "größe": "1+1=2"}
    source.write("k", CONTENT, content_headers=headers, metadata={"owner": "Zoë 漢"}, tags=tags)

    async def opened():
        async with source.store.open("k") as body:
            return body.source

    for described in (source.store.head("k"), source.runner.run(opened())):
        assert described.size == len(CONTENT)
        assert described.crc64 == crc64(CONTENT)
        assert described.content_headers == headers
        assert described.metadata == {"owner": "Zoë 漢"}
        assert described.tag_count == 2
        assert described.last_modified.tzinfo is not None
    assert source.store.tags("k") == tags


def test_an_object_without_tags_has_none(source):
    source.write("k")

    assert source.store.head("k").tag_count == 0
    assert source.store.tags("k") == {}


def test_a_gzip_object_arrives_byte_for_byte(source):
    packed = b"\x1f\x8b" + CONTENT
    source.write("k", packed, content_headers={"content-encoding": "gzip"})

    assert source.read("k") == packed
    assert source.store.head("k").size == len(packed)


@pytest.mark.parametrize(("offset", "size"), [(0, 1), (0, 1024), (1000, 24), (100, 500), (1023, 1)])
def test_a_range_is_exactly_what_was_asked_for(source, offset, size):
    source.write("k", CONTENT)

    async def read():
        async with source.store.open("k", byte_range=ByteRange(offset, size)) as body:
            chunks = [chunk async for chunk in body.chunks()]
            return body.size, body.source.size, b"".join(chunks)

    assert source.runner.run(read()) == (size, len(CONTENT), CONTENT[offset : offset + size])


@pytest.mark.parametrize("byte_range", [ByteRange(1024, 1), ByteRange(1000, 25), ByteRange(5000, 10)])
def test_a_range_beyond_the_object_is_an_error(source, byte_range):
    source.write("k", CONTENT)

    with pytest.raises(FerryError) as caught:
        source.read("k", byte_range)

    assert caught.value.reason in {"WrongRange", "InvalidRange"}


def test_a_body_can_be_read_in_chunks(source):
    content = CONTENT * 2000
    source.write("k", content)

    async def read():
        async with source.store.open("k") as body:
            return b"".join([chunk async for chunk in body.chunks()])

    assert source.runner.run(read()) == content


def test_an_empty_object_is_read_too(source):
    source.write("k", b"")

    assert source.read("k") == b""
    assert (source.store.head("k").size, source.store.head("k").crc64) == (0, 0)


def test_only_the_version_asked_for_is_opened(source):
    source.write("k", b"one")
    etag = source.store.head("k").etag

    unchanged = source.read("k", if_match=etag)
    source.write("k", b"two")

    assert unchanged == b"one"
    with pytest.raises(SourceChangedError):
        source.read("k", if_match=etag)
    with pytest.raises(SourceChangedError):
        source.read("k", ByteRange(0, 1), if_match=etag)


@pytest.mark.parametrize("operation", ["head", "tags", "read", "deleted"])
def test_a_missing_object_is_definitely_not_found(source, operation):
    source.write("other")
    source.write("k")
    source.remove("k")
    call = {"head": source.store.head, "tags": source.store.tags}.get(operation, source.read)

    with pytest.raises(ObjectNotFoundError) as caught:
        call("k")

    assert caught.value.reason == "NoSuchKey"
    assert isinstance(caught.value, PermanentError)
