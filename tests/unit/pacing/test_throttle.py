from statistics import mean

import pytest
from ferry.pacing.throttle import UNLIMITED, Throttle

from tests.support.limited_server import LimitedServer, NoThrottle, simulate


def simulate_steady(server, *, seconds=60, **settings):
    """Count the last three quarters of the time."""
    return simulate(server, seconds=seconds, counted_from=seconds / 4, **settings)


def attainable(rate, *, in_flight, latency, processes=1):
    """Return what a side takes of copies without a throttle that it never refuses."""
    return min(rate, processes * in_flight / latency)


@pytest.mark.parametrize("latency", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("in_flight", [64, 256])
@pytest.mark.parametrize(("rate", "processes"), [(50, 1), (500, 1), (5000, 1), (500, 8), (5000, 8)])
def test_what_a_side_takes_is_used_and_little_more_is_asked_for(rate, processes, in_flight, latency):
    server = LimitedServer(rate, burst=rate / 10)
    load = {"in_flight": in_flight, "latency": latency, "processes": processes}

    tally = simulate_steady(server, seconds=60 if rate < 5000 else 24, **load)

    assert tally.taken_per_second >= 0.95 * attainable(rate, **load)
    assert tally.refused_share <= 0.05


@pytest.mark.parametrize("latency", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("in_flight", [64, 256])
def test_a_few_copies_a_second_of_each_process_are_used_when_a_side_takes_little(in_flight, latency):
    # Six copies a second tell each process too little to keep its refusals at one in twenty.
    load = {"in_flight": in_flight, "latency": latency, "processes": 8}
    tallies = [
        simulate(LimitedServer(50, burst=5), seconds=180, counted_from=60, seed=seed, **load)
        for seed in range(3)
    ]

    assert min(tally.taken_per_second for tally in tallies) >= 0.8 * 50
    assert mean(tally.refused_share for tally in tallies) <= 0.5


@pytest.mark.parametrize(("rate", "in_flight", "latency"), [(50, 64, 0.01), (50, 256, 0.1), (500, 256, 0.1)])
def test_a_side_that_takes_no_two_copies_at_once_is_used(rate, in_flight, latency):
    # Faster or by several processes this is out of reach: two copies meet by chance, whatever their rate.
    server = LimitedServer(rate, burst=1)

    tally = simulate_steady(server, in_flight=in_flight, latency=latency)

    assert tally.taken_per_second >= 0.9 * rate
    assert tally.refused_share <= 0.05


@pytest.mark.parametrize("noise", [0.02, 0.1, 0.3, 0.5])
@pytest.mark.parametrize(("rate", "latency"), [(10**6, 0.1), (500, 0.02), (50, 0.1)])
def test_refusals_that_no_lower_rate_would_avoid_do_not_slow_copies_down(rate, latency, noise):
    used = []
    for seed in range(4):
        load = {"in_flight": 64, "latency": latency, "seed": seed}
        held_back = simulate_steady(LimitedServer(rate, rate / 10, noise), **load)
        free = simulate_steady(LimitedServer(rate, rate / 10, noise), **load, pacing=NoThrottle)
        used.append(held_back.taken / free.taken)

    # At 50 a second it takes long to tell two refusals in a hundred from what a lower rate would avoid.
    assert mean(used) >= (0.8 if rate > 50 or noise > 0.02 else 0.5)
    assert min(used) >= 0.4


@pytest.mark.parametrize("processes", [1, 8])
@pytest.mark.parametrize("later_rate", [100, 250, 1000])
def test_a_limit_that_changes_is_followed(later_rate, processes):
    server = LimitedServer(500, burst=50, changes_at=30, later_rate=later_rate)

    tally = simulate(server, in_flight=64, latency=0.1, seconds=150, counted_from=60, processes=processes)

    assert tally.taken_per_second >= 0.95 * min(later_rate, processes * 64 / 0.1)
    # Several processes may take a drop for noise at first, until they look anew.
    assert tally.refused_share <= (0.05 if processes == 1 else 0.3)


@pytest.mark.parametrize("processes", [1, 8])
def test_copies_come_back_after_a_side_has_refused_everything(processes):
    server = LimitedServer(0, burst=50, changes_at=30, later_rate=500)

    tally = simulate(server, in_flight=64, latency=0.1, seconds=120, counted_from=90, processes=processes)

    assert tally.taken_per_second >= 0.9 * 500
    assert tally.refused_share <= 0.05


@pytest.mark.parametrize(("rate", "processes", "joins_after"), [(500, 8, 5.0), (5000, 50, 0.5)])
def test_processes_that_join_get_their_part(rate, processes, joins_after):
    server = LimitedServer(rate, burst=rate / 10)

    tally = simulate(
        server,
        in_flight=64,
        latency=0.05,
        seconds=100,
        counted_from=65,
        processes=processes,
        joins_after=joins_after,
    )

    assert tally.taken_per_second >= 0.95 * rate
    assert tally.refused_share <= 0.05
    assert min(tally.by_process) > 0


def test_nothing_is_held_back_that_nobody_refuses():
    throttle = Throttle()

    assert [throttle.begin(0.0) for _ in range(10_000)] == [0.0] * 10_000
    assert throttle.rate(0.0) == UNLIMITED


def refuse_all(throttle, number, began, now):
    for reply in range(number):
        throttle.refused(began, now + reply / 100)


def test_a_single_refusal_says_nothing_yet():
    throttle = Throttle()
    throttle.begin(0.0)

    throttle.refused(0.0, 0.1)

    assert throttle.rate(0.1) == UNLIMITED


def test_a_limit_is_forgotten_when_nothing_has_been_refused_for_long():
    throttle = Throttle()
    refuse_all(throttle, 64, 0.0, 0.1)
    limited = throttle.rate(1.0)

    assert limited < UNLIMITED
    assert throttle.rate(180.0) == UNLIMITED


def test_refusals_of_copies_that_began_before_a_cut_do_not_cut_again():
    throttle = Throttle()
    refuse_all(throttle, 64, 0.0, 0.1)
    rate = throttle.rate(1.0)

    refuse_all(throttle, 64, 0.0, 1.0)

    assert throttle.rate(1.0) == rate
