"""One large object, copied part by part between memory buckets."""

import asyncio
from dataclasses import replace

import pytest
from ferry.checksums import crc64
from ferry.errors import (
    ConflictError,
    ObjectNotFoundError,
    PartsDifferError,
    SourceChangedError,
    TransientError,
)
from ferry.multipart.plan import MIN_PART_SIZE
from ferry.multipart.upload import CopiedRange, UploadPlan
from ferry.objects import Marker, Notice
from ferry.outcome import Outcome, Result

from tests.support.builders import marker_of, properties
from tests.support.engines import Sides, large_object_copier
from tests.support.faults import raising

CONTENT = bytes(range(256)) * (2 * MIN_PART_SIZE // 256) + b"the end"
OTHER_RUN = "photos-20260130t120000z"
BROKEN = TransientError("The connection broke.", reason="ConnectionReset")
SOON = 2000.0


@pytest.fixture
def sides():
    sides = Sides()
    sides.write("k", CONTENT, metadata={"owner": "Zoë"}, tags={"team": "a"})
    return sides


def begin(sides, **options):
    return asyncio.run(large_object_copier(sides, **options).begin("k"))


def copy(sides, plan, first=1, last=3):
    return asyncio.run(large_object_copier(sides).copy_range(plan, first, last, deadline=SOON))


def complete(sides, plan, copied):
    return large_object_copier(sides).complete(plan, copied)


def put(sides, content, expected=None):
    asyncio.run(
        sides.replica.put("copies/k", content, size=len(content), properties=properties(), expected=expected)
    )


def test_a_plan_pins_the_version_and_covers_all_parts(sides):
    plan = begin(sides)

    source = sides.source.head("k")
    assert (plan.key, plan.etag, plan.size, plan.crc64) == ("k", source.etag, len(CONTENT), str(source.crc64))
    assert (plan.part_size, plan.expected) == (MIN_PART_SIZE, None)
    assert [(piece.first, piece.last) for piece in plan.ranges] == [(1, 3)]
    assert UploadPlan.model_validate_json(plan.model_dump_json()) == plan


def test_an_object_copied_in_parts_is_like_one_copied_whole(sides):
    plan = begin(sides)

    outcome = complete(sides, plan, [copy(sides, plan)])

    stored = sides.replica.objects["copies/k"]
    assert outcome == Outcome("k", Result.COPIED, size=len(CONTENT))
    assert stored.content == CONTENT
    assert stored.properties.tags == {"team": "a"}
    assert Marker.from_metadata(stored.properties.metadata) == marker_of(
        sides.source.head("k"), {"team": "a"}
    )
    assert sides.replica.uploads == {}


def test_ranges_may_be_copied_and_reported_in_any_order(sides):
    plan = begin(sides)

    copied = [copy(sides, plan, 3, 3), copy(sides, plan, 1, 2)]

    assert [piece.size for piece in copied] == [7, 2 * MIN_PART_SIZE]
    assert [int(piece.crc64) for piece in copied] == [crc64(CONTENT[-7:]), crc64(CONTENT[:-7])]
    assert complete(sides, plan, copied).result is Result.COPIED


def test_nothing_is_visible_before_the_end(sides):
    plan = begin(sides)
    copy(sides, plan)

    assert sides.content("k") is None
    large_object_copier(sides).abort("k", plan.upload_id)
    assert (sides.content("k"), sides.replica.uploads) == (None, {})


def test_a_replica_that_is_current_needs_no_upload(sides):
    plan = begin(sides)
    complete(sides, plan, [copy(sides, plan)])

    assert begin(sides) == Outcome("k", Result.COPIED, size=len(CONTENT))
    assert begin(sides, run_id=OTHER_RUN) == Outcome("k", Result.CURRENT)
    assert sides.replica.uploads == {}


def test_a_source_that_was_emptied_is_copied_without_an_upload(sides):
    sides.source.write("k", b"", metadata={"owner": "Zoë"})

    assert begin(sides) == Outcome("k", Result.COPIED)
    assert sides.content("k") == b""
    assert "owner" in sides.replica.objects["copies/k"].properties.metadata
    assert sides.replica.uploads == {}


def test_a_source_that_is_gone_needs_no_upload(sides):
    sides.source.remove("k")

    with pytest.raises(ObjectNotFoundError):
        begin(sides)
    assert sides.replica.uploads == {}


def test_a_source_that_changes_while_its_tags_are_read_is_looked_at_again(sides):
    changed = sides.source.write
    sides.source.surprises.before["tags"] = [lambda: changed("k", CONTENT[::-1], tags={"team": "b"}) and None]

    plan = begin(sides)
    complete(sides, plan, [copy(sides, plan)])

    assert sides.content("k") == CONTENT[::-1]
    assert sides.replica.objects["copies/k"].properties.tags == {"team": "b"}


def test_a_large_object_without_a_crc_is_copied_and_noted_as_unverified(sides):
    described, content = sides.source.objects["k"]
    sides.source.objects["k"] = (replace(described, crc64=None, md5="0" * 32), content)

    plan = begin(sides)
    outcome = complete(sides, plan, [copy(sides, plan)])

    assert outcome == Outcome("k", Result.COPIED, size=len(CONTENT), notices=frozenset({Notice.UNVERIFIED}))
    assert begin(sides) == outcome
    assert sides.replica.head("copies/k").marker.notices == {Notice.UNVERIFIED}


@pytest.mark.parametrize("before", [None, b"old"])
def test_an_object_that_became_empty_is_written_at_once(sides, before):
    sides.source.write("k", b"")
    if before is not None:
        put(sides, before)

    outcome = begin(sides)

    assert outcome == Outcome("k", Result.COPIED)
    assert (sides.content("k"), sides.replica.uploads) == (b"", {})
    assert begin(sides, run_id=OTHER_RUN) == Outcome("k", Result.CURRENT)


def test_the_replica_of_an_empty_object_that_appears_meanwhile_is_looked_at_again(sides):
    sides.source.write("k", b"")
    sides.replica.surprises.before["put"] = [raising(ConflictError("Theirs."))]

    assert begin(sides) == Outcome("k", Result.COPIED)


def test_an_object_that_became_small_is_copied_as_one_part(sides):
    sides.source.write("k", b"small")
    plan = begin(sides)

    complete(sides, plan, [copy(sides, plan, 1, 1)])

    assert sides.content("k") == b"small"


def test_a_source_that_changes_midway_is_noticed_and_nothing_becomes_visible(sides):
    plan = begin(sides)
    copy(sides, plan, 1, 1)
    sides.source.write("k", CONTENT[::-1])

    with pytest.raises(SourceChangedError):
        copy(sides, plan, 2, 3)

    assert sides.content("k") is None


def test_a_source_that_is_deleted_midway_is_noticed(sides):
    plan = begin(sides)
    sides.source.remove("k")

    with pytest.raises(ObjectNotFoundError):
        copy(sides, plan)


def test_a_store_that_ignores_the_condition_is_noticed(sides):
    plan = begin(sides)
    newer = sides.source.write("k", CONTENT[::-1])
    stale = plan.model_copy(update={"etag": newer.etag})
    sides.source.objects["k"] = (sides.source.objects["k"][0], CONTENT)

    copied = copy(sides, stale)

    with pytest.raises(PartsDifferError) as caught:
        complete(sides, plan.model_copy(update={"crc64": str(newer.crc64)}), [copied])
    assert caught.value.reason == "ChecksumMismatch"
    assert sides.content("k") is None


@pytest.mark.parametrize("call", ["open", "upload_part"])
def test_a_part_that_breaks_off_is_copied_again(sides, call):
    plan = begin(sides)
    surprises = sides.source.surprises if call == "open" else sides.replica.surprises
    surprises.before[call] = [raising(BROKEN)] * 2
    sides.replica.surprises.after["upload_part"] = [raising(BROKEN)]

    copied = copy(sides, plan)

    assert complete(sides, plan, [copied]).result is Result.COPIED
    assert sides.content("k") == CONTENT


def test_a_part_that_keeps_breaking_off_fails_its_range(sides):
    plan = begin(sides)
    sides.source.surprises.before["open"] = [raising(BROKEN)] * 100

    with pytest.raises(TransientError, match="The connection broke"):
        copy(sides, plan)


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:-1] + b"?", lambda content: b"\xff" + content[1:]],
    ids=["last byte", "first byte"],
)
def test_a_damaged_part_never_becomes_visible(sides, damage):
    plan = begin(sides)
    sides.source.bodies = [damage]

    copied = copy(sides, plan)
    with pytest.raises(PartsDifferError):
        complete(sides, plan, [copied])

    assert sides.content("k") is None


