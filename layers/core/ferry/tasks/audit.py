"""Who changed what, and when: a log that nobody can leave out of a change.

An entry is written before the change, and its outcome after it; one that stays ``started`` names a change
that broke off.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr

from ferry.errors import ConfigurationError, FerryError
from ferry.tasks.paging import Page, query_page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

KEEP_ENTRIES: Final = timedelta(days=400)
"""A little more than a year."""
_PARTITION: Final = "AUDIT"


class Outcome(StrEnum):
    """What became of a change."""

    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change.

    Attributes:
        who: The e-mail address of a user of the console, the ARN of one of the command line.
        action: Such as ``task.create`` or ``run.stop``.
        detail: What else there is to know, such as why it was refused; may be empty.
    """

    time: datetime
    who: str
    action: str
    task_id: str | None
    run_id: str | None
    outcome: Outcome
    detail: str


class AuditLog:
    """The changes of one deployment, in its table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def list(self, *, task_id: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Entry]:
        """Return entries, the newest first.

        Args:
            task_id: Only those about this task.
            limit: At most so many.
            cursor: Where an earlier page ended.

        Raises:
            ConfigurationError: The cursor is none of this list's.
        """
        about = Attr("task_id").eq(task_id) if task_id is not None else None
        page = query_page(self._table, _PARTITION, limit=limit, cursor=cursor, only=about, newest_first=True)
        return Page([_entry(row) for row in page.rows], page.cursor)

    def begin(self, entry: Entry) -> dict[str, str]:
        """Write down a change that is about to be made, and return the key of its row."""
        key = {
            "pk": _PARTITION,
            "sk": f"{entry.time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}#{secrets.token_hex(4)}",
        }
        row: dict[str, Any] = {
            **key,
            "who": entry.who,
            "action": entry.action,
            "outcome": entry.outcome,
            "detail": entry.detail,
            "expires_at": int((entry.time + KEEP_ENTRIES).timestamp()),
            **({"task_id": entry.task_id} if entry.task_id else {}),
            **({"run_id": entry.run_id} if entry.run_id else {}),
        }
        self._table.put_item(Item=row, ConditionExpression=Attr("pk").not_exists())
        return key

    def end(self, key: dict[str, str], outcome: Outcome, *, detail: str, run_id: str | None = None) -> None:
        """Note what became of a change."""
        values = {":outcome": outcome, ":detail": detail} | ({":run": run_id} if run_id else {})
        self._table.update_item(
            Key=key,
            UpdateExpression="SET #outcome = :outcome, #detail = :detail"
            + (", run_id = :run" if run_id else ""),
            ExpressionAttributeNames={"#outcome": "outcome", "#detail": "detail"},
            ExpressionAttributeValues=values,
        )


@dataclass(slots=True)
class Change:
    """A change that is being made.

    Attributes:
        detail: To be noted when it is done.
        run_id: The run that it made, if that was not known before.
    """

    detail: str = ""
    run_id: str | None = None


class AuditTrail:
    """What one person changes.

    Args:
        log: Where it is written down.
        who: The person.
    """

    def __init__(self, log: AuditLog, who: str) -> None:
        self._log = log
        self.who = who

    @contextmanager
    def change(
        self, action: str, *, task_id: str | None = None, run_id: str | None = None, detail: str = ""
    ) -> Iterator[Change]:
        """Write down a change around the making of it."""
        started = Entry(datetime.now(UTC), self.who, action, task_id, run_id, Outcome.STARTED, detail)
        key = self._log.begin(started)
        change = Change(detail)
        try:
            yield change
        except FerryError as error:
            self._log.end(key, Outcome.REFUSED, detail=str(error))
            raise
        except BaseException:
            self._log.end(key, Outcome.BROKEN_OFF, detail=detail)
            raise
        self._log.end(key, Outcome.DONE, detail=change.detail, run_id=change.run_id)


def _entry(row: dict[str, object]) -> Entry:
    def text(name: str) -> str | None:
        return str(row[name]) if name in row else None

    moment = str(row["sk"]).split("#", 1)[0]
    try:
        time = datetime.fromisoformat(moment)
    except ValueError as error:
        msg = f"The audit log has a row that cannot be read: {moment!r}."
        raise ConfigurationError(msg, reason="DamagedRow") from error
    return Entry(
        time,
        str(row["who"]),
        str(row["action"]),
        text("task_id"),
        text("run_id"),
        Outcome(str(row["outcome"])),
        str(row["detail"]),
    )
