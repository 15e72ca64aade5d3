import pytest
from ferry.pacing.throttle import UNLIMITED, Throttle

from tests.support.limited_server import LimitedServer, simulate


@pytest.mark.parametrize("burst_seconds", [0.1, 1.0])
@pytest.mark.parametrize(
    ("rate", "in_flight", "latency"), [(200, 64, 0.02), (200, 64, 0.1), (500, 64, 0.1), (2000, 256, 0.05)]
)
@pytest.mark.parametrize("asks_to_wait", [None, 1.0])
def test_most_of_what_a_side_takes_is_used_and_most_requests_are_taken(
    rate, in_flight, latency, burst_seconds, asks_to_wait
):
    server = LimitedServer(rate, burst=burst_seconds * rate)

    tally = simulate(server, in_flight=in_flight, latency=latency, seconds=60, asks_to_wait=asks_to_wait)

    assert tally.taken_late / 45 >= 0.85 * rate
    assert tally.refused <= 0.4 * (tally.taken + tally.refused)


def test_processes_that_know_nothing_of_each_other_share_what_a_side_takes():
    server = LimitedServer(2000, burst=200)

    tally = simulate(server, in_flight=64, latency=0.1, seconds=60, processes=8)

    assert tally.taken_late / 45 >= 0.85 * 2000
    assert tally.refused <= 0.4 * (tally.taken + tally.refused)


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.2])
def test_refusals_that_no_lower_rate_would_avoid_do_not_slow_copies_down_for_long(noise):
    server = LimitedServer(10**9, burst=10**9, noise=noise)

    tally = simulate(server, in_flight=64, latency=0.1, seconds=60)

    assert tally.taken_late / 45 >= 0.7 * (1 - noise) * 64 / 0.1


def test_nothing_is_held_back_that_nobody_refuses():
    throttle = Throttle()

    assert [throttle.begin(0.0) for _ in range(10_000)] == [0.0] * 10_000
    assert throttle.rate(0.0) == UNLIMITED


def test_a_limit_is_forgotten_when_nothing_has_been_refused_for_long():
    throttle = Throttle()
    throttle.begin(0.0)
    throttle.refused(0.0, 0.1)
    limited = throttle.rate(0.1)

    assert limited < UNLIMITED
    assert throttle.rate(60.0) == UNLIMITED


def test_refusals_of_copies_that_began_before_a_cut_do_not_cut_again():
    throttle = Throttle()
    for _ in range(64):
        throttle.begin(0.0)
    throttle.refused(0.0, 0.1)
    rate = throttle.rate(0.7)

    for _ in range(63):
        throttle.refused(0.0, 0.7)

    assert throttle.rate(0.7) == rate
