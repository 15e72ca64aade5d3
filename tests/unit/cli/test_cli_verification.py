from dataclasses import replace

import pytest
from ferry.objects import Marker, Notice

from cli.differences import ReplicaSide, SourceSide, differences
from cli.verification import SHOWN, Verdict
from tests.support.builders import described

SOURCE = described(size=7, etag="ABC", crc64=5, content_headers={"content-type": "a/b"}, metadata={"n": "1"})
MARKER = Marker.of(SOURCE, "run").to_metadata()


def replica(**changes) -> ReplicaSide:
    """A replica that is what its source is, but for the changes."""
    fields = {
        "size": 7,
        "etag": "other",
        "content_headers": {"content-type": "a/b"},
        "metadata": {"n": "1", **MARKER},
        "tags": {"t": "1"},
    }
    return ReplicaSide(**{**fields, **changes})


def test_a_replica_that_is_what_its_source_is_has_no_differences():
    assert differences(SourceSide(SOURCE, {"t": "1"}), replica()) == []


def test_an_expires_that_is_no_date_is_compared_where_it_is_kept():
    source = replace(SOURCE, content_headers={"content-type": "a/b", "expires": "never"})
    kept = {"n": "1", **MARKER, "ferry-source-expires": "never"}

    assert differences(SourceSide(source, {"t": "1"}), replica(metadata=kept)) == []
    assert differences(
        SourceSide(source, {"t": "1"}), replica(metadata=kept | {"ferry-source-expires": "0"})
    ) == ["header expires: 'never' on OSS, '0' on S3"]


def test_metadata_that_was_dropped_is_not_missed():
    source = replace(SOURCE, content_headers={"content-type": "a/b", "expires": "never"})
    dropped = Marker.of(source, "run", frozenset({Notice.METADATA_DROPPED})).to_metadata()

    assert differences(SourceSide(source, {"t": "1"}), replica(metadata=dropped)) == []


def test_metadata_of_ferrys_own_kind_is_nobodys_to_compare():
    source = replace(SOURCE, metadata={"n": "1", "ferry-run": "another"})

    assert differences(SourceSide(source, {"t": "1"}), replica()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 8}, "size: 7 on OSS, 8 on S3"),
        ({"content_headers": {}}, "header content-type: 'a/b' on OSS, none on S3"),
        ({"metadata": {"n": "2", **MARKER}}, "metadata n: '1' on OSS, '2' on S3"),
        ({"tags": {}}, "tag t: '1' on OSS, none on S3"),
        ({"metadata": {"n": "1", **MARKER, "ferry-source-etag": "OLD"}}, "version: etag ABC on OSS, the "),
        ({"metadata": {"n": "1", **MARKER, "ferry-source-crc64": "6"}}, "CRC-64: 5 on OSS, 6 recorded on S3"),
        ({"metadata": {"n": "1"}}, "content unknown"),
    ],
)
def test_each_difference_is_named(changes, words):
    (found,) = differences(SourceSide(SOURCE, {"t": "1"}), replica(**changes))

    assert found.startswith(words)


def test_a_replica_without_marker_is_the_same_when_its_etag_is():
    assert differences(SourceSide(SOURCE, {"t": "1"}), replica(etag="abc", metadata={"n": "1"})) == []


def test_a_replica_without_marker_is_the_same_when_its_content_is():
    source = SourceSide(SOURCE, {"t": "1"}, digest="d")

    assert differences(source, replica(metadata={"n": "1"}, digest="d")) == []
    assert differences(source, replica(digest="e")) == ["content: SHA-256 d on OSS, e on S3"]


def test_a_verdict_keeps_the_first_of_each_kind():
    verdict = Verdict(missing=30, extra=1)
    for number in range(30):
        verdict.show("missing", f"{number:02}", "not on S3")
    verdict.show("extra", "surplus", "not on OSS")

    assert len(verdict.shown) == SHOWN + 1
    assert verdict.shown[-1] == ("extra", "surplus", "not on OSS")
    assert not verdict.agrees


def test_only_agreement_of_every_kind_is_agreement():
    assert Verdict(same=3).agrees
    assert Verdict().agrees
    assert not any(Verdict(**{kind: 1}).agrees for kind in ("missing", "extra", "different"))
