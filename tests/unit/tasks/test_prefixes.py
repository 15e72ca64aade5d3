import pytest
from ferry.tasks.prefixes import MAX_PREFIXES, canonical_prefixes
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.builders import task
from tests.support.strategies import AWKWARD_KEYS


@given(st.lists(AWKWARD_KEYS, max_size=8), AWKWARD_KEYS)
def test_the_kept_form_means_the_same_keys(chosen, key):
    kept = canonical_prefixes("", chosen)

    assert any(map(key.startswith, kept)) == any(map(key.startswith, chosen))
    assert list(kept) == sorted(kept)
    assert canonical_prefixes("", reversed(chosen)) == kept == canonical_prefixes("", kept)
    assert not any(one != other and one.startswith(other) for one in kept for other in kept)


def test_choosing_the_whole_is_choosing_no_prefix():
    assert canonical_prefixes("in/", ["in/2026/", "in/"]) == ()


@pytest.mark.parametrize(
    ("prefixes", "words"),
    [
        (["in/a", ""], "must not be empty"),
        (["in/a", "out/a"], "must each begin with the source prefix 'in/', unlike 'out/a'"),
        ([f"in/{number:04}" for number in range(MAX_PREFIXES + 1)], "at most 1,000 with 65,536 bytes in all"),
        ([f"in/{number:02}{'母' * 300}" for number in range(80)], "not 80 with 72,400"),
    ],
)
def test_prefixes_that_cannot_be_are_refused_with_the_remedy(prefixes, words):
    with pytest.raises(ValidationError, match=words):
        task(source={"prefix": "in/", "prefixes": prefixes})


def test_a_task_knows_its_prefixes_after_it_was_stored():
    one = task(source={"prefix": "in/", "prefixes": ["in/b", "in/a", "in/a/b"]})

    again = type(one).model_validate_json(one.model_dump_json())

    assert again == one
    assert again.mapping.prefixes == ("in/a", "in/b")
    assert again.mapping.replica_listing_prefixes == ("a", "b")
