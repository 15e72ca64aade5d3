"""Which fault happens to a request: pure decisions, and the book that numbers and counts."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from local.oss.faults.kinds import Fault
from local.oss.faults.rules import Rule, RuleReport


@dataclass(frozen=True)
class Subject:
    """A request as rules look at it; empty where it names nothing."""

    operation: str
    bucket: str
    key: str
    access_key_id: str


def concerns(rule: Rule, subject: Subject) -> bool:
    """Whether a rule is for a request at all."""
    return (
        (not rule.operations or any(fnmatchcase(subject.operation, name) for name in rule.operations))
        and fnmatchcase(subject.key, rule.key)
        and fnmatchcase(subject.bucket, rule.bucket)
        and fnmatchcase(subject.access_key_id, rule.access_key_id)
    )


def series(rule: Rule, subject: Subject) -> str:
    """Which requests are numbered together: all that a rule is for, or those of one key."""
    return f"{subject.bucket}/{subject.key}" if rule.per_key else ""


def is_due(rule: Rule, number: int, *, chosen: int, of: str = "") -> bool:
    """Whether a rule's fault happens to a request the rule is for.

    Args:
        rule: The rule.
        number: Number of the request in its series, from 1.
        chosen: How often the rule was chosen in the series before.
        of: The series.
    """
    if rule.times is not None and chosen >= rule.times:
        return False
    if rule.nth and number not in rule.nth:
        return False
    if number <= rule.skip or (number - rule.skip) % rule.every:
        return False
    return rule.probability >= 1 or _draw(rule.seed, number, of) < rule.probability


def _draw(seed: int, number: int, of: str) -> float:
    digest = hashlib.blake2b(f"{seed} {number} {of}".encode("utf-8", "surrogateescape"), digest_size=7)
    return int.from_bytes(digest.digest()) / 2**56


@dataclass
class Entry:
    """A rule in the book with its counts."""

    rule: Rule
    matched: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)
    applied: int = 0

    @property
    def fault(self) -> Fault:
        """The rule's fault."""
        return self.rule.fault

    def report(self) -> RuleReport:
        """The counts as they are now."""
        return RuleReport(
            rule=self.rule,
            matched=self.matched.total(),
            chosen=self.chosen.total(),
            applied=self.applied,
        )


class FaultBook:
    """Rules in order. Each numbers the requests it is for, whatever the others do."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._named = 0

    def __len__(self) -> int:
        return len(self._entries)

    def replace(self, rules: Sequence[Rule]) -> None:
        """Forget everything and begin with these rules.

        Raises:
            ValueError: Two rules have one name.
        """
        self._entries = self._entries_of(rules, taken=set())

    def add(self, rules: Sequence[Rule]) -> None:
        """Put rules behind those there are.

        Raises:
            ValueError: Two rules have one name.
        """
        self._entries += self._entries_of(rules, taken={entry.rule.name for entry in self._entries})

    def remove(self, name: str) -> bool:
        """Forget a rule; false when there is none of that name."""
        kept = [entry for entry in self._entries if entry.rule.name != name]
        found = len(kept) < len(self._entries)
        self._entries = kept
        return found

    def entry(self, name: str) -> Entry | None:
        """Look a rule up."""
        return next((entry for entry in self._entries if entry.rule.name == name), None)

    def reports(self) -> tuple[RuleReport, ...]:
        """What became of each rule, in order."""
        return tuple(entry.report() for entry in self._entries)

    def choose(self, subject: Subject) -> Entry | None:
        """Number a request in every rule it concerns, and take the first rule that is due."""
        taken: Entry | None = None
        for entry in self._entries:
            if not concerns(entry.rule, subject):
                continue
            of = series(entry.rule, subject)
            entry.matched[of] += 1
            if taken is None and is_due(entry.rule, entry.matched[of], chosen=entry.chosen[of], of=of):
                entry.chosen[of] += 1
                taken = entry
        return taken

    def _entries_of(self, rules: Sequence[Rule], taken: set[str]) -> list[Entry]:
        entries = []
        for rule in rules:
            name = rule.name
            while not name or (name in taken and not rule.name):
                self._named += 1
                name = f"rule-{self._named}"
            if name in taken:
                raise ValueError(f"there is already a rule named {name}")
            taken.add(name)
            entries.append(Entry(rule.model_copy(update={"name": name})))
        return entries
