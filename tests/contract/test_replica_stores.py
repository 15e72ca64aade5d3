"""Every replica store behaves alike."""

import pytest
from ferry.errors import ConflictError, FerryError, PermanentError
from ferry.keys import KeyRange
from ferry.metadata import decode_value, encode_metadata
from ferry.objects import ReplicaProperties

from tests.support.builders import described, marker_of, policy, properties

ODD_KEYS = [
    "a//b",
    "t/",
    " + % ? #",
    "a%41",
    "back\\slash",
    "~=&;'\"<>!*()",
    "日本語/ключ",
    "😀",
    "\uffff",
    "k" * 1024,
]
CONTENT = bytes(range(256)) * 4
LARGE = CONTENT * 3000
PART = 5 * 1024**2
WHOLE = KeyRange()


async def in_pieces(content, size=100_000):
    for offset in range(0, len(content), size):
        yield content[offset : offset + size]


async def broken_after(content, error):
    yield content
    raise error


def put(replica, key, content=b"x", *, expected=None, **fields):
    """Write an object and return its etag."""
    return replica.run(
        replica.store.put(key, content, size=len(content), properties=properties(**fields), expected=expected)
    )


def put_stream(replica, key, body, size, *, expected=None, **fields):
    return replica.run(
        replica.store.put(key, body, size=size, properties=properties(**fields), expected=expected)
    )


def keys_of(replica, prefix="", key_range=WHOLE):
    return [row.key for row in replica.store.list_objects(prefix, key_range)]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_every_key_is_written_listed_and_described_as_it_is(replica, key):
    etag = put(replica, key, b"content")

    assert replica.content(key) == b"content"
    (row,) = replica.store.list_objects("", WHOLE)
    head = replica.store.head(key)
    assert (row.key, row.size, row.etag) == (key, 7, etag)
    assert (head.key, head.size, head.etag) == (key, 7, etag)


def test_a_listing_is_in_byte_order_and_stays_within_its_prefix_and_range(replica):
    for key in ["b", "é", "a/b", "\U0001f600", "a", "\uffff", "a/a"]:
        put(replica, key)

    assert keys_of(replica) == ["a", "a/a", "a/b", "b", "é", "\uffff", "\U0001f600"]
    assert keys_of(replica, "a/") == ["a/a", "a/b"]
    assert keys_of(replica, "", KeyRange("a/a", "é")) == ["a/b", "b", "é"]
    assert keys_of(replica, "a/", KeyRange("a/a")) == ["a/b"]
    assert keys_of(replica, "z") == []


