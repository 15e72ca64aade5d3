import asyncio

import pytest
from ferry.transfer.budget import ByteBudget
from hypothesis import given
from hypothesis import strategies as st

from tests.support.faults import pass_turns

TOTAL = 10


class Holders:
    """Holders of one budget, each until it is told to let go."""

    def __init__(self, total=TOTAL):
        self.budget = ByteBudget(total)
        self.held = {}
        self.order = []
        self.tasks = []
        self.releases = []

    def start(self, size):
        number = len(self.tasks)
        release = asyncio.Event()
        self.releases.append(release)
        self.tasks.append(asyncio.create_task(self._hold(number, size, release)))
        return number

    async def _hold(self, number, size, release):
        async with self.budget.hold(size):
            self.held[number] = min(size, TOTAL)
            self.order.append(number)
            try:
                await release.wait()
            finally:
                del self.held[number]

    async def settle(self):
        for _ in range(2 * len(self.tasks) + 4):
            await asyncio.sleep(0)

    async def end(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), st.integers(0, TOTAL + 5), st.integers(0, 4)),
        st.tuples(st.sampled_from(["release", "cancel"]), st.integers(0, 6), st.integers(0, 4)),
    ),
    max_size=25,
)


@given(STEPS)
def test_the_budget_is_never_exceeded_and_never_loses_bytes(steps):
    async def check():
        holders = Holders()
        for action, number, turns in steps:
            if action == "hold":
                holders.start(number)
            elif number < len(holders.tasks):
                holders.releases[number].set() if action == "release" else holders.tasks[number].cancel()
            await pass_turns(turns)
            assert sum(holders.held.values()) <= TOTAL
        await holders.end()
        async with holders.budget.hold(TOTAL):
            pass

    asyncio.run(asyncio.wait_for(check(), 10))


@given(st.lists(st.integers(1, TOTAL), min_size=1, max_size=10))
def test_whoever_comes_first_is_served_first(sizes):
    async def check():
        holders = Holders()
        for size in sizes:
            holders.start(size)
        for release in holders.releases:
            await holders.settle()
            release.set()
        await asyncio.gather(*holders.tasks)
        return holders.order

    assert asyncio.run(asyncio.wait_for(check(), 10)) == list(range(len(sizes)))


def test_a_small_one_does_not_overtake_a_large_one_that_waits():
    async def check():
        holders = Holders()
        holders.start(6)
        waiting = holders.start(8)
        small = holders.start(1)
        await holders.settle()
        before = list(holders.order)
        holders.releases[0].set()
        await holders.settle()
        await holders.end()
        return before, holders.order, waiting, small

    before, after, waiting, small = asyncio.run(check())
    assert before == [0]
    assert after == [0, waiting, small]


@pytest.mark.parametrize("turns", range(6))
def test_a_turn_that_comes_just_before_its_cancellation_is_given_back(turns):
    async def check():
        holders = Holders()
        holders.start(TOTAL)
        waiting = holders.start(TOTAL)
        await holders.settle()
        holders.releases[0].set()
        await pass_turns(turns)
        holders.tasks[waiting].cancel()
        await asyncio.gather(*holders.tasks, return_exceptions=True)
        async with holders.budget.hold(TOTAL):
            return True

    assert asyncio.run(asyncio.wait_for(check(), 10))


def test_more_than_the_total_takes_all_of_it():
    async def check():
        holders = Holders()
        holders.start(TOTAL * 100)
        other = holders.start(1)
        await holders.settle()
        alone = dict(holders.held)
        holders.releases[0].set()
        await holders.settle()
        then = dict(holders.held)
        await holders.end()
        return alone, then, other

    alone, then, other = asyncio.run(check())
    assert alone == {0: TOTAL}
    assert then == {other: 1}


def test_an_error_in_the_block_gives_the_bytes_back():
    async def fail(budget):
        async with budget.hold(TOTAL):
            raise ValueError("broken")

    async def check():
        budget = ByteBudget(TOTAL)
        with pytest.raises(ValueError, match="broken"):
            await fail(budget)
        async with budget.hold(TOTAL):
            return True

    assert asyncio.run(asyncio.wait_for(check(), 10))
