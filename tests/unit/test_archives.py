"""Objects that have to be restored before they can be read, whichever way they come."""

import asyncio
from dataclasses import replace
from random import Random

import pytest
from ferry.archives import RESTORE_DAYS
from ferry.errors import ConfigurationError, PermanentError, ThrottledError
from ferry.finder.changes import LeftOut, find_changes
from ferry.jobs import ChangedObject
from ferry.keys import KeyMapping, KeyRange
from ferry.multipart.plan import MIN_PART_SIZE
from ferry.multipart.steps import LargeObjectJob, LargeObjectSteps
from ferry.multipart.upload import UploadPlan
from ferry.multipart.whole import copy_whole
from ferry.outcome import Result
from ferry.stores.memory import MemorySource
from ferry.tasks.models import CompareMode
from ferry.tasks.progress import count_outcomes

from tests.support.builders import RUN_ID, run_of, task
from tests.support.engines import Sides, copy_all, copy_one, large_object_copier
from tests.support.interleaving import run_interleaved
from tests.support.uploads import MemoryClaims, upload_keeper
from tests.unit.multipart.test_steps import NotedProgress
from tests.unit.transfer.test_following import Bench

MAPPING = KeyMapping(replica_prefix="copies/")


@pytest.fixture
def sides():
    sides = Sides()
    sides.source.archived.add("cold")
    return sides


def archived(sides, content=b"1", key="cold"):
    described = sides.source.write(key, content, storage_class="Archive")
    sides.source.archived.add(key)
    return described


def engine(sides, policy):
    return replace(sides.engine(), archived=policy)


@pytest.mark.parametrize(
    ("policy", "result", "reason", "restores"),
    [
        ("fail", Result.FAILED, "Archived", {}),
        ("skip", Result.ARCHIVED, "", {}),
        ("restore", Result.FAILED, "RestoreStarted", {"cold": RESTORE_DAYS}),
    ],
)
def test_what_becomes_of_an_archived_object(sides, policy, result, reason, restores):
    item = sides.write("cold", b"1")

    outcome = copy_one(engine(sides, policy), item)

    assert (outcome.result, outcome.reason, outcome.is_transient) == (result, reason, False)
    assert sides.source.restores == restores
    assert sides.content("cold") is None


def test_a_restored_object_is_copied_by_the_next_run(sides):
    item = sides.write("cold", b"1")
    copy_one(engine(sides, "restore"), item)
    sides.source.archived.clear()

    assert copy_one(engine(sides, "restore"), item).result is Result.COPIED


@pytest.mark.parametrize("policy", ["fail", "restore"])
def test_a_bucket_that_lets_archived_objects_be_read_needs_no_restore(sides, policy):
    sides.source.archived.clear()
    sides.source.write("cold", b"1", storage_class="Archive")

    assert copy_one(engine(sides, policy), sides.write("cold", b"1")).result is Result.COPIED
    assert sides.source.restores == {}


@pytest.mark.parametrize(
    ("error", "reason", "is_transient"),
    [
        (ConfigurationError("No.", reason="AccessDenied"), "RestoreDenied", False),
        (PermanentError("No.", reason="OperationNotSupported"), "RestoreFailed", False),
        (ThrottledError("Slow down."), "RestoreFailed", True),
    ],
)
def test_a_restore_that_is_refused_fails_that_object_alone(sides, monkeypatch, error, reason, is_transient):
    def refuse(self, key, *, days):
        raise error

    monkeypatch.setattr(MemorySource, "restore", refuse)
    items = [sides.write("cold", b"1"), sides.write("warm", b"1")]

    cold, warm = copy_all(engine(sides, "restore"), items)

    assert (cold.result, cold.reason, cold.is_transient) == (Result.FAILED, reason, is_transient)
    assert warm.result is Result.COPIED


