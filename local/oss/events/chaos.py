"""What happens to a message on its way; a pure function of the rule's seed and the message's number."""

import random
from dataclasses import dataclass

from local.oss.events.targets import Chaos


@dataclass(frozen=True)
class Fate:
    """What happens to one message.

    Attributes:
        refused: OSS could not hand it over; the writer is told.
        dropped: It is lost after it was accepted.
        copies: How often it is sent, 0 when it is refused or dropped.
        place: Where it stands among the rule's messages when they are sent.
        closes_window: Whether the messages gathered with it can now go.
    """

    refused: bool
    dropped: bool
    copies: int
    place: int
    closes_window: bool


def fate_of(number: int, chaos: Chaos, rule_id: str) -> Fate:
    """Decide about a message.

    Args:
        number: How many messages the rule made before.
        chaos: What the rule asks for.
        rule_id: Keeps rules with the same seed apart.
    """
    dice = random.Random(f"{chaos.seed}/{rule_id}/{number}")
    refused = dice.random() < chaos.refuse
    dropped = dice.random() < chaos.drop and not refused
    duplicated = dice.random() < chaos.duplicate
    copies = 0 if refused or dropped else 1 + chaos.extra_copies * duplicated
    window, within = divmod(number, chaos.reorder_window)
    order = list(range(chaos.reorder_window))
    random.Random(f"{chaos.seed}/{rule_id}/window/{window}").shuffle(order)
    return Fate(
        refused,
        dropped,
        copies,
        place=window * chaos.reorder_window + order[within],
        closes_window=within == chaos.reorder_window - 1,
    )
