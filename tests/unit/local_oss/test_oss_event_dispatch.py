import asyncio
from dataclasses import dataclass, field

import pytest

from local.oss.events.dispatch import MAX_PARALLEL, Clock, DeliveryError, Dispatcher
from local.oss.events.messages import Count, Entry, State
from local.oss.events.outbox import Outbox
from local.oss.events.rules import RuleSet
from tests.support.events import message, put, rule


@dataclass
class Time:
    """Passes when everybody waits for it."""

    now_ms: int = 1_000_000
    waits: list[float] = field(default_factory=list)

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        if seconds is None:
            await event.wait()
            return
        for _ in range(10):
            await asyncio.sleep(0)
        if not event.is_set():
            self.waits.append(seconds)
            self.now_ms += round(seconds * 1000)

    def clock(self, scale: float = 1.0) -> Clock:
        return Clock(lambda: self.now_ms, self.wait, scale)


@pytest.fixture
def outbox(tmp_path):
    opened = Outbox(tmp_path / "outbox")
    opened.put_rules(RuleSet(rules=[rule()]).rules)
    yield opened
    opened.close()


def add(outbox, *keys, due_ms=1_000_000, state=State.WAITING, **fields):
    for place, key in enumerate(keys):
        values = {"copies": 1, "gathered": False, "place": place} | fields
        outbox.add(
            "rule", [Entry(message(put(key)), state=state, due_ms=due_ms, **values)], {Count.ACCEPTED: 1}
        )


def deliver(outbox, clock, send, pauses=()):
    remaining = list(pauses)

    async def main():
        dispatcher = Dispatcher(
            outbox, clock, send=send, pause_seconds=lambda _: remaining.pop(0) if remaining else None
        )
        running = asyncio.create_task(dispatcher.run())
        await dispatcher.idle()
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(main())


def key_of(delivery):
    return delivery.message.records[0]["oss"]["object"]["key"]


async def refuse(_delivery):
    raise DeliveryError("busy")


def test_deliveries_start_in_their_turn(outbox):
    sent = []
    add(outbox, "late", due_ms=1_090_000)
    add(outbox, "first", "second", "third")

    async def send(delivery):
        sent.append(key_of(delivery))

    time = Time()
    deliver(outbox, time.clock(), send)

    assert sent == ["first", "second", "third", "late"]
    assert time.waits == [90.0]


@pytest.mark.parametrize(("scale", "waits"), [(1.0, [10.0, 20.0]), (0.5, [5.0, 10.0])])
def test_a_failed_delivery_waits_for_its_pause(outbox, scale, waits):
    add(outbox, "k")
    time = Time()

    deliver(outbox, time.clock(scale), refuse, pauses=[10.0, 20.0])

    (letter,) = outbox.dead_letters()
    assert time.waits == waits
    assert (letter.failures, letter.problem) == (3, "busy")
    assert outbox.counts()["rule"] == {"accepted": 1, "retried": 2, "dead": 1}


def test_at_most_32_deliveries_of_a_rule_are_sent_at_once(outbox):
    add(outbox, *map(str, range(MAX_PARALLEL * 3)))
    running, most = 0, 0

    async def send(_delivery):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    deliver(outbox, Time().clock(), send)

    assert most == MAX_PARALLEL
    assert outbox.counts()["rule"]["delivered"] == MAX_PARALLEL * 3


def test_a_rule_whose_endpoint_hangs_keeps_no_other_waiting(outbox):
    outbox.put_rules(RuleSet(rules=[rule(), rule(id="other", bucket="others")]).rules)
    add(outbox, *map(str, range(MAX_PARALLEL + 1)))
    outbox.add("other", [Entry(message(put("k"), rule_id="other"), 1, State.WAITING, False, 0, 0)], {})

    async def main():
        arrived = asyncio.Event()

        async def send(delivery):
            if delivery.message.rule_id == "other":
                arrived.set()
            else:
                await asyncio.Event().wait()

        dispatcher = Dispatcher(outbox, Time().clock(), send=send, pause_seconds=lambda _: None)
        running = asyncio.create_task(dispatcher.run())
        await arrived.wait()
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(main())


def test_what_was_being_sent_is_sent_again_after_a_crash(tmp_path):
    outbox = Outbox(tmp_path / "outbox")
    outbox.put_rules(RuleSet(rules=[rule()]).rules)
    add(outbox, "k")
    (taken,) = outbox.take_due(1_000_000, {}, MAX_PARALLEL)
    outbox.close()

    outbox = Outbox(tmp_path / "outbox")
    (again,) = outbox.take_due(1_000_000, {}, MAX_PARALLEL)
    outbox.close()

    assert again == taken


def test_held_messages_wait_for_their_release_only(outbox):
    sent = []
    add(outbox, "held", state=State.HELD)

    async def send(delivery):
        sent.append(key_of(delivery))

    deliver(outbox, Time().clock(), send)
    before = list(sent)
    outbox.release("rule", 1_000_000)
    deliver(outbox, Time().clock(), send)

    assert (before, sent) == ([], ["held"])


def test_a_window_is_sent_in_its_new_order(outbox):
    sent = []
    for place, key in [(2, "a"), (0, "b"), (1, "c")]:
        add(outbox, key, due_ms=1_000_000 + place, place=place, gathered=True)
    outbox.close_windows("rule", 1_000_000)

    async def send(delivery):
        sent.append(key_of(delivery))

    deliver(outbox, Time().clock(), send)

    assert sent == ["b", "c", "a"]


@pytest.mark.parametrize("kept", [True, False])
def test_messages_follow_their_rule_to_its_new_target_unless_its_type_changes(outbox, kept):
    add(outbox, "k")
    target = {"type": "eventbridge", "url": "http://127.0.0.1/"}
    changed = rule(chaos={"drop": 1}) if kept else rule(target)

    outbox.put_rules(RuleSet(rules=[changed]).rules)

    assert len(outbox.take_due(1_000_000, {}, MAX_PARALLEL)) == kept
    assert outbox.rules() == (changed,)