def test_a_part_that_is_too_short_is_copied_again(sides):
    plan = begin(sides)
    sides.source.bodies = [lambda content: content[:-1]]

    copied = copy(sides, plan)

    assert complete(sides, plan, [copied]).result is Result.COPIED


@pytest.mark.parametrize(
    "change",
    [
        lambda upload: upload.parts.pop(2),
        lambda upload: upload.parts.update({2: b"short"}),
        lambda upload: upload.parts.update({4: b"one more"}),
    ],
    ids=["missing", "of another size", "one more"],
)
def test_parts_that_s3_does_not_hold_as_planned_are_noticed(sides, change):
    plan = begin(sides)
    copied = copy(sides, plan)
    change(sides.replica.uploads[plan.upload_id])

    with pytest.raises(PartsDifferError):
        complete(sides, plan, [copied])

    assert sides.content("k") is None


def test_a_missing_range_is_noticed(sides):
    plan = begin(sides)
    copied = copy(sides, plan, 1, 2)

    with pytest.raises(PartsDifferError):
        complete(sides, plan, [copied])


def test_a_source_without_a_checksum_is_checked_by_its_size(sides):
    plan = begin(sides).model_copy(update={"crc64": None})
    copied = copy(sides, plan)

    with pytest.raises(PartsDifferError):
        complete(sides, plan, [copied.model_copy(update={"size": 5})])
    assert complete(sides, plan, [copied]).result is Result.COPIED


