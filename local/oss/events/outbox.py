"""Rules, and messages on their way, in one SQLite database; what was accepted outlives the server.

Only the event loop's thread uses the connection. Every method is one transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from local.oss.events.messages import Count, Delivery, Entry, Message, State
from local.oss.events.rules import Rule

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rules (id TEXT PRIMARY KEY, place INTEGER NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counts (
    rule TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (rule, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, rule TEXT NOT NULL, message_id TEXT NOT NULL, published_ms INTEGER NOT NULL,
    records TEXT NOT NULL, state TEXT NOT NULL, gathered INTEGER NOT NULL, place INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, failures INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_by_turn ON deliveries (state, rule, due_ms, place);
"""
_DELIVERY = "id, rule, message_id, published_ms, records, place, failures, problem"


class Outbox:
    """Rules and deliveries on disk; deliveries that were being sent when it closed are due again."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self._db.execute("UPDATE deliveries SET state = ? WHERE state = ?", (State.WAITING, State.SENDING))

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order they were put."""
        rows = self._db.execute("SELECT document FROM rules ORDER BY place")
        return tuple(Rule.model_validate_json(document) for (document,) in rows)

    def put_rules(self, rules: Sequence[Rule]) -> None:
        """Replace all rules.

        Messages and counts of rules that keep their id stay, unless the rule now has a target of another
        type.
        """
        types = {rule.id: rule.target.type for rule in self.rules()}
        kept = [rule.id for rule in rules if types.get(rule.id) == rule.target.type]
        with self._transaction():
            self._db.execute("DELETE FROM rules")
            self._db.executemany(
                "INSERT INTO rules VALUES (?, ?, ?)",
                [(rule.id, place, rule.model_dump_json()) for place, rule in enumerate(rules)],
            )
            for table in ("deliveries", "counts"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE rule NOT IN (SELECT value FROM json_each(?))",  # noqa: S608
                    (json.dumps(kept),),
                )

    def number_made(self, rule_id: str) -> int:
        """How many messages a rule made so far, whatever became of them."""
        return sum(self.count(rule_id, name) for name in (Count.ACCEPTED, Count.REFUSED))

    def count(self, rule_id: str, name: Count) -> int:
        """One count of one rule."""
        query = "SELECT number FROM counts WHERE rule = ? AND name = ?"
        row = self._db.execute(query, (rule_id, name)).fetchone()
        return int(row[0]) if row else 0

    def add(self, rule_id: str, entries: Iterable[Entry], counts: dict[Count, int]) -> None:
        """Take in messages of one rule, and count what happened to them."""
        rows = [
            (
                rule_id,
                entry.message.message_id,
                entry.message.published_ms,
                json.dumps(entry.message.records, ensure_ascii=False),
                entry.state,
                entry.gathered,
                entry.place,
                entry.due_ms,
            )
            for entry in entries
            for _ in range(entry.copies)
        ]
        with self._transaction():
            self._db.executemany(
                "INSERT INTO deliveries (rule, message_id, published_ms, records, state, gathered, place, "
                "due_ms, failures, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
                rows,
            )
            for name, number in counts.items():
                self._add_count(rule_id, name, number)

    def take_due(self, now_ms: int, busy: Mapping[str, int], limit: int) -> list[Delivery]:
        """Start sending: the deliveries whose turn it is, first turn first.

        Args:
            now_ms: Milliseconds since 1970.
            busy: How many deliveries of each rule are being sent.
            limit: How many of one rule may be.
        """
        rules = "SELECT DISTINCT rule FROM deliveries WHERE state = ? AND due_ms <= ?"
        query = (
            f"SELECT {_DELIVERY} FROM deliveries WHERE rule = ? AND state = ? AND due_ms <= ? "  # noqa: S608
            "ORDER BY due_ms, place, id LIMIT ?"
        )
        taken = [
            _delivery(row)
            for (rule,) in self._db.execute(rules, (State.WAITING, now_ms)).fetchall()
            for row in self._db.execute(query, (rule, State.WAITING, now_ms, limit - busy.get(rule, 0)))
        ]
        if taken:
            self._mark(taken, State.SENDING)
        return taken

    def next_due_ms(self, full: Sequence[str] = ()) -> int | None:
        """When the next turn of a waiting delivery is, or None when none waits.

        Args:
            full: Rules to leave out.
        """
        query = (
            "SELECT MIN(due_ms) FROM deliveries "
            "WHERE state = ? AND rule NOT IN (SELECT value FROM json_each(?))"
        )
        due_ms: int | None = self._db.execute(query, (State.WAITING, json.dumps(full))).fetchone()[0]
        return due_ms

    def delivered(self, delivery: Delivery) -> None:
        """Forget a delivery that arrived."""
        with self._transaction():
            if self._db.execute("DELETE FROM deliveries WHERE id = ?", (delivery.number,)).rowcount:
                self._add_count(delivery.message.rule_id, Count.DELIVERED, 1)

    def failed(self, delivery: Delivery, problem: str, due_ms: int | None) -> None:
        """Note that a try failed, and when the next one is; None keeps the message as a dead letter."""
        state, name = (State.WAITING, Count.RETRIED) if due_ms is not None else (State.DEAD, Count.DEAD)
        with self._transaction():
            changed = self._db.execute(
                "UPDATE deliveries SET state = ?, due_ms = ?, failures = failures + 1, problem = ? "
                "WHERE id = ?",
                (state, due_ms or 0, problem, delivery.number),
            )
            if changed.rowcount:
                self._add_count(delivery.message.rule_id, name, 1)

    def close_windows(self, rule_id: str, due_ms: int) -> None:
        """Let go what a rule gathers to send it in another order."""
        self._db.execute(
            "UPDATE deliveries SET gathered = 0, due_ms = ? WHERE rule = ? AND gathered",
            (due_ms, rule_id),
        )

    def release(self, rule_id: str, now_ms: int) -> int:
        """Send now what a rule holds, delays or gathers, and return how many deliveries that are."""
        return self._db.execute(
            "UPDATE deliveries SET state = ?, gathered = 0, due_ms = ? "
            "WHERE rule = ? AND state IN (?, ?) AND failures = 0",
            (State.WAITING, now_ms, rule_id, State.HELD, State.WAITING),
        ).rowcount

    def dead_letters(self) -> Iterator[Delivery]:
        """Messages that were given up, oldest first."""
        query = f"SELECT {_DELIVERY} FROM deliveries WHERE state = ? ORDER BY id"  # noqa: S608 (constants)
        return map(_delivery, self._db.execute(query, (State.DEAD,)))

    def counts(self) -> dict[str, dict[str, int]]:
        """Per rule: what was counted, how many deliveries are queued, and how many of those are held."""
        counts: dict[str, dict[str, int]] = {rule.id: {} for rule in self.rules()}
        for rule, name, number in self._db.execute("SELECT rule, name, number FROM counts"):
            counts[rule][name] = number
        query = "SELECT rule, COUNT(*), SUM(state = ?) FROM deliveries WHERE state <> ? GROUP BY rule"
        for rule, queued, held in self._db.execute(query, (State.HELD, State.DEAD)):
            counts[rule] |= {"queued": queued, "held": held}
        return counts

    def _mark(self, deliveries: Sequence[Delivery], state: State) -> None:
        rows = [(state, delivery.number) for delivery in deliveries]
        with self._transaction():
            self._db.executemany("UPDATE deliveries SET state = ? WHERE id = ?", rows)

    def _add_count(self, rule_id: str, name: Count, number: int) -> None:
        self._db.execute(
            "INSERT INTO counts VALUES (?, ?, ?) "
            "ON CONFLICT (rule, name) DO UPDATE SET number = number + excluded.number",
            (rule_id, name, number),
        )

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    """Commits what its block does, or nothing of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._db.execute("ROLLBACK" if error else "COMMIT")


def _delivery(row: tuple[int, str, str, int, str, int, int, str]) -> Delivery:
    number, rule_id, message_id, published_ms, records, place, failures, problem = row
    message = Message(message_id, rule_id, published_ms, tuple(json.loads(records)))
    return Delivery(number, message, place, failures, problem)
