"""``ferry copy --delete`` as a process of its own, between real servers of both kinds."""

from collections.abc import Iterator

import pytest

from tests.support.two_sides import TwoSides, two_sides


@pytest.fixture
def sides(servers) -> Iterator[TwoSides]:
    """A source of ten objects, all replicated, two of them gone by now."""
    with two_sides(*servers) as empty:
        for number in range(10):
            empty.source.put_object(f"in/{number}", str(number).encode())
        assert empty.copy(source="in/", destination="out/").code == 0
        empty.s3.put_object(Bucket=empty.bucket, Key="elsewhere", Body=b"not under the prefix")
        for number in (3, 7):
            empty.source.delete_object(f"in/{number}")
        yield empty


def mirror(sides: TwoSides, *options: str):
    return sides.copy("--delete", *options, source="in/", destination="out/")


def test_above_the_cap_nothing_is_deleted_and_the_reason_is_said(sides: TwoSides):
    before = sides.replicas()

    answer = mirror(sides)

    assert (answer.code, answer.json["deleted"]) == (1, 0)
    assert "2 of 10 replicas have no source any more and --max-delete 10% allows 1" in answer.stderr
    assert sides.replicas() == before


def test_a_dry_run_says_how_many_would_be_deleted(sides: TwoSides):
    answer = mirror(sides, "--max-delete", "20%", "--dry-run")

    assert (answer.code, answer.json["deleted"], len(sides.replicas())) == (0, 2, 11), answer.stderr


def test_what_is_gone_is_kept_aside_and_deleted_and_nothing_else(sides: TwoSides):
    answer = mirror(sides, "--max-delete", "2", "--backup-prefix", "deleted/")

    assert (answer.code, answer.json["deleted"], answer.json["current"]) == (0, 2, 8), answer.stderr
    left = sides.replicas()
    kept = {key.rpartition("/")[2]: body for key, body in left.items() if key.startswith("deleted/")}
    assert kept == {"3": b"3", "7": b"7"}
    assert {key for key in left if not key.startswith("deleted/")} == {
        "elsewhere",
        *(f"out/{number}" for number in range(10) if number not in {3, 7}),
    }


def test_a_backup_prefix_around_the_replicas_is_refused(sides: TwoSides):
    answer = mirror(sides, "--backup-prefix", "out/")

    assert answer.code == 2
    assert "must not hold the replicas themselves" in answer.stderr
