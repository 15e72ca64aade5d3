"""Every source store tells the same about links, ACLs, classes and checksums."""

import hashlib

import pytest
from ferry.checksums import crc64
from ferry.errors import ObjectNotFoundError, PermanentError, SourceChangedError
from ferry.keys import KeyRange
from ferry.objects import ByteRange

CONTENT = bytes(range(256)) * 4
OTHER = bytes(reversed(CONTENT))


def opened(source, key, **options):
    """What an open GET says about its object, and all its bytes."""

    async def read():
        async with source.store.open(key, **options) as body:
            return body.source, await body.read()

    return source.runner.run(read())


def test_a_link_is_listed_as_one_and_read_as_what_it_points_to(source):
    source.write("target", CONTENT, metadata={"of": "target"}, storage_class="IA")
    source.link("link", "target")

    rows = {row.key: row for row in source.store.list_objects("", KeyRange())}
    target = source.store.head("target")

    assert (rows["link"].is_symlink, rows["target"].is_symlink) == (True, False)
    for described in (source.store.head("link"), opened(source, "link")[0]):
        assert (described.key, described.size, described.etag) == ("link", len(CONTENT), target.etag)
        assert (described.crc64, described.md5) == (None, target.md5)
        assert (described.storage_class, described.metadata) == ("IA", {})
    assert rows["link"].etag != target.etag
    assert opened(source, "link")[1] == CONTENT


@pytest.mark.parametrize("is_pointed_elsewhere", [False, True])
@pytest.mark.parametrize("byte_range", [None, ByteRange(5, 10)])
def test_a_link_that_leads_to_another_version_is_not_opened_as_the_one_before(
    source, is_pointed_elsewhere, byte_range
):
    source.write("target", CONTENT)
    source.link("link", "target")
    planned = source.store.head("link")
    _, before = opened(source, "link", byte_range=byte_range, if_match=planned.etag)
    if is_pointed_elsewhere:
        source.write("other", OTHER)
        source.link("link", "other")
    else:
        source.write("target", OTHER)

    with pytest.raises(SourceChangedError):
        opened(source, "link", byte_range=byte_range, if_match=planned.etag)

    assert before == (CONTENT[5:15] if byte_range else CONTENT)
    assert opened(source, "link")[1] == OTHER


@pytest.mark.parametrize("call", ["head", "open"])
def test_a_link_that_leads_nowhere_is_not_taken_for_a_missing_object(source, call):
    source.write("target", CONTENT)
    source.link("link", "target")
    source.link("link to a link", "link")
    source.remove("target")
    look = {"head": source.store.head, "open": source.read}[call]

    for key, reason in (("link", "DanglingSymlink"), ("link to a link", "InvalidTargetType")):
        with pytest.raises(PermanentError) as caught:
            look(key)
        assert (caught.value.reason, isinstance(caught.value, ObjectNotFoundError)) == (reason, False)


@pytest.mark.parametrize("acl", ["private", "public-read", "public-read-write", "default"])
def test_an_acl_is_read_as_it_was_set(source, acl):
    source.write("k")
    before = source.store.acl("k")
    source.set_acl("k", acl)

    assert (before, source.store.acl("k")) == ("default", acl)
    with pytest.raises(ObjectNotFoundError):
        source.store.acl("missing")


@pytest.mark.parametrize("storage_class", ["Standard", "IA"])
def test_the_storage_class_is_told(source, storage_class):
    source.write("k", CONTENT, storage_class=storage_class)

    (row,) = source.store.list_objects("", KeyRange())
    assert row.storage_class == storage_class
    assert source.store.head("k").storage_class == storage_class
    assert opened(source, "k")[0].storage_class == storage_class


@pytest.mark.parametrize("content", [b"", CONTENT])
def test_both_checksums_of_an_object_are_told(source, content):
    source.write("k", content)

    for described in (source.store.head("k"), opened(source, "k")[0]):
        assert described.crc64 == crc64(content)
        assert described.md5 == hashlib.md5(content).hexdigest()


def test_the_checksums_that_come_with_a_range_are_the_whole_objects(source):
    source.write("k", CONTENT)

    described, content = opened(source, "k", byte_range=ByteRange(1, 2))

    assert content == CONTENT[1:3]
    assert (described.crc64, described.md5) == (crc64(CONTENT), hashlib.md5(CONTENT).hexdigest())
