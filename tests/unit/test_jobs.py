import pytest
from ferry.jobs import MAX_JOB_CONTENT, CopyJob, pack_objects, spell
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.builders import copy_job, job_object
from tests.support.strategies import MAX_KEYS

LARGE = 512 * 1024**2
BILLED_BYTES = 4 * 64 * 1024
OBJECTS = st.lists(
    st.builds(
        job_object,
        key=MAX_KEYS,
        size=st.one_of(st.integers(0, LARGE - 1), st.integers(LARGE, 2**45)),
        etag=st.just("D41D8CD98F00B204E9800998ECF8427E-10000"),
        replica_etag=st.sampled_from([None, "d41d8cd98f00b204e9800998ecf8427e-10000"]),
    ),
    max_size=40,
)


def longest_job(objects):
    """A job whose ids are as long as ids get."""
    return CopyJob(
        task_id="t" * 40, run_id="t" * 40 + "-20260131t120000z", job_id="0999.99999999.1999", objects=objects
    )


@given(OBJECTS)
def test_every_object_is_in_exactly_one_message_in_order(objects):
    groups = list(pack_objects(objects, large_object_threshold=LARGE))

    small = [item for group in groups for item in group if item.size < LARGE]
    large = [item for group in groups for item in group if item.size >= LARGE]
    assert small == [item for item in objects if item.size < LARGE]
    assert large == [item for item in objects if item.size >= LARGE]
    assert all(groups)


@given(OBJECTS)
def test_a_large_object_travels_alone(objects):
    groups = list(pack_objects(objects, large_object_threshold=LARGE))

    assert all(len(group) == 1 for group in groups if any(item.size >= LARGE for item in group))


@given(OBJECTS)
def test_a_message_is_billed_once_and_moves_a_bounded_number_of_bytes(objects):
    for group in pack_objects(objects, large_object_threshold=LARGE):
        job = longest_job(group)

        assert len(spell(job).encode()) <= BILLED_BYTES
        assert sum(item.size for item in group) <= MAX_JOB_CONTENT or len(group) == 1


@pytest.mark.parametrize("character", ["k", "中", "😀", "\uffff", "\x01", '"'])
def test_a_message_of_the_longest_keys_is_billed_four_times_at_most(character):
    key = character * (1023 // len(character.encode()))
    objects = [job_object(key, etag="E" * 40) for _ in range(200)]

    groups = list(pack_objects(objects, large_object_threshold=LARGE))

    assert sum(len(group) for group in groups) == 200
    assert max(len(spell(longest_job(group)).encode()) for group in groups) <= BILLED_BYTES


def test_some_hundred_ordinary_objects_share_a_message():
    objects = [job_object(f"folder/file-{number:05}.txt", etag="E" * 32) for number in range(1000)]

    groups = list(pack_objects(objects, large_object_threshold=LARGE))

    assert len(groups[0]) > 400


@given(MAX_KEYS)
def test_a_message_holds_no_character_that_sqs_refuses_and_says_the_same_job(key):
    job = copy_job(job_object(key))

    body = spell(job)

    assert not set(body) & {"\ufffe", "\uffff"}
    assert all(character >= " " for character in body)
    assert CopyJob.model_validate_json(body) == job


@pytest.mark.parametrize(
    "change", [{"objects": []}, {"kind": "delete"}, {"colour": "red"}, {"objects": [{"key": ""}]}]
)
def test_a_message_of_another_form_is_refused(change):
    fields = copy_job().model_dump(mode="json")

    with pytest.raises(ValidationError):
        CopyJob.model_validate({**fields, **change})
