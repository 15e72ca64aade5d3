"""Event notifications of one server: rules, what they make of changes, and its delivery."""

import asyncio
import base64
import contextlib
import logging
import secrets
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path

from local.oss.events.chaos import fate_of
from local.oss.events.dispatch import Clock, DeliveryError, Dispatcher
from local.oss.events.messages import Count, Delivery, Entry, Message, State
from local.oss.events.outbox import Outbox
from local.oss.events.records import Origin, Record, event_record
from local.oss.events.reports import Counts, DeadLetter, RuleReport
from local.oss.events.rules import Rule, RuleSet
from local.oss.events.schedule import pause_seconds
from local.oss.events.sender import PUSH_TIMEOUT_SECONDS, Sender
from local.oss.events.targets import EventBridgeTarget
from local.oss.exchange import Change

logger = logging.getLogger(__name__)

_ACCEPTED = base64.b64encode(b'{"Result": "Ok"}').decode()
_REFUSED = base64.b64encode(b'{"Result": "Fail"}').decode()


@dataclass(frozen=True)
class NotificationOptions:
    """How notifications behave.

    Attributes:
        rules: Rules to start with, or None for those of the last run.
        clock: How time passes.
        push_timeout_seconds: How long an endpoint may take to answer.
    """

    rules: RuleSet | None = None
    clock: Clock = field(default_factory=Clock)
    push_timeout_seconds: float = PUSH_TIMEOUT_SECONDS


