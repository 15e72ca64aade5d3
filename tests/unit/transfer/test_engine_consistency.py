"""One version per replica, and what the user is told about it."""

import hashlib
from dataclasses import replace

import pytest
from ferry.objects import NO_NOTICES, Marker, Notice
from ferry.outcome import Outcome, Result
from ferry.transfer.engine import TransferLimits

from tests.support.builders import job_object, policy
from tests.support.engines import Sides, copy_all, copy_one

STREAMING = TransferLimits(whole_size=1024, stream_bytes=512)


@pytest.fixture
def sides():
    return Sides()


def forget_crc(sides, key, *, md5=None):
    """Make an object one of the old ones."""
    described, content = sides.source.objects[key]
    sides.source.objects[key] = (replace(described, crc64=None, md5=md5), content)


def stored(sides, key="k"):
    return sides.replica.objects[f"copies/{key}"]


def test_tags_belong_to_the_version_that_is_copied(sides):
    item = sides.write("k", b"version 1", tags={"version": "1"})
    overwrite = lambda: sides.source.write("k", b"version 2", tags={"version": "2"}) and None  # noqa: E731
    sides.source.surprises.before["tags"] = [overwrite]

    outcome = copy_one(sides.engine(), item)

    assert outcome.result is Result.COPIED
    assert (stored(sides).content, stored(sides).properties.tags) == (b"version 2", {"version": "2"})
    assert sides.replica.writes == [("copies/k", b"version 2")]


def test_a_source_that_changes_at_every_look_is_a_failure_for_now(sides):
    item = sides.write("k", b"version", tags={"a": "b"})
    versions = (b"version %d" % number for number in range(1000))
    change = lambda: sides.source.write("k", next(versions), tags={"a": "b"}) and None  # noqa: E731
    sides.source.surprises.before["tags"] = [change] * 1000

    outcome = copy_one(sides.engine(), item)

    assert (outcome.reason, outcome.is_transient) == ("SourceChanged", True)
    assert sides.source.surprises.calls.count("open") == 5
    assert sides.replica.writes == []


def test_a_source_deleted_while_its_tags_are_read_is_gone(sides):
    item = sides.write("k", b"hello", tags={"a": "b"})
    sides.source.surprises.before["tags"] = [lambda: sides.source.remove("k")]

    assert copy_one(sides.engine(), item) == Outcome("k", Result.GONE)


def test_an_acl_is_read_only_where_it_is_wanted(sides):
    item = sides.write("k", b"hello")
    sides.source.acls["k"] = "public-read"
    engine = sides.engine()
    engine.policy = policy(acl="source")

    copy_one(sides.engine(), item)
    without = stored(sides).properties.acl
    copy_one(engine, job_object("k", replica_etag=sides.etag("k")))

    assert (without, stored(sides).properties.acl) == (None, "public-read")


@pytest.mark.parametrize("limits", [None, STREAMING], ids=["whole", "streamed"])
@pytest.mark.parametrize("is_pointed_elsewhere", [False, True])
def test_a_link_whose_target_changes_before_the_copy_is_copied_as_it_is_then(
    sides, limits, is_pointed_elsewhere
):
    sides.write("target", b"old " * 1000)
    sides.source.link("link", "target")
    item = job_object("link", size=4000, etag="listed before")
    if is_pointed_elsewhere:
        sides.write("other", b"new " * 2000)
        sides.source.link("link", "other")
    else:
        sides.write("target", b"new " * 2000)

    outcome = copy_one(sides.engine(limits=limits), item)

    assert (outcome.result, outcome.size) == (Result.COPIED, 8000)
    assert stored(sides, "link").content == b"new " * 2000
    marker = Marker.from_metadata(stored(sides, "link").properties.metadata)
    assert marker.matches(sides.source.head("link").etag)


@pytest.mark.parametrize("limits", [None, STREAMING], ids=["whole", "streamed"])
@pytest.mark.parametrize("has_md5", [False, True])
def test_an_object_without_a_crc_is_checked_by_md5_or_noted_as_unverified(sides, limits, has_md5):
    content = bytes(5000)
    item = sides.write("k", content)
    forget_crc(sides, "k", md5=hashlib.md5(content).hexdigest() if has_md5 else None)

    outcome = copy_one(sides.engine(limits=limits), item)

    notices = NO_NOTICES if has_md5 else frozenset({Notice.UNVERIFIED})
    assert outcome == Outcome("k", Result.COPIED, size=5000, notices=notices)
    assert sides.replica.head("copies/k").marker.notices == notices


@pytest.mark.parametrize("limits", [None, STREAMING], ids=["whole", "streamed"])
def test_an_object_damaged_on_its_way_is_known_by_its_md5(sides, limits):
    content = bytes(5000)
    item = sides.write("k", content)
    forget_crc(sides, "k", md5=hashlib.md5(content).hexdigest())
    sides.source.bodies = [lambda body: body[:-1] + b"!"] * 100

    outcome = copy_one(sides.engine(limits=limits), item)

    assert (outcome.reason, outcome.is_transient) == ("ChecksumMismatch", True)
    assert sides.replica.objects == {}


def test_a_notice_counts_again_when_the_job_is_delivered_again(sides):
    item = sides.write("k", b"hello")
    forget_crc(sides, "k")

    first = copy_one(sides.engine(), item)
    again = copy_one(sides.engine(), item, look_first=True)

    assert first == again
    assert again.notices == {Notice.UNVERIFIED}


def test_metadata_is_dropped_from_the_one_object_it_does_not_fit(sides):
    items = [
        sides.write("large", b"x", metadata={"note": "é" * 2000}),
        sides.write("k", b"x", metadata={"note": "é"}),
    ]
    engine = sides.engine()
    engine.policy = policy(metadata_policy="drop")

    large, other = copy_all(engine, items)

    assert (large.result, large.notices) == (Result.COPIED, {Notice.METADATA_DROPPED})
    assert (other.result, other.notices) == (Result.COPIED, NO_NOTICES)
