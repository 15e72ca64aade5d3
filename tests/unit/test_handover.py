import asyncio
import threading

from ferry.handover import Handover


async def collect(handover: Handover[int]) -> list[int]:
    return [value async for value in handover]


def test_values_arrive_in_order_and_never_more_than_allowed_wait():
    arrived = taken = most = 0

    def count(_: int) -> None:
        nonlocal arrived, most
        arrived += 1
        most = max(most, arrived - taken)

    async def work() -> list[int]:
        nonlocal taken
        loop = asyncio.get_running_loop()
        handover = Handover[int](loop, ahead=3, on_arrival=count)

        def produce() -> None:
            for value in range(100):
                assert handover.put(value)

        producer = loop.run_in_executor(None, produce)
        producer.add_done_callback(lambda _: handover.finish())
        values = []
        async for value in handover:
            taken += 1
            values.append(value)
        return values

    values = asyncio.run(work())

    assert values == list(range(100))
    # One more may arrive between the moment that room is made and the moment that the value is counted.
    assert most <= 4


def test_a_thread_that_waits_for_room_is_sent_away_when_nobody_wants_any_more():
    async def work() -> list[bool]:
        loop = asyncio.get_running_loop()
        handover = Handover[int](loop, ahead=1)
        full = threading.Event()

        def produce() -> list[bool]:
            first = handover.put(1)
            full.set()
            return [first, handover.put(2), handover.put(3)]

        producer = loop.run_in_executor(None, produce)
        await loop.run_in_executor(None, full.wait)
        handover.close()
        return await producer

    assert asyncio.run(work()) == [True, False, False]


def test_a_handover_that_is_finished_at_once_is_empty():
    async def work() -> list[int]:
        handover = Handover[int](asyncio.get_running_loop(), ahead=1)
        handover.finish()
        return await collect(handover)

    assert asyncio.run(work()) == []
