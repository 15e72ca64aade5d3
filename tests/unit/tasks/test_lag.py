import math

from ferry.tasks.lag import Distribution, Lag, bucket_of, seconds_of
from hypothesis import given
from hypothesis import strategies as st

SECONDS = st.floats(0.001, 5_000_000)


@given(SECONDS)
def test_a_bucket_stands_for_everything_in_it_to_five_percent(seconds):
    assert abs(seconds_of(bucket_of(seconds)) - seconds) <= 0.05 * seconds


@given(st.floats(-10, 0.001) | st.just(0.0))
def test_what_is_next_to_nothing_or_less_is_in_the_first_bucket(seconds):
    assert bucket_of(seconds) == 0


def test_the_last_bucket_holds_whatever_is_above_it():
    assert bucket_of(1e12) == bucket_of(1e9)


@given(st.lists(SECONDS, min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_that_of_the_measurements_to_five_percent(measured, share):
    exact = sorted(measured)[math.ceil(share * len(measured)) - 1]

    found = Distribution.of(measured).quantile(share)

    assert found is not None
    assert abs(found - exact) <= 0.051 * exact


@given(*[st.lists(SECONDS, max_size=20)] * 3)
def test_distributions_add_up_in_any_order(first, second, third):
    a, b, c = (Distribution.of(measured) for measured in (first, second, third))

    assert (a + b) + c == a + (b + c) == Distribution.of(first + second + third)
    assert (Lag(a, b) + Lag(b, c)).change == a + b


def test_without_measurements_there_are_no_quantiles():
    assert Distribution().summary() == {"count": 0, "p50": None, "p95": None, "p99": None, "max": None}
