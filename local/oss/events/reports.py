"""What notifications tell about themselves, as control requests answer it."""

from typing import Any, Self

from local.oss.events.messages import Delivery
from local.oss.events.rules import Rule
from local.oss.events.targets import Model


class Counts(Model):
    """What became of a rule's messages.

    Attributes:
        queued: Deliveries on their way now, held ones included.
        held: Deliveries that wait until they are released.
        accepted: Messages that were taken in.
        refused: Messages that were not; the writer was told.
        dropped: Accepted messages that were lost on purpose.
        duplicated: Copies that were sent besides the message itself.
        delivered: Deliveries that arrived.
        retried: Tries that failed and were followed by another.
        dead: Deliveries that were given up.
    """

    queued: int = 0
    held: int = 0
    accepted: int = 0
    refused: int = 0
    dropped: int = 0
    duplicated: int = 0
    delivered: int = 0
    retried: int = 0
    dead: int = 0


class RuleReport(Model):
    """A rule and what became of its messages."""

    rule: Rule
    counts: Counts


class RuleReports(Model):
    """Reports in the order of the rules."""

    rules: tuple[RuleReport, ...]


class DeadLetter(Model):
    """A message that was given up.

    Attributes:
        rule: Id of the rule that made it.
        message_id: Id of the message.
        tries: How often it was sent.
        problem: Why the last try failed.
        events: Its records.
    """

    rule: str
    message_id: str
    tries: int
    problem: str
    events: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """What there is to tell about a delivery."""
        message = delivery.message
        return cls(
            rule=message.rule_id,
            message_id=message.message_id,
            tries=delivery.failures,
            problem=delivery.problem,
            events=message.records,
        )


class DeadLetters(Model):
    """Messages that were given up, oldest first."""

    letters: tuple[DeadLetter, ...]
