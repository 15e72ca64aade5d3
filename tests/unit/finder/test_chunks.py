from itertools import count

import pytest
from ferry.finder.changes import Finding
from ferry.finder.chunks import MAX_CHANGES, MAX_OBJECTS, Chunk, next_chunk
from ferry.jobs import spell
from ferry.tasks.models import Found, Shard
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import job_object, run_of

LARGE = 1000
SHARD = Shard(shard_id="0003", after="a", checkpoint="a", sequence=7)


def finding(key, *, size=1, is_copied=True):
    return Finding(key, size, job_object(key, size=size) if is_copied else None)


def chunk_of(findings, *, run=None, shard=SHARD, out_of_time=lambda: False):
    return next_chunk(
        run or run_of(), shard, iter(findings), large_object_threshold=LARGE, out_of_time=out_of_time
    )


FINDINGS = st.lists(st.tuples(st.integers(0, 2 * LARGE), st.booleans()), max_size=30).map(
    lambda rows: [
        finding(f"k{number:03}", size=size, is_copied=is_copied)
        for number, (size, is_copied) in enumerate(rows)
    ]
)


@given(FINDINGS)
def test_a_chunk_accounts_for_every_object_it_passed(findings):
    chunk = chunk_of(findings)

    planned = [item for job in chunk.jobs for item in job.objects]
    copies = [row.copy for row in findings if row.copy]
    assert sorted(planned, key=lambda item: item.key) == copies
    assert chunk.found == Found(
        objects=len(findings),
        size=sum(row.size for row in findings),
        current=len(findings) - len(copies),
        planned_objects=len(copies),
        planned_size=sum(item.size for item in copies),
        jobs=len(chunk.jobs),
        replicas=len(findings) - sum(item.replica_etag is None for item in copies),
    )
    assert chunk.exhausted
    assert chunk.checkpoint == (findings[-1].key if findings else SHARD.checkpoint)


@given(FINDINGS)
def test_a_chunk_is_the_same_when_it_is_planned_or_read_again(findings):
    chunk = chunk_of(findings)

    assert chunk_of(findings) == chunk
    assert Chunk.model_validate_json(chunk.model_dump_json(exclude_none=True)) == chunk
    assert [spell(job) for job in chunk_of(findings).jobs] == [spell(job) for job in chunk.jobs]


@given(FINDINGS, st.integers(1, 10))
def test_chunks_cut_by_time_add_up_to_the_whole(findings, at_a_time):
    left = iter(findings)
    shard = SHARD
    job_ids = []
    for _ in count():
        ticks = count(1)
        chunk = next_chunk(
            run_of(),
            shard,
            left,
            large_object_threshold=LARGE,
            out_of_time=lambda ticks=ticks: next(ticks) >= at_a_time,
        )
        shard = chunk.after(shard)
        job_ids += [job.job_id for job in chunk.jobs]
        if chunk.exhausted:
            break

    whole = chunk_of(findings).found
    assert shard.found.model_copy(update={"jobs": 0}) == whole.model_copy(update={"jobs": 0})
    assert shard.found.jobs == len(job_ids) == len(set(job_ids))


def test_job_ids_name_the_shard_the_chunk_and_the_place_in_it():
    chunk = chunk_of([finding("a", size=LARGE), finding("b", size=LARGE)])

    assert [job.job_id for job in chunk.jobs] == ["0003.7.0", "0003.7.1"]


@pytest.mark.parametrize(
    ("is_copied", "limit"), [(True, MAX_CHANGES), (False, MAX_OBJECTS)], ids=["copies", "objects"]
)
def test_a_chunk_is_bounded(is_copied, limit):
    left = (finding(f"k{number:06}", is_copied=is_copied) for number in count())

    chunk = next_chunk(run_of(), SHARD, left, large_object_threshold=LARGE, out_of_time=lambda: False)

    assert (chunk.found.objects, chunk.exhausted) == (limit, False)
    assert next(left).key == f"k{limit:06}"


def test_a_shard_that_ends_with_a_full_chunk_is_found_exhausted_by_an_empty_one():
    left = iter([finding(f"k{number:06}", is_copied=False) for number in range(MAX_OBJECTS)])

    first = next_chunk(run_of(), SHARD, left, large_object_threshold=LARGE, out_of_time=lambda: False)
    shard = first.after(SHARD)
    second = next_chunk(run_of(), shard, left, large_object_threshold=LARGE, out_of_time=lambda: False)

    assert (first.exhausted, second.exhausted) == (False, True)
    assert second.after(shard).found == first.found
    assert second.checkpoint == first.checkpoint


def test_a_dry_run_counts_and_plans_no_job():
    chunk = chunk_of([finding("a"), finding("b", is_copied=False)], run=run_of(dry_run=True))

    assert chunk.jobs == ()
    assert (chunk.found.planned_objects, chunk.found.current, chunk.found.jobs) == (1, 1, 0)
