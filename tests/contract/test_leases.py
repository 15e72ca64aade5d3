from datetime import timedelta

import pytest
from ferry.errors import TransientError
from ferry.tasks.leases import TRUSTED, Lease, Leases

from tests.support.aws import new_table
from tests.support.builders import NOON
from tests.support.leases import MemoryLeases


@pytest.fixture(params=["memory", "table"])
def leases(request):
    if request.param == "memory":
        yield MemoryLeases()
        return
    with new_table(request.getfixturevalue("moto")) as table:
        yield Leases(table)


def take(leases, key="k", *, task_id="photos", after=timedelta(), seconds=900.0):
    return leases.take(task_id, key, NOON + after, seconds=seconds)


def test_a_key_has_one_holder_until_it_is_given_back(leases):
    lease = take(leases)

    assert take(leases, after=timedelta(seconds=1)) is None
    assert not leases.give_back(lease)
    assert leases.give_back(lease)
    assert take(leases) is not None


def test_other_keys_and_other_tasks_are_free(leases):
    take(leases)

    assert take(leases, "l") is not None
    assert take(leases, task_id="videos") is not None


def test_every_note_makes_the_holder_look_once_more(leases):
    lease = take(leases)
    for _ in range(3):
        assert take(leases) is None

        assert not leases.give_back(lease)

    assert leases.give_back(lease)


def test_a_lease_that_ran_out_is_anybodys(leases):
    late = take(leases, seconds=10)

    lease = take(leases, after=timedelta(seconds=11))

    assert lease is not None
    # The one that was too late leaves the other alone.
    assert leases.give_back(late)
    leases.drop(late)
    assert take(leases, after=timedelta(seconds=12)) is None
    assert not leases.give_back(lease)


def test_a_holder_that_may_be_dead_is_not_relied_upon(leases):
    take(leases)

    with pytest.raises(TransientError) as caught:
        take(leases, after=TRUSTED + timedelta(seconds=1))

    assert caught.value.reason == "ObjectBusy"


def test_a_dropped_lease_is_free_whatever_was_noted(leases):
    lease = take(leases)
    take(leases)

    leases.drop(lease)

    assert take(leases) is not None


def test_keys_may_be_anything_that_notifications_can_hold(leases):
    for key in ("k" * 3069, "日本 +%", "\x00", "."):
        assert leases.give_back(take(leases, key))


def test_a_take_whose_answer_was_lost_is_a_take(request):
    with new_table(request.getfixturevalue("moto")) as table:
        leases, lease = Leases(table), Lease("photos", "k", "me")

        assert [leases._take(lease, NOON, 10) for _ in range(2)] == [True, True]
