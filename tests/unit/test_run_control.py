import pytest
from ferry.run_control import MAX_SHARDS, SHARDS_PER_ROUND, parts_wanted
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("unfinished", "shards", "parts"),
    [
        (0, 32, 1),
        (1, 32, 8),
        (32, 32, 8),
        (64, 64, 4),
        (128, 600, 2),
        (129, 600, 1),
        (20, 940, 3),
        (20, 970, 1),
    ],
)
def test_shards_are_split_while_finders_need_more_and_the_run_may_have_more(unfinished, shards, parts):
    assert parts_wanted(unfinished, shards) == parts


@given(st.integers(1, MAX_SHARDS), st.integers(0, MAX_SHARDS))
def test_splitting_stays_within_the_shards_of_a_round_and_of_a_run(unfinished, finished):
    shards = min(unfinished + finished, MAX_SHARDS)

    parts = parts_wanted(unfinished, shards)

    assert parts == 1 or unfinished * parts <= min(SHARDS_PER_ROUND, MAX_SHARDS - shards)
