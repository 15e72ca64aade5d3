"""A message on its way, whatever it is sent as."""

from dataclasses import dataclass
from enum import StrEnum

from local.oss.events.records import Record


@dataclass(frozen=True)
class Message:
    """What a rule has to tell.

    Attributes:
        message_id: 32 upper-case hexadecimal digits; copies and retries keep it.
        rule_id: The rule that made it.
        published_ms: When it was made, in milliseconds since 1970.
        records: Event records, at least one.
    """

    message_id: str
    rule_id: str
    published_ms: int
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Push:
    """A POST request, ready to send.

    Attributes:
        url: Where to, percent-encoded.
        headers: All headers but Host and Content-Length, in order.
        body: Exact body.
    """

    url: str
    headers: dict[str, str]
    body: bytes


class State(StrEnum):
    """Where a delivery stands."""

    HELD = "held"
    WAITING = "waiting"
    SENDING = "sending"
    DEAD = "dead"


class Count(StrEnum):
    """What is counted per rule: messages, and deliveries from ``DUPLICATED`` on."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DROPPED = "dropped"
    DUPLICATED = "duplicated"
    DELIVERED = "delivered"
    RETRIED = "retried"
    DEAD = "dead"


@dataclass(frozen=True)
class Delivery:
    """One copy of a message on its way.

    Attributes:
        number: Its number in the outbox.
        message: What to tell.
        place: Where the message stands among those of its rule.
        failures: Tries that failed so far.
        problem: Why the last one failed.
    """

    number: int
    message: Message
    place: int
    failures: int
    problem: str


@dataclass(frozen=True)
class Entry:
    """A message as it enters the outbox.

    Attributes:
        message: What to tell.
        copies: How often.
        state: Held or waiting.
        gathered: Whether it waits for its reorder window to fill.
        place: Where it stands among the messages of its rule.
        due_ms: When its turn is, in milliseconds since 1970.
    """

    message: Message
    copies: int
    state: State
    gathered: bool
    place: int
    due_ms: int