def test_a_listing_of_several_pages_is_complete(replica, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    expected = [f"{number:05}" for number in range(35)]
    for key in expected:
        put(replica, key, b"")

    assert keys_of(replica) == expected
    assert keys_of(replica, key_range=KeyRange("00002", "00031")) == expected[3:32]


def test_a_missing_replica_is_none(replica):
    put(replica, "other")

    assert replica.store.head("k") is None


def test_a_replica_keeps_headers_metadata_tags_and_storage_class(replica):
    headers = {
        "cache-control": "no-cache",
        "content-disposition": "attachment; filename=a.txt",
        "content-encoding": "gzip",
        "content-language": "de",
        "content-type": "text/plain",
        "expires": "Wed, 21 Oct 2026 07:28:00 GMT",
    }
    wanted = ReplicaProperties(
        headers,
        encode_metadata({"owner": "Zoë 漢", "plain": "a b"}),
        {"team": "a b", "größe": "1+1=2"},
        "STANDARD_IA",
    )

    for key, body in (("whole", CONTENT), ("streamed", in_pieces(CONTENT))):
        replica.run(replica.store.put(key, body, size=len(CONTENT), properties=wanted, expected=None))

        kept = replica.properties(key)
        assert {**kept.content_headers, "content-encoding": "gzip"} == headers
        assert kept.content_headers["content-encoding"].removeprefix("aws-chunked,") == "gzip"
        assert {name: decode_value(value) for name, value in kept.metadata.items()} == {
            "owner": "Zoë 漢",
            "plain": "a b",
        }
        assert (kept.tags, kept.storage_class) == (wanted.tags, wanted.storage_class)


def test_a_marker_is_read_back_by_head(replica):
    source = described(etag="ETAG-1", crc64=2**64 - 1, version_id="v 1")
    wanted = policy().properties(source)

    replica.run(replica.store.put("k", b"x", size=1, properties=wanted, expected=None))

    assert replica.store.head("k").marker == marker_of(source)


def test_a_replica_that_somebody_else_wrote_has_no_marker(replica):
    put(replica, "k", metadata={"note": "=?UTF-8?B?A?="})

    assert replica.store.head("k").marker is None


@pytest.mark.parametrize("size", [0, 1, 8191, 2**20, len(LARGE)])
def test_content_of_every_size_arrives_whole_and_in_pieces(replica, size):
    content = LARGE[:size]

    put(replica, "whole", content)
    put_stream(replica, "streamed", in_pieces(content), size)

    assert replica.content("whole") == content
    assert replica.content("streamed") == content


def test_a_write_expects_what_is_there(replica):
    first = put(replica, "k", b"one")
    second = put(replica, "k", b"two", expected=first)

    for expected in (None, first, "0" * 32):
        with pytest.raises(ConflictError):
            put(replica, "k", b"three", expected=expected)
        with pytest.raises(ConflictError):
            put_stream(replica, "k", in_pieces(b"three"), 5, expected=expected)
    with pytest.raises(ConflictError):
        put(replica, "missing", b"x", expected=second)
    assert (replica.content("k"), replica.content("missing")) == (b"two", None)


@pytest.mark.parametrize("content", [b"", CONTENT, LARGE])
def test_a_body_that_breaks_off_never_becomes_visible(replica, content):
    error = ConnectionError("The source broke.")

    with pytest.raises(ConnectionError, match="The source broke"):
        put_stream(replica, "k", broken_after(content, error), len(content))
    with pytest.raises(FerryError):
        put_stream(replica, "k", in_pieces(content), len(content) + 1)

    assert replica.content("k") is None


@pytest.mark.parametrize("content", [CONTENT, LARGE])
def test_a_body_longer_than_announced_never_becomes_visible(replica, content):
    with pytest.raises(FerryError):
        put_stream(replica, "k", in_pieces(content), len(content) - 1)

    assert replica.content("k") is None


def test_a_delete_expects_what_is_there(replica):
    etag = put(replica, "k")

    with pytest.raises(ConflictError):
        replica.store.delete("k", expected="0" * 32)
    kept = replica.content("k")
    replica.store.delete("k", expected=etag)

    assert (kept, replica.content("k")) == (b"x", None)
    with pytest.raises(ConflictError):
        replica.store.delete("k", expected=etag)


def test_trying_to_write_leaves_nothing_behind(replica):
    replica.store.check_writable("copies/.ferry-preflight")

    assert keys_of(replica) == []
    assert replica.uploads() == []


def begin(replica, key="k", **fields):
    return replica.run(replica.store.create_upload(key, properties(**fields)))


def upload(replica, upload_id, number, content, key="k"):
    return replica.run(
        replica.store.upload_part(key, upload_id, number, in_pieces(content), size=len(content))
    )


def test_an_upload_becomes_visible_when_it_is_completed(replica):
    upload_id = begin(
        replica, metadata={"owner": "me"}, content_headers={"content-type": "text/plain"}, tags={"a": "b"}
    )
    etags = {
        number: upload(replica, upload_id, number, content)
        for number, content in ((2, b"end"), (1, bytes(PART)))
    }
    parts = list(replica.store.list_parts("k", upload_id))
    before = replica.content("k")

    etag = replica.store.complete_upload("k", upload_id, parts, expected=None)

    assert [(part.number, part.etag, part.size) for part in parts] == [(1, etags[1], PART), (2, etags[2], 3)]
    assert (before, replica.content("k")) == (None, bytes(PART) + b"end")
    assert replica.store.head("k").etag == etag
    assert replica.properties("k").metadata == {"owner": "me"}
    assert replica.properties("k").content_headers["content-type"] == "text/plain"
    assert replica.uploads() == []


def test_a_part_written_again_replaces_the_first(replica):
    upload_id = begin(replica)
    upload(replica, upload_id, 1, b"first")
    upload(replica, upload_id, 1, b"second!")

    parts = list(replica.store.list_parts("k", upload_id))
    replica.store.complete_upload("k", upload_id, parts, expected=None)

    assert [part.size for part in parts] == [7]
    assert replica.content("k") == b"second!"


def test_an_upload_is_not_completed_over_a_replica_that_appeared(replica):
    upload_id = begin(replica)
    upload(replica, upload_id, 1, b"mine")
    put(replica, "k", b"theirs")

    with pytest.raises(ConflictError):
        replica.store.complete_upload("k", upload_id, replica.store.list_parts("k", upload_id), expected=None)

    assert replica.content("k") == b"theirs"


def test_an_upload_replaces_the_replica_it_expects(replica):
    etag = put(replica, "k", b"old")
    upload_id = begin(replica)
    upload(replica, upload_id, 1, b"new")

    replica.store.complete_upload("k", upload_id, replica.store.list_parts("k", upload_id), expected=etag)

    assert replica.content("k") == b"new"


@pytest.mark.not_on("moto", reason="moto 5.2 ignores If-Match when it completes an upload")
def test_an_upload_is_not_completed_over_another_replica_than_expected(replica):
    etag = put(replica, "k", b"old")
    upload_id = begin(replica)
    upload(replica, upload_id, 1, b"mine")
    put(replica, "k", b"theirs", expected=etag)

    with pytest.raises(ConflictError):
        replica.store.complete_upload("k", upload_id, replica.store.list_parts("k", upload_id), expected=etag)

    assert replica.content("k") == b"theirs"


def test_aborting_drops_the_parts_and_may_be_repeated(replica):
    upload_id = begin(replica)
    upload(replica, upload_id, 1, b"part")

    for _ in range(2):
        replica.store.abort_upload("k", upload_id)

    assert replica.uploads() == []
    assert replica.content("k") is None
    with pytest.raises(PermanentError) as caught:
        list(replica.store.list_parts("k", upload_id))
    assert caught.value.reason == "NoSuchUpload"


def test_the_uploads_of_a_key_are_listed_and_those_of_longer_keys_are_not(replica):
    expected = {begin(replica, "a+b"), begin(replica, "a+b")}
    for other in ("a+", "a+b/c", "a%2Bb", "b"):
        begin(replica, other)

    pending = list(replica.store.list_uploads("a+b"))

    assert {upload.upload_id for upload in pending} == expected
    assert all(upload.initiator.startswith("arn:aws:") for upload in pending)
    assert list(replica.store.list_uploads("none")) == []


@pytest.mark.not_on("moto", reason="moto 5.2 answers 500 to a part of an unknown upload")
def test_an_upload_that_is_gone_takes_no_part(replica):
    upload_id = begin(replica)
    replica.store.abort_upload("k", upload_id)

    with pytest.raises(PermanentError) as caught:
        upload(replica, upload_id, 1, b"part")

    assert caught.value.reason == "NoSuchUpload"


def test_a_part_that_breaks_off_is_not_kept(replica):
    upload_id = begin(replica)

    with pytest.raises(FerryError):
        replica.run(replica.store.upload_part("k", upload_id, 1, in_pieces(CONTENT), size=len(CONTENT) + 1))

    assert list(replica.store.list_parts("k", upload_id)) == []
