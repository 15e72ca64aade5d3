"""Fault rules: which requests go wrong, when, and how. ``docs/oss-server-faults.md`` shows their JSON."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator

from local.oss.faults.kinds import Fault, Model
from local.oss.routes import OPERATIONS


class Rule(Model):
    """One fault, the requests it is for, and which of those it happens to.

    Where: all patterns must match; ``*`` matches anything, ``/`` included. When: every condition must
    hold. Requests are numbered from 1 as they match.

    Attributes:
        fault: What goes wrong.
        name: Names the rule in reports; ``rule-<n>`` when empty.
        operations: Patterns of OSS operation names such as ``GetObject`` or ``List*``; any when empty.
        bucket: Pattern of bucket names.
        key: Pattern of object keys; requests without a key have an empty one.
        access_key_id: Pattern of access key ids.
        nth: Numbers of the requests it happens to; all when empty.
        every: It happens to every so many.
        skip: The first so many are spared, and numbers of ``every`` count from there.
        times: It happens at most so often.
        probability: It happens with this probability, drawn from ``seed`` and the request's number.
        seed: Any number; the same seed gives the same draws.
        per_key: Number and count the requests of each key on their own, which makes the outcome
            independent of the order in which concurrent requests arrive.
    """

    known_operations: ClassVar[Collection[str]] = OPERATIONS

    fault: Fault
    name: str = Field(default="", pattern=r"^[A-Za-z0-9._-]*$")
    operations: tuple[str, ...] = ()
    bucket: str = "*"
    key: str = "*"
    access_key_id: str = "*"
    nth: tuple[PositiveInt, ...] = ()
    every: PositiveInt = 1
    skip: NonNegativeInt = 0
    times: PositiveInt | None = None
    probability: float = Field(default=1.0, ge=0, le=1)
    seed: int = 0
    per_key: bool = False

    @field_validator("nth", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, int) else value

    @field_validator("operations", mode="after")
    @classmethod
    def _are_known(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if not any(fnmatchcase(operation, pattern) for operation in cls.known_operations):
                raise ValueError(
                    f"no operation is named {pattern}; known are {', '.join(sorted(cls.known_operations))}"
                )
        return patterns


class Rules(Model):
    """The document that sets rules.

    Attributes:
        rules: In the order they are tried; the first one that is due happens.
    """

    rules: tuple[Rule, ...]


class RuleReport(Model):
    """What became of a rule.

    Attributes:
        rule: The rule with its name.
        matched: Requests it was for.
        chosen: How often it was due and no earlier rule was.
        applied: How often the fault really happened. Less than ``chosen`` when there was nothing to do
            it to, such as a byte to flip in an empty body, or while it has not got there yet.
    """

    rule: Rule
    matched: int
    chosen: int
    applied: int


class RuleReports(Model):
    """Reports of all rules, in order."""

    rules: tuple[RuleReport, ...]
