"""Messages of the event queue that no task could take, kept for people to see why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Key

from ferry.tasks.paging import Page, query_page
from ferry.tasks.store import NotFoundError, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

KEEP_STRAYS: Final = timedelta(days=30)
MAX_BODY: Final = 64 * 1024
_PARTITION: Final = "STRAYS"


@dataclass(frozen=True, slots=True)
class Stray:
    """One message.

    Attributes:
        message_id: As SQS names it.
        received: When SQS took it in.
        reason: Why no task could take it, a sentence that says what to do.
        body: Cut off after ``MAX_BODY`` characters.
    """

    message_id: str
    received: datetime
    reason: str
    body: str

    @property
    def stray_id(self) -> str:
        """Where it is kept: when SQS took it in, in milliseconds, and its message id."""
        return f"{int(self.received.astimezone(UTC).timestamp() * 1000):015}-{self.message_id}"


class Strays:
    """The stray messages of one deployment, in its table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def keep(self, stray: Stray) -> None:
        """Keep a message; keeping it again changes nothing."""
        body = stray.body[:MAX_BODY].encode("utf-8", "backslashreplace").decode()
        self._table.put_item(
            Item={
                **_key(stray.stray_id),
                "message_id": stray.message_id,
                "received": stray.received.isoformat(),
                "reason": stray.reason,
                "body": body,
                "expires_at": int((stray.received + KEEP_STRAYS).timestamp()),
            }
        )

    def list(self) -> Iterator[Stray]:
        """Yield the messages, the newest first."""
        for row in query_all(self._table, Key("pk").eq(_PARTITION), newest_first=True):
            yield _stray(row)

    def page(self, *, limit: int, cursor: str | None) -> Page[Stray]:
        """Return a page of the messages, the newest first; raises InvalidCursorError."""
        page = query_page(self._table, _PARTITION, limit=limit, cursor=cursor, newest_first=True)
        return Page([_stray(row) for row in page.rows], page.cursor)

    def count(self, *, most: int) -> int:
        """Return how many messages there are, or ``most`` if there are more."""
        counted = 0
        start: dict[str, Any] = {}
        while True:
            page = self._table.query(
                KeyConditionExpression=Key("pk").eq(_PARTITION), Select="COUNT", Limit=most - counted, **start
            )
            counted += page["Count"]
            if counted >= most or "LastEvaluatedKey" not in page:
                return counted
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def get(self, stray_id: str) -> Stray:
        """Return a message; raises NotFoundError."""
        row = self._table.get_item(Key=_key(stray_id), ConsistentRead=True).get("Item")
        if row is None:
            msg = f"There is no stray message {stray_id!r}; `ferry realtime strays` lists them."
            raise NotFoundError(msg)
        return _stray(row)

    def remove(self, stray: Stray) -> None:
        """Forget a message."""
        self._table.delete_item(Key=_key(stray.stray_id))


def _key(stray_id: str) -> dict[str, str]:
    moment, _, message_id = stray_id.partition("-")
    return {"pk": _PARTITION, "sk": f"{moment}#{message_id}"}


def _stray(row: Mapping[str, Any]) -> Stray:
    received = datetime.fromisoformat(str(row["received"]))
    return Stray(str(row["message_id"]), received, str(row["reason"]), str(row["body"]))
