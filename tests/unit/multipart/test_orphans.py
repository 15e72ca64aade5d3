"""Which uploads are dropped with a job, and which are somebody else's."""

import asyncio
from datetime import UTC, datetime

import pytest
from ferry.errors import TransientError
from ferry.multipart.orphans import LONGEST_BEGINNING, orphans
from ferry.objects import PendingUpload
from ferry.stores.memory import MemoryReplica
from ferry.tasks.claims import Claim, Place
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import NOON, properties
from tests.support.uploads import PRINCIPAL, MemoryClaims, upload_keeper

OURS = f"arn:aws:sts::123456789012:assumed-role/{PRINCIPAL}/plan"
THEIRS = "arn:aws:sts::123456789012:assumed-role/somebody/ferry"
IDS = ["u1", "u2", "u3", "u4"]
PENDING = st.lists(
    st.builds(PendingUpload, st.sampled_from(IDS), st.sampled_from([OURS, THEIRS])),
    unique_by=lambda upload: upload.upload_id,
)
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from(["a", "b", "c"]),
        st.just(NOON),
        st.booleans(),
        st.booleans(),
        upload_ids=st.frozensets(st.sampled_from(IDS)),
    ),
    unique_by=lambda claim: claim.job,
)


@given(PENDING, CLAIMS)
def test_only_uploads_are_dropped_that_no_other_job_may_finish(pending, claims):
    dropped = set(orphans(pending, claims, "a", PRINCIPAL))

    alive = [claim for claim in claims if claim.job != "a" and not claim.is_closed]
    for upload in pending:
        held = any(upload.upload_id in claim.upload_ids for claim in alive)
        finished = any(upload.upload_id in claim.upload_ids for claim in claims if claim not in alive)
        if upload.initiator == THEIRS:
            assert upload.upload_id not in dropped
        elif finished:
            assert upload.upload_id in dropped
        elif held or any(claim.is_beginning for claim in alive):
            assert upload.upload_id not in dropped
        else:
            assert upload.upload_id in dropped


@pytest.mark.parametrize(
    ("initiator", "expected"),
    [
        (OURS, True),
        (THEIRS, False),
        ("arn:aws:iam::123456789012:user/ferry", True),
        ("75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", False),
        ("", False),
    ],
)
def test_an_upload_is_known_by_the_name_of_the_role_that_began_it(initiator, expected):
    assert PendingUpload("u", initiator).is_of(PRINCIPAL) is expected


@pytest.fixture
def replica():
    return MemoryReplica()


def place(job="0000.0.0", run="photos-20260131t120000z"):
    return Place("replica", "k", run, job)


def start(replica, key="k"):
    return asyncio.run(replica.create_upload(key, properties()))


def test_an_upload_whose_id_was_lost_is_dropped_by_the_next_attempt(replica):
    keeper = upload_keeper(replica)
    keeper.open(place())
    start(replica)

    assert keeper.open(place())

    assert replica.uploads == {}


def test_an_upload_of_a_job_that_is_closed_meanwhile_is_dropped_at_once(replica):
    keeper = upload_keeper(replica)
    keeper.open(place())
    keeper.close(place())

    kept = keeper.record(place(), start(replica))

    assert (kept, replica.uploads) == (False, {})
    assert not keeper.open(place())


def test_a_job_that_was_closed_before_it_began_begins_nothing(replica):
    keeper = upload_keeper(replica)

    keeper.close(place())

    assert not keeper.open(place())


def test_jobs_on_the_same_replica_leave_each_others_uploads_alone(replica):
    keeper = upload_keeper(replica)
    other = place(run="photos-20260131t130000z")
    for one in (place(), other):
        keeper.open(one)
        keeper.record(one, start(replica))

    keeper.close(place())

    assert list(replica.uploads) == ["upload-2"]
    keeper.close(other)
    assert replica.uploads == {}


def test_an_upload_that_another_job_may_just_have_begun_is_left_to_it(replica):
    keeper = upload_keeper(replica)
    other = place(job="0001.0.0")
    keeper.open(place())
    start(replica)
    keeper.open(other)
    start(replica)

    keeper.close(place())

    assert len(replica.uploads) == 2
    keeper.close(other)
    assert replica.uploads == {}


def test_uploads_of_others_and_of_longer_keys_are_left_alone(replica):
    keeper = upload_keeper(replica)
    keeper.open(place())
    start(replica, "k2")
    replica.caller = THEIRS
    start(replica)

    keeper.close(place())

    assert len(replica.uploads) == 2


def test_a_job_is_closed_again_while_a_function_may_still_begin_an_upload(replica):
    claims = MemoryClaims()
    keeper = upload_keeper(replica, claims)
    claims.begin(place(), datetime.now(UTC))

    with pytest.raises(TransientError) as caught:
        keeper.close(place(), may_be_beginning=True)
    start(replica)
    claims.kept[place()] = Claim(place().job, datetime.now(UTC) - LONGEST_BEGINNING, is_closed=True)
    keeper.close(place(), may_be_beginning=True)

    assert caught.value.reason == "UploadBeginning"
    assert replica.uploads == {}


def test_the_only_upload_of_a_job_costs_no_listing_when_it_was_completed(replica, monkeypatch):
    keeper = upload_keeper(replica)
    keeper.open(place())
    keeper.record(place(), start(replica))
    monkeypatch.setattr(replica, "list_uploads", None)

    keeper.close(place(), is_complete=True)
