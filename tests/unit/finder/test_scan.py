from itertools import count

import pytest
from ferry.errors import TransientError
from ferry.jobs import spell
from ferry.tasks.models import Found
from hypothesis import given
from hypothesis import strategies as st

from tests.support.runs import shard
from tests.support.scans import Killed, Surroundings

SIZES = {f"k{number:02}": size for number, size in enumerate([5, 0, 2000, 7, 0, 3000, 1, 1, 0, 9])}
COPIED = {key: size for key, size in SIZES.items() if size}


def forever():
    return False


def after_findings(number):
    """Says that time is up at every ``number``-th question."""
    questions = count(1)
    return lambda: next(questions) % number == 0


def scan_until_done(surroundings, chunk=3, **options):
    """Scan as the workflow does: again and again, whatever happens to the finder."""
    for _ in range(100):
        try:
            if surroundings.scanner(**options).scan("0000", after_findings(chunk)):
                return
        except Killed:
            surroundings.dies_at = None
    pytest.fail("The scan does not end.")


def objects_of(jobs):
    return {item.key: item.size for job in jobs for item in job.objects}


def by_id(jobs):
    """Contents by job id; a job that was sent with two contents fails the test."""
    contents = {}
    for job in jobs:
        assert contents.setdefault(job.job_id, spell(job)) == spell(job)
    return contents


def test_a_scan_finds_everything_and_exhausts_its_shard():
    surroundings = Surroundings(SIZES)

    exhausted = surroundings.scanner().scan("0000", forever)

    assert exhausted
    assert objects_of(surroundings.sent) == COPIED
    assert surroundings.kept.found == Found(
        objects=10,
        size=sum(SIZES.values()),
        current=3,
        planned_objects=7,
        planned_size=sum(COPIED.values()),
        jobs=len(surroundings.sent),
        replicas=3,
    )


def test_an_exhausted_shard_is_not_scanned_again():
    surroundings = Surroundings(SIZES, kept=shard(exhausted=True))

    assert surroundings.scanner().scan("0000", forever)
    assert surroundings.sent == []


@pytest.mark.parametrize("chunk", [2, 3, 5, 9])
def test_a_scan_without_time_goes_on_where_it_stopped(chunk):
    surroundings = Surroundings(SIZES)

    scan_until_done(surroundings, chunk)

    assert objects_of(surroundings.sent) == COPIED
    assert sum(len(job.objects) for job in surroundings.sent) == len(COPIED)
    assert surroundings.kept.found.jobs == len(by_id(surroundings.sent)) == len(surroundings.sent)


def moments_of_a_whole_scan():
    surroundings = Surroundings(SIZES)
    scan_until_done(surroundings)
    return surroundings.moments


@pytest.mark.parametrize("moment", range(moments_of_a_whole_scan()))
def test_a_finder_killed_at_any_moment_loses_and_adds_nothing(moment):
    undisturbed = Surroundings(SIZES)
    scan_until_done(undisturbed)
    surroundings = Surroundings(SIZES, dies_at=moment)

    scan_until_done(surroundings)

    jobs = by_id(surroundings.sent)
    assert objects_of(surroundings.sent) == COPIED
    assert surroundings.kept.found.jobs == len(jobs)
    assert surroundings.kept.found == undisturbed.kept.found.model_copy(update={"jobs": len(jobs)})
    assert surroundings.kept.exhausted


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=4), st.sampled_from([0, 1, 2000]), max_size=12),
    st.integers(2, 6),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_a_finder_killed_again_and_again_loses_and_adds_nothing(sizes, chunk, kills):
    surroundings = Surroundings(sizes)

    for moment in kills:
        surroundings.dies_at = surroundings.moments + moment
        try:
            surroundings.scanner().scan("0000", after_findings(chunk))
        except Killed:
            continue
    surroundings.dies_at = None
    scan_until_done(surroundings, chunk)

    copied = {key: size for key, size in sizes.items() if size}
    assert objects_of(surroundings.sent) == copied
    assert surroundings.kept.found.planned_objects == len(copied)
    assert surroundings.kept.found.objects == len(sizes)
    assert surroundings.kept.found.jobs == len(by_id(surroundings.sent))


def test_a_chunk_sent_again_is_the_recorded_one_even_if_the_bucket_changed():
    surroundings = Surroundings(dict(SIZES))
    calls_until_recorded = 4  # get the shard, look for a manifest, write the manifest: before and after
    surroundings.dies_at = calls_until_recorded
    with pytest.raises(Killed):
        surroundings.scanner().scan("0000", after_findings(3))
    recorded = dict(surroundings.documents)
    surroundings.sizes["k00"] = 777
    surroundings.dies_at = None

    scan_until_done(surroundings)

    assert len(recorded) == 1
    assert objects_of(surroundings.sent)["k00"] == 5
    assert recorded.items() <= surroundings.documents.items()


def test_every_job_that_is_sent_was_recorded_before():
    surroundings = Surroundings(SIZES)

    scan_until_done(surroundings)

    recorded = b"\n".join(surroundings.documents.values()).decode()
    assert all(f'"job_id":"{job.job_id}"' in recorded for job in surroundings.sent)


def test_a_chunk_that_another_finder_recorded_meanwhile_is_an_error():
    surroundings = Surroundings(SIZES)
    scanner = surroundings.scanner()

    def taken(name, document):
        return False

    surroundings.write_once = taken

    with pytest.raises(TransientError) as caught:
        scanner.scan("0000", forever)

    assert caught.value.reason == "ChunkTaken"
    assert surroundings.sent == []


def test_of_two_finders_one_stops_and_the_shard_is_counted_once():
    surroundings = Surroundings(SIZES)
    late = surroundings.scanner()
    slow_shard = surroundings.kept
    scan_until_done(surroundings, chunk=100)
    surroundings_of_late = surroundings.get_shard
    surroundings.get_shard = lambda *_: slow_shard

    with pytest.raises(TransientError):
        late.scan("0000", forever)

    surroundings.get_shard = surroundings_of_late
    assert surroundings.kept.found.objects == len(SIZES)
    assert len(by_id(surroundings.sent)) == surroundings.kept.found.jobs


def test_a_dry_run_counts_and_sends_nothing():
    surroundings = Surroundings(SIZES)

    scan_until_done(surroundings, dry_run=True)

    assert surroundings.sent == []
    assert all(b'"jobs":[]' in document for document in surroundings.documents.values())
    assert surroundings.kept.found.planned_objects == len(COPIED)
    assert surroundings.kept.found.jobs == 0


def test_a_listing_that_fails_fails_the_scan_and_does_not_exhaust_the_shard():
    surroundings = Surroundings(SIZES)

    def broken(key_range):
        yield from list(Surroundings.find(surroundings, key_range))[:2]
        raise TransientError("The listing broke off.")

    surroundings.find = broken

    with pytest.raises(TransientError, match="broke off"):
        surroundings.scanner().scan("0000", forever)

    assert not surroundings.kept.exhausted
    assert surroundings.kept.found == Found()
