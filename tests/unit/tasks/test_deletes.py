import pytest
from ferry.tasks.deletes import DEFAULT_MAX_DELETE, Deletes
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.support.builders import task

COUNTS = st.integers(0, 2**40)


@pytest.mark.parametrize(
    ("max_delete", "replicas", "most"),
    [
        ("0", 100, 0),
        ("0%", 100, 0),
        ("1", 100, 1),
        ("1000", 100, 1000),
        ("10%", 100, 10),
        ("10%", 109, 11),
        ("10%", 1, 1),
        ("10%", 0, 0),
        ("100%", 7, 7),
    ],
)
def test_no_more_are_deleted_than_allowed(max_delete, replicas, most):
    deletes = Deletes(max_delete=max_delete)

    assert deletes.refusal(extra=most, replicas=replicas) is None
    assert f"allows {most:,} deletions" in (deletes.refusal(extra=most + 1, replicas=replicas) or "")


@given(st.integers(0, 100), COUNTS, COUNTS)
def test_a_share_is_of_the_replicas_rounded_up(percent, extra, replicas):
    allowed = Deletes(max_delete=f"{percent}%").refusal(extra=extra, replicas=replicas) is None

    assert allowed == (extra * 100 <= replicas * percent or (extra - 1) * 100 < replicas * percent)


def test_a_tenth_may_be_deleted_unless_said_otherwise():
    assert Deletes().max_delete == DEFAULT_MAX_DELETE == "10%"


@pytest.mark.parametrize("max_delete", ["", "-1", "ten", "10 %", "101%", "1.5", "%"])
def test_a_limit_that_is_none_is_refused(max_delete):
    with pytest.raises(ValidationError, match="must be a number of objects"):
        Deletes(max_delete=max_delete)


@pytest.mark.parametrize("prefix", ["", "/", "/deleted/", "deleted"])
def test_a_backup_prefix_is_a_folder(prefix):
    with pytest.raises(ValidationError, match="must end with '/'"):
        Deletes(backup_prefix=prefix)


@pytest.mark.parametrize(
    ("destination", "backup", "is_fine"),
    [
        ("photos/", "photos/deleted/", True),
        ("photos/", "deleted/", True),
        ("", "deleted/", True),
        ("photos/", "photos/", False),
        ("photos/2026/", "photos/", False),
    ],
)
def test_backups_may_lie_under_the_replicas_but_not_around_them(destination, backup, is_fine):
    fields = {"destination": {"prefix": destination}, "deletes": Deletes(backup_prefix=backup)}

    if is_fine:
        assert task(**fields).deletes is not None
    else:
        with pytest.raises(ValidationError, match="must not hold the replicas"):
            task(**fields)