def test_a_replica_that_appeared_meanwhile_is_not_overwritten(sides):
    plan = begin(sides)
    copied = copy(sides, plan)
    put(sides, b"theirs")

    with pytest.raises(ConflictError):
        complete(sides, plan, [copied])

    assert sides.content("k") == b"theirs"


def test_a_replica_of_the_planned_version_that_appeared_meanwhile_is_fine(sides):
    plan = begin(sides)
    copied = copy(sides, plan)
    other = begin(sides, run_id=OTHER_RUN)
    complete(sides, other, [copy(sides, other)])

    assert complete(sides, plan, [copied]).result is Result.CURRENT


def test_the_replica_that_was_seen_is_replaced(sides):
    put(sides, b"older")
    plan = begin(sides)

    outcome = complete(sides, plan, [copy(sides, plan)])

    assert plan.expected is not None
    assert (outcome.result, sides.content("k")) == (Result.COPIED, CONTENT)


def test_completing_again_after_a_lost_answer_tells_the_same(sides):
    plan = begin(sides)
    copied = copy(sides, plan)
    sides.replica.surprises.after["complete_upload"] = [raising(BROKEN)]

    with pytest.raises(TransientError):
        complete(sides, plan, [copied])

    assert complete(sides, plan, [copied]) == Outcome("k", Result.COPIED, size=len(CONTENT))


def test_parts_are_announced_as_s3_takes_them(sides):
    sizes = []
    plan = begin(sides)
    copier = replace(large_object_copier(sides), on_part=sizes.append)

    asyncio.run(copier.copy_range(plan, 2, 3, deadline=SOON))

    assert sorted(sizes) == [7, MIN_PART_SIZE]


def test_a_report_keeps_every_digit_of_a_checksum():
    piece = CopiedRange(first=1, last=2, size=3, crc64=str(2**64 - 1))

    assert CopiedRange.model_validate_json(piece.model_dump_json()) == piece


def test_an_upload_that_somebody_aborted_is_planned_again(sides):
    plan = begin(sides)
    copied = copy(sides, plan)
    sides.replica.uploads.clear()

    with pytest.raises(PartsDifferError) as caught:
        complete(sides, plan, [copied])

    assert caught.value.reason == "NoSuchUpload"
