"""Claims on uploads: the table and its twin in memory behave alike."""

from datetime import timedelta

import pytest
from ferry.tasks.claims import Claim, Place
from ferry.tasks.uploads import UploadClaims

from tests.support.builders import NOON, RUN_ID
from tests.support.threads import together
from tests.support.uploads import MemoryClaims

PLACE = Place("replica", "k" * 1024, RUN_ID, "0000.0.0")
OTHER = Place("replica", "k" * 1024, RUN_ID, "0001.0.0")
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamodb"])
def claims(request):
    return MemoryClaims() if request.param == "memory" else UploadClaims(request.getfixturevalue("table"))


def test_a_claim_tells_what_its_job_has_begun(claims):
    first = claims.begin(PLACE, NOON)
    claims.record(PLACE, "u1")
    second = claims.begin(PLACE, LATER)

    assert first is None
    assert second == Claim(PLACE.job, NOON, is_beginning=False, upload_ids=frozenset({"u1"}))
    assert claims.record(PLACE, "u2")
    closed = claims.close(PLACE)
    assert closed == Claim(
        PLACE.job, LATER, is_beginning=False, is_closed=True, begun=2, upload_ids=frozenset({"u1", "u2"})
    )


def test_a_closed_claim_stays_closed(claims):
    claims.begin(PLACE, NOON)
    claims.close(PLACE)

    assert not claims.record(PLACE, "u1")
    assert claims.begin(PLACE, LATER).is_closed
    assert claims.close(PLACE) == Claim(PLACE.job, NOON, is_beginning=True, is_closed=True)


def test_a_job_that_never_began_an_upload_has_nothing_to_drop(claims):
    assert claims.close(PLACE) is None
    assert claims.begin(PLACE, NOON).is_closed
    assert claims.close(PLACE) is None


def test_the_claims_on_a_replica_are_those_of_all_jobs(claims):
    claims.begin(PLACE, NOON)
    claims.begin(OTHER, NOON)
    claims.begin(Place("replica", "other", RUN_ID, "0000.0.0"), NOON)
    claims.begin(Place("other", "k" * 1024, RUN_ID, "0000.0.0"), NOON)

    assert {claim.job for claim in claims.list_claims(PLACE)} == {PLACE.job, OTHER.job}


def test_uploads_recorded_at_the_same_time_are_all_kept(claims):
    claims.begin(PLACE, NOON)

    together(lambda number: claims.record(PLACE, f"u{number}"), range(8))

    assert claims.close(PLACE).upload_ids == {f"u{number}" for number in range(8)}
