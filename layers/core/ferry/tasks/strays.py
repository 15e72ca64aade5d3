"""Messages of the event queue that no task could take, kept for people to see why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from boto3.dynamodb.conditions import Key

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


class Strays:
    """The stray messages of one deployment, in its table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def keep(self, stray: Stray) -> None:
        """Keep a message; keeping it again changes nothing."""
        body = stray.body[:MAX_BODY].encode("utf-8", "backslashreplace").decode()
        self._table.put_item(
            Item={
                **_key(stray),
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
            received = datetime.fromisoformat(str(row["received"]))
            yield Stray(str(row["message_id"]), received, str(row["reason"]), str(row["body"]))

    def get(self, message_id: str) -> Stray:
        """Return a message; raises NotFoundError."""
        for stray in self.list():
            if stray.message_id == message_id:
                return stray
        msg = f"There is no stray message {message_id!r}; `ferry realtime strays` lists them."
        raise NotFoundError(msg)

    def remove(self, stray: Stray) -> None:
        """Forget a message."""
        self._table.delete_item(Key=_key(stray))


def _key(stray: Stray) -> dict[str, str]:
    moment = int(stray.received.astimezone(UTC).timestamp() * 1000)
    return {"pk": _PARTITION, "sk": f"{moment:015}#{stray.message_id}"}