def find(sides, *, skips_archived):
    return {
        finding.key: finding
        for finding in find_changes(
            sides.source,
            sides.replica,
            MAPPING,
            KeyRange(),
            mode=CompareMode.AUTO,
            skips_archived=skips_archived,
        )
    }


def test_skipping_goes_by_the_class_unless_the_replica_is_current(sides):
    copy_all(sides.engine(), [sides.write("kept", b"1")])
    for key in ("kept", "cold"):
        sides.source.write(key, b"1", storage_class="DeepColdArchive")
    sides.write("warm", b"1")

    found = find(sides, skips_archived=True)

    assert {key: finding.left_out for key, finding in found.items()} == {
        "cold": LeftOut.ARCHIVED,
        "kept": None,
        "warm": None,
    }
    assert [key for key, finding in found.items() if finding.copy] == ["warm"]
    assert not found["cold"].has_replica
    assert find(sides, skips_archived=False)["cold"].copy


@pytest.mark.parametrize(
    ("policy", "result", "reason"),
    [
        ("fail", Result.FAILED, "Archived"),
        ("skip", Result.ARCHIVED, ""),
        ("restore", Result.FAILED, "RestoreStarted"),
    ],
)
def test_a_large_archived_object_begins_no_upload(sides, policy, result, reason):
    archived(sides, bytes(MIN_PART_SIZE + 1))
    copier = replace(large_object_copier(sides), archived=policy)
    progress = NotedProgress()
    job = LargeObjectJob(task_id="photos", run_id=RUN_ID, job_id="0000.0.0", key="cold")
    run = run_of(task(destination={"prefix": "copies/"}))
    steps = LargeObjectSteps(job, run, copier, progress, upload_keeper(sides.replica, MemoryClaims()))

    begun = asyncio.run(steps.begin())
    whole = asyncio.run(copy_whole(copier, "cold"))

    ((_, _, (outcome,), _),) = progress.closed
    assert begun is None
    assert [(one.result, one.reason) for one in (outcome, whole)] == [(result, reason)] * 2
    assert "create_upload" not in sides.replica.surprises.calls


def test_a_large_archived_object_that_can_be_read_is_copied(sides):
    archived(sides, bytes(MIN_PART_SIZE + 1))
    sides.source.archived.clear()

    begun = asyncio.run(large_object_copier(sides).begin("cold"))

    assert isinstance(begun, UploadPlan)


@pytest.mark.parametrize(
    ("policy", "ends"),
    [
        ("fail", [(Result.FAILED, "Archived"), (Result.COPIED, "")]),
        ("skip", [(Result.ARCHIVED, ""), (Result.ARCHIVED, "")]),
        ("restore", [(Result.FAILED, "RestoreStarted"), (Result.COPIED, "")]),
    ],
)
def test_notifications_treat_archived_objects_alike(policy, ends):
    bench = Bench(Random(1))
    follower = bench.follower()
    follower = replace(follower, engine=replace(follower.engine, archived=policy))
    for key in ("cold", "readable"):
        bench.source.write(key, b"1", storage_class="Archive")
    bench.source.archived.add("cold")
    changes = [ChangedObject(key="cold"), ChangedObject(key="readable")]

    ended = run_interleaved(lambda: follower.follow_all(changes, seconds=60), bench.random)

    outcomes = [one.outcome for one in ended]
    assert [(outcome.result, outcome.reason) for outcome in outcomes] == ends
    assert count_outcomes(outcomes).archived == sum(end[0] is Result.ARCHIVED for end in ends)
    assert bench.leases.held == {}
    # The end of a restore is told by a notification.
    bench.source.archived.clear()
    again = run_interleaved(lambda: follower.follow_all(changes[:1], seconds=60), bench.random)
    assert (again[0].outcome.result is Result.COPIED) == (policy != "skip")


def test_everything_that_ended_is_counted():
    counts = count_outcomes([])

    assert counts.ended == 0
    assert type(counts)(copied=1, current=1, gone=1, deleted=1, failed=1, excluded=1, archived=1).ended == 7
