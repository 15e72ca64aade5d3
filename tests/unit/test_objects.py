from datetime import UTC, datetime

import pytest
from ferry.companions import Companions
from ferry.metadata import decode_value, encode_value
from ferry.objects import ByteRange, Marker, Notice
from ferry.replica_policy import ReplicaPolicy
from ferry.replica_settings import ReplicaSettings
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, RUN_ID, described, marker_of
from tests.support.strategies import ANY_TEXT

SECONDS = st.integers(0, 253_402_300_799).map(lambda second: datetime.fromtimestamp(second, UTC))
MARKERS = st.builds(
    Marker,
    etag=st.text(min_size=1),
    last_modified=SECONDS,
    run_id=ANY_TEXT,
    crc64=st.one_of(st.none(), st.integers(0, 2**64 - 1)),
    version_id=st.one_of(st.none(), ANY_TEXT),
    notices=st.frozensets(st.sampled_from(Notice)),
)


@given(MARKERS)
def test_a_marker_survives_the_way_to_s3_and_back(marker):
    stored = {name: encode_value(value) for name, value in marker.to_metadata().items()}

    read = Marker.from_metadata({name: decode_value(value) for name, value in stored.items()})

    assert read == marker


@pytest.mark.parametrize(
    "change",
    [
        {"ferry-source-etag": None},
        {"ferry-source-etag": ""},
        {"ferry-source-last-modified": None},
        {"ferry-source-last-modified": "yesterday"},
        {"ferry-source-crc64": "12x"},
        {"ferry-source-crc64": "²"},
        {"ferry-source-crc64": ""},
    ],
)
def test_metadata_that_somebody_else_wrote_is_no_marker(change):
    metadata = {**Marker("E", NOON, RUN_ID, crc64=1).to_metadata(), **change}

    read = Marker.from_metadata({name: value for name, value in metadata.items() if value is not None})

    assert read is None


def test_a_marker_matches_its_etag_in_any_case():
    marker = Marker("9A0364B9E99BB480DD25E1F0284C8555", NOON, RUN_ID)

    assert marker.matches("9a0364b9e99bb480dd25e1f0284c8555")
    assert not marker.matches("9a0364b9e99bb480dd25e1f0284c8556")


def test_a_byte_range_is_spelled_with_its_last_byte():
    assert ByteRange(0, 1).header() == "bytes=0-0"
    assert ByteRange(5, 10).header() == "bytes=5-14"


def test_a_replica_keeps_the_metadata_of_its_source_beside_the_marker():
    source = described(metadata={"owner": "Zoë", "ferry-run": "forged"}, crc64=7, version_id="v1")

    properties = ReplicaPolicy(RUN_ID, ReplicaSettings(storage_class="GLACIER_IR")).properties(
        source, Companions({"team": "a"})
    )

    assert decode_value(properties.metadata["owner"]) == "Zoë"
    assert Marker.from_metadata(properties.metadata) == marker_of(source, {"team": "a"})
    assert (properties.tags, properties.storage_class) == ({"team": "a"}, "GLACIER_IR")
