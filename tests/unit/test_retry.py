import asyncio

import pytest
from ferry.errors import ConflictError, PermanentError, TransientError
from ferry.retry import RetryPolicy
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import FakeClock, retry_policy

FOREVER = float("inf")


def failing(times, error=None):
    """An attempt that fails so often and then answers how often it was tried."""
    tried = 0

    def attempt():
        nonlocal tried
        tried += 1
        if tried <= times:
            raise error or TransientError(f"attempt {tried}")
        return tried

    return attempt


def run_async(policy, attempt, deadline):
    async def later():
        return attempt()

    return asyncio.run(policy.run(later, deadline=deadline))


def call_sync(policy, attempt, deadline):
    return policy.call(attempt, deadline=deadline)


both = pytest.mark.parametrize("carry_out", [call_sync, run_async])


@both
def test_an_attempt_that_succeeds_is_made_once(carry_out):
    clock = FakeClock()

    tried = carry_out(retry_policy(clock), failing(0), FOREVER)

    assert (tried, clock.pauses) == (1, [])


@both
def test_the_pauses_double_up_to_the_longest(carry_out):
    clock = FakeClock()
    policy = retry_policy(clock, attempts=6, base_seconds=1.0, max_seconds=5.0)

    tried = carry_out(policy, failing(5), FOREVER)

    assert tried == 6
    assert clock.pauses == [1.0, 2.0, 4.0, 5.0, 5.0]


@both
def test_the_last_error_is_raised_when_the_attempts_are_used_up(carry_out):
    policy = retry_policy(attempts=3)

    with pytest.raises(TransientError, match="attempt 3"):
        carry_out(policy, failing(3), FOREVER)


@both
@pytest.mark.parametrize("error", [PermanentError("no"), ConflictError("no"), ValueError("no")])
def test_only_transient_errors_are_tried_again(carry_out, error):
    clock = FakeClock()

    with pytest.raises(type(error)):
        carry_out(retry_policy(clock), failing(1, error), FOREVER)

    assert clock.pauses == []


@both
def test_the_server_decides_the_least_pause(carry_out):
    clock = FakeClock()
    error = TransientError("slow down", retry_after_seconds=30.0)

    carry_out(retry_policy(clock, base_seconds=1.0), failing(1, error), FOREVER)

    assert clock.pauses == [31.0]


@both
def test_no_pause_reaches_the_deadline(carry_out):
    clock = FakeClock()
    policy = retry_policy(clock, attempts=100, base_seconds=4.0, max_seconds=4.0)

    with pytest.raises(TransientError, match="attempt 3"):
        carry_out(policy, failing(100), clock.now + 10.0)

    assert clock.pauses == [4.0, 4.0]


@given(
    st.integers(1, 10),
    st.floats(0, 100),
    st.lists(st.one_of(st.none(), st.floats(0, 50)), min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_time_spent_is_bounded_by_the_deadline(attempts, budget, waits, random):
    clock = FakeClock()
    policy = retry_policy(clock, attempts=attempts, jitter=random.uniform)
    tried = 0

    def attempt():
        nonlocal tried
        tried += 1
        raise TransientError("again", retry_after_seconds=waits[tried])

    with pytest.raises(TransientError):
        policy.call(attempt, deadline=1000.0 + budget)

    assert 1 <= tried <= attempts
    assert clock.pauses == [] or clock.now < 1000.0 + budget


def test_the_jitter_is_between_nothing_and_the_longest_pause():
    asked = []
    policy = retry_policy(attempts=3, base_seconds=1.0, jitter=lambda *ends: asked.append(ends) or 0.0)

    policy.call(failing(2))

    assert asked == [(0.0, 1.0), (0.0, 2.0)]
    assert RetryPolicy().attempts > 1