class Notifications:
    """Tells changes to whom the rules name; only the event loop's thread uses it."""

    def __init__(self, root: Path, options: NotificationOptions) -> None:
        """Open what a folder holds.

        Args:
            root: The server's folder.
            options: How to behave.
        """
        self._clock = options.clock
        self._outbox = Outbox(root / "notifications.sqlite3")
        self._sender = Sender(
            root / "notifications",
            now_ms=self._clock.now_ms,
            timeout_seconds=options.push_timeout_seconds,
        )
        self._dispatcher = Dispatcher(
            self._outbox, self._clock, send=self._send, pause_seconds=self._pause_seconds
        )
        self._by_bucket: dict[str, list[Rule]] = {}
        self._by_id: dict[str, Rule] = {}
        if options.rules is not None:
            self._outbox.put_rules(options.rules.rules)
        self._read_rules()

    @contextlib.asynccontextmanager
    async def delivering(self, endpoint: str) -> AsyncIterator[None]:
        """Deliver while the block runs; what is left then is delivered by the next run.

        Args:
            endpoint: The server's own URL, under which receivers find the certificate.
        """
        self._sender.endpoint = endpoint
        running = asyncio.create_task(self._dispatcher.run())
        running.add_done_callback(_report)
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])
            await self._sender.close()

    def close(self) -> None:
        """Close the outbox."""
        self._outbox.close()

    @property
    def certificate(self) -> bytes:
        """The certificate that receivers check signatures with, as PEM."""
        return self._sender.key.certificate

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order they were set."""
        return tuple(self._by_id.values())

    def set_rules(self, rules: RuleSet) -> None:
        """Replace all rules; messages of rules that keep their id go where the new rule says."""
        self._outbox.put_rules(rules.rules)
        self._sender.keep_functions(rules.rules)
        self._read_rules()
        self._dispatcher.notice()

    def watches(self, bucket: str) -> bool:
        """Whether any rule is about a bucket."""
        return bucket in self._by_bucket

    def publish(self, changes: Sequence[Change], origin: Origin) -> str | None:
        """Take in what a request changed; it is on disk when this returns.

        Returns:
            The value of ``x-oss-event-status``, which tells whether the messages were accepted, or None
            when no rule matches.
        """
        results = [
            self._accept(rule, told, origin)
            for rule in self._by_bucket.get(origin.bucket, [])
            if (told := [change for change in changes if rule.matches(change.event, change.key)])
        ]
        if not results:
            return None
        self._dispatcher.notice()
        return _ACCEPTED if all(results) else _REFUSED

    def release(self, rule_id: str | None = None) -> int:
        """Send now what rules hold, delay or gather, and return how many deliveries that are.

        Raises:
            ValueError: There is no such rule.
        """
        released = sum(self._outbox.release(rule.id, self._clock.now_ms()) for rule in self._named(rule_id))
        self._dispatcher.notice()
        return released

    async def flush(self, timeout_seconds: float | None = 30.0) -> bool:
        """Close the reorder windows and wait until nothing is on its way but what is held.

        Returns:
            False when the time was over first.
        """
        for rule in self.rules:
            self._outbox.close_windows(rule.id, self._due_ms(rule))
        self._dispatcher.notice()
        try:
            await asyncio.wait_for(self._dispatcher.idle(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    def reports(self) -> tuple[RuleReport, ...]:
        """What became of each rule's messages, in the order of the rules."""
        counts = self._outbox.counts()
        return tuple(RuleReport(rule=rule, counts=Counts(**counts[rule.id])) for rule in self.rules)

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Messages that were given up, oldest first."""
        return tuple(map(DeadLetter.of, self._outbox.dead_letters()))

    def _read_rules(self) -> None:
        rules = self._outbox.rules()
        self._by_id = {rule.id: rule for rule in rules}
        self._by_bucket = {}
        for rule in rules:
            self._by_bucket.setdefault(rule.bucket, []).append(rule)

    def _named(self, rule_id: str | None) -> Sequence[Rule]:
        if rule_id is None:
            return self.rules
        if rule_id not in self._by_id:
            raise ValueError(f"there is no rule {rule_id}")
        return [self._by_id[rule_id]]

    def _accept(self, rule: Rule, changes: Sequence[Change], origin: Origin) -> bool:
        """Whether all messages were taken in; a disk that refuses them loses them, as OSS may."""
        records = [event_record(change, origin, rule.id) for change in changes]
        each = 1 if isinstance(rule.target, EventBridgeTarget) else rule.chaos.records_per_message
        number = self._outbox.number_made(rule.id)
        counts: Counter[Count] = Counter()
        entries: list[Entry] = []
        closes_window = False
        for told in batched(records, each, strict=False):
            fate = fate_of(number, rule.chaos, rule.id)
            number += 1
            closes_window |= fate.closes_window
            counts[Count.REFUSED if fate.refused else Count.ACCEPTED] += 1
            counts[Count.DROPPED] += fate.dropped
            counts[Count.DUPLICATED] += max(0, fate.copies - 1)
            entries.append(self._entry(rule, told, fate.copies, fate.place))
        try:
            self._outbox.add(rule.id, entries, counts)
        except sqlite3.Error:
            logger.exception("messages of rule %s are lost", rule.id)
            return False
        if closes_window and rule.chaos.reorder_window > 1:
            self._outbox.close_windows(rule.id, self._due_ms(rule))
        return not counts[Count.REFUSED]

    def _entry(self, rule: Rule, records: tuple[Record, ...], copies: int, place: int) -> Entry:
        chaos = rule.chaos
        message = Message(secrets.token_hex(16).upper(), rule.id, self._clock.now_ms(), records)
        gathers = chaos.reorder_window > 1
        due_ms = self._due_ms(rule) + (round(chaos.reorder_seconds * 1000) if gathers else 0)
        return Entry(message, copies, State.HELD if chaos.hold else State.WAITING, gathers, place, due_ms)

    def _due_ms(self, rule: Rule) -> int:
        return self._clock.now_ms() + round(rule.chaos.delay_seconds * 1000)

    async def _send(self, delivery: Delivery) -> None:
        rule = self._by_id.get(delivery.message.rule_id)
        if rule is None:
            raise DeliveryError("the rule is gone")
        await self._sender.send(delivery.message, rule)

    def _pause_seconds(self, delivery: Delivery) -> float | None:
        rule = self._by_id.get(delivery.message.rule_id)
        if rule is None:
            return None
        return pause_seconds(
            rule.target,
            failures=delivery.failures + 1,
            age_seconds=(self._clock.now_ms() - delivery.message.published_ms) / 1000,
            between=self._clock.between,
        )


def _report(running: asyncio.Task[None]) -> None:
    if not running.cancelled() and running.exception() is not None:
        logger.error("notifications stopped", exc_info=running.exception())
