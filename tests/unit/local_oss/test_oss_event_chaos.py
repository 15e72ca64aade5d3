import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.oss.events.chaos import fate_of
from local.oss.events.schedule import pause_seconds
from local.oss.events.targets import Chaos, EventBridgeTarget, FunctionTarget, SmqTarget

seeds = st.integers(0, 2**32)
shares = st.floats(0, 1)
URL = "http://127.0.0.1/"


def fates(chaos, number=200, rule_id="rule"):
    return [fate_of(n, chaos, rule_id) for n in range(number)]


@given(seeds, shares, shares, shares, st.integers(1, 5), st.integers(1, 20))
def test_the_same_seed_makes_the_same_choices(seed, refuse, drop, duplicate, extra_copies, window):
    chaos = Chaos(
        seed=seed,
        refuse=refuse,
        drop=drop,
        duplicate=duplicate,
        extra_copies=extra_copies,
        reorder_window=window,
    )

    assert fates(chaos, 50) == fates(chaos, 50)


@given(seeds, shares, shares, shares, st.integers(1, 5))
def test_a_message_is_refused_or_dropped_or_sent(seed, refuse, drop, duplicate, extra_copies):
    chaos = Chaos(seed=seed, refuse=refuse, drop=drop, duplicate=duplicate, extra_copies=extra_copies)

    for fate in fates(chaos, 50):
        assert fate.copies in ({0} if fate.refused or fate.dropped else {1, 1 + extra_copies})
        assert not (fate.refused and fate.dropped)


@given(seeds, st.integers(1, 30), st.integers(1, 4))
def test_messages_move_within_their_window_only(seed, window, windows):
    chaos = Chaos(seed=seed, reorder_window=window)

    moved = fates(chaos, window * windows)

    for start in range(0, window * windows, window):
        within = moved[start : start + window]
        assert sorted(fate.place for fate in within) == list(range(start, start + window))
        assert [fate.closes_window for fate in within] == [False] * (window - 1) + [True]


@given(seeds)
def test_without_chaos_every_message_is_sent_once_in_its_place(seed):
    chaos = Chaos(seed=seed)

    assert all(
        (fate.copies, fate.place, fate.refused) == (1, n, False) for n, fate in enumerate(fates(chaos, 20))
    )


@pytest.mark.parametrize("chaos", [Chaos(drop=1), Chaos(refuse=1)])
def test_a_share_of_one_hits_every_message(chaos):
    assert not any(fate.copies for fate in fates(chaos))


def test_a_share_hits_about_as_many_messages():
    dropped = sum(fate.dropped for fate in fates(Chaos(seed=1, drop=0.25), 1000))

    assert 200 < dropped < 300


def test_rules_with_the_same_seed_are_hit_at_different_messages():
    chaos = Chaos(seed=1, drop=0.5, reorder_window=10)

    assert fates(chaos) != fates(chaos, rule_id="another")


def pauses(target, age_seconds=0.0):
    failures = 0
    while True:
        failures += 1
        pause = pause_seconds(
            target, failures=failures, age_seconds=age_seconds, between=lambda low, high: (low + high) / 2
        )
        if pause is None:
            return
        yield pause


@pytest.mark.parametrize("kind", [SmqTarget, EventBridgeTarget])
def test_backoff_retry_tries_three_times_again_after_ten_to_twenty_seconds(kind):
    target = kind(type="smq" if kind is SmqTarget else "eventbridge", url=URL)

    assert list(pauses(target)) == [15.0] * 3


def test_exponential_decay_retry_goes_on_for_a_day():
    target = SmqTarget(type="smq", url=URL, notify_strategy="EXPONENTIAL_DECAY_RETRY")

    made = list(pauses(target))

    assert made[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert made[9:] == [512] * 167
    assert len(made) == 176
    assert 86_000 < sum(made) < 86_400


@pytest.mark.parametrize("attempts", [0, 3, 8])
def test_a_function_is_invoked_again_as_often_as_configured(attempts):
    target = FunctionTarget(type="function-compute", handler="a.py:h", max_async_retry_attempts=attempts)

    assert list(pauses(target)) == [2.0**n for n in range(attempts)]


def test_an_event_that_is_too_old_for_its_function_is_given_up():
    target = FunctionTarget(type="function-compute", handler="a.py:h", max_async_event_age_seconds=60)

    assert list(pauses(target, age_seconds=57.5)) == [1.0, 2.0]
    assert list(pauses(target, age_seconds=60)) == []
