"""Lists in pages, with cursors that are safe to hand out."""

import base64
import binascii
import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Key

from ferry.errors import RequestError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

FILTERED_AT_ONCE: Final = 200
PAGES_LOOKED_AT: Final = 10
"""Of rows that a filter may leave out, before a page ends with what it has."""
_LONGEST_KEY: Final = 250
"""Characters, which are at most four bytes each; a sort key has at most 1,024."""


class InvalidCursorError(RequestError):
    """The cursor is none that this list gave out."""


@dataclass(frozen=True, slots=True)
class Page[Row]:
    """Some rows of a list.

    Attributes:
        rows: In the list's order; none of them, too, where a filter left out all that were looked at.
        cursor: Where the next page begins; None at the end.
    """

    rows: list[Row]
    cursor: str | None


def write_cursor(position: Any) -> str:
    """Return a cursor for a position, any JSON value."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Any:
    """Return the position of a cursor.

    Raises:
        InvalidCursorError: It is none.
    """
    try:
        return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise invalid_cursor() from error


def invalid_cursor() -> InvalidCursorError:
    """Return the error about a cursor that a list did not give out."""
    return InvalidCursorError("The cursor is none of this list; leave it out to begin at the top.")


def query_page(  # noqa: PLR0913 - what a query has
    table: "Table",
    partition: str,
    *,
    prefix: str = "",
    limit: int,
    cursor: str | None,
    only: Any = None,
    newest_first: bool = False,
) -> Page[dict[str, Any]]:
    """Return a page of a partition's rows, as of now.

    Args:
        table: The table.
        partition: Its partition key.
        prefix: What the sort keys begin with.
        limit: At most so many rows.
        cursor: Where an earlier page ended; None for the first.
        only: A filter of rows.
        newest_first: Whether the order is descending.

    Raises:
        InvalidCursorError: The cursor is none of this list's.
    """
    condition: Any = Key("pk").eq(partition)
    asked: dict[str, Any] = {
        "KeyConditionExpression": condition & Key("sk").begins_with(prefix) if prefix else condition,
        "ConsistentRead": True,
        "ScanIndexForward": not newest_first,
        **({"FilterExpression": only} if only is not None else {}),
    }
    rows: list[dict[str, Any]] = []
    start: Any = {"pk": partition, "sk": _sort_key(cursor, prefix)} if cursor is not None else None
    for _ in range(PAGES_LOOKED_AT) if only is not None else count():
        if start is not None:
            asked["ExclusiveStartKey"] = start
        # One more than is wanted tells whether there is another page.
        page = table.query(**asked, Limit=limit + 1 - len(rows) if only is None else FILTERED_AT_ONCE)
        rows += page["Items"]
        if len(rows) > limit:
            return Page(rows[:limit], write_cursor(rows[limit - 1]["sk"]))
        if "LastEvaluatedKey" not in page:
            return Page(rows, None)
        start = page["LastEvaluatedKey"]
    return Page(rows, write_cursor(start["sk"]))


def _sort_key(cursor: str, prefix: str) -> str:
    position = read_cursor(cursor)
    if (
        not isinstance(position, str)
        or not position.isprintable()
        or not position.startswith(prefix)
        or not 0 < len(position) <= _LONGEST_KEY
    ):
        raise invalid_cursor()
    return position
