"""Writes to a source bucket under several notification rules, and which of them were told."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import oss2

from local.oss.events.chaos import fate_of
from local.oss.events.rules import Rule


@dataclass(frozen=True)
class Write:
    """One change of the source: ``put``, ``append`` or ``delete``."""

    action: str
    key: str
    content: bytes = b""


def changes(prefixes: Sequence[str], objects: int, seed: int) -> list[Write]:
    """Create objects; overwrite some, append to some, delete some, all mixed.

    Args:
        prefixes: Of the objects' keys.
        objects: How many under each prefix.
        seed: The same one makes the same changes.

    Returns:
        The changes; those of one object lie close together, in their order.
    """
    dice = random.Random(seed)
    lanes: list[list[Write]] = []
    for number, prefix in ((number, prefix) for number in range(objects) for prefix in prefixes):
        key = f"{prefix}{number:04} é+%.bin"
        first = Write("put", key, dice.randbytes(dice.randrange(0, 4096)))
        match number % 10:
            case 0 | 1 | 2:
                lane = [first, Write("put", key, dice.randbytes(dice.randrange(1, 4096)))]
            case 3 | 4:
                lane = [Write("append", key, dice.randbytes(100)) for _ in range(3)]
            case 5 | 6:
                lane = [first, Write("delete", key)]
            case 7:
                lane = [first, Write("delete", key), Write("put", key, dice.randbytes(10))]
            case _:
                lane = [first]
        lanes.append(lane)
    return list(_mixed(lanes, dice))


def _mixed(lanes: list[list[Write]], dice: random.Random) -> Iterator[Write]:
    """Take from a few lanes at a time, so that changes of one object lie close together."""
    waiting, active = list(reversed(lanes)), list[list[Write]]()
    while waiting or active:
        while waiting and len(active) < 20:
            active.append(waiting.pop())
        lane = dice.choice(active)
        yield lane.pop(0)
        if not lane:
            active.remove(lane)


@dataclass
class Source:
    """A bucket that remembers what it should hold, and whose last change was dropped on its way.

    Attributes:
        expected: The content of every object there should be.
        untold: Keys whose last change no notification arrived about.
    """

    bucket: oss2.Bucket
    rules: Sequence[Rule] = ()
    expected: dict[str, bytes] = field(default_factory=dict)
    untold: set[str] = field(default_factory=set)
    _told: dict[str, int] = field(default_factory=dict)

    def listen_to(self, rules: Sequence[Rule]) -> None:
        """Take note that these rules tell about changes from now on."""
        self.rules = rules

    def write(self, change: Write) -> None:
        """Make one change."""
        match change.action:
            case "put":
                self.bucket.put_object(change.key, change.content)
                self.expected[change.key] = change.content
            case "append":
                before = self.expected.get(change.key, b"")
                self.bucket.append_object(change.key, len(before), change.content)
                self.expected[change.key] = before + change.content
            case "delete":
                self.bucket.delete_object(change.key)
                del self.expected[change.key]
        self._note(change.key)

    def write_all(self, writes: list[Write], *, per_second: float) -> None:
        """Make changes at a pace, as an application would."""
        begin = time.monotonic()
        for number, change in enumerate(writes):
            time.sleep(max(0.0, begin + number / per_second - time.monotonic()))
            self.write(change)

    def _note(self, key: str) -> None:
        """Work out whether the notification of this change, one of its rule's, is lost on its way."""
        rule = next(rule for rule in self.rules if key.startswith(rule.prefix))
        number = self._told.get(rule.id, 0)
        self._told[rule.id] = number + 1
        fate = fate_of(number, rule.chaos, rule.id)
        self.untold.discard(key)
        if fate.dropped or fate.refused:
            self.untold.add(key)
