"""What the functions have booked of a task's limits, in the deployment's table."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from ferry.pacing.share import Booked
from ferry.tasks.store import is_failed_condition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_KEEP_SECONDS: Final = 86_400
"""After its last booking a row is of no use; it goes by itself."""


class TableBookings:
    """The bookings of one task; see ``pacing.share.Bookings``."""

    def __init__(self, table: "Table", task_id: str) -> None:
        self._table = table
        self._key = {"pk": f"PACE#{task_id}", "sk": "-"}

    def read(self) -> Booked:
        """Return what is booked as of now."""
        return _booked(self._table.get_item(Key=self._key, ConsistentRead=True).get("Item", {}))

    def change(self, seen: Booked, wanted: Booked) -> Booked | None:
        """Book if nobody has booked since; return what is booked otherwise, None when it was written."""
        values = {":b": _number(wanted.bandwidth), ":r": _number(wanted.requests)}
        values[":gone"] = Decimal(int(max(wanted.bandwidth, wanted.requests)) + _KEEP_SECONDS)
        is_as_seen = Attr("bandwidth").eq(_number(seen.bandwidth)) & Attr("requests").eq(
            _number(seen.requests)
        )
        try:
            self._table.update_item(
                Key=self._key,
                UpdateExpression="SET bandwidth = :b, requests = :r, expires_at = :gone",
                ConditionExpression=is_as_seen if seen != Booked() else Attr("pk").not_exists(),
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            return self.read()
        return None


def _booked(row: Mapping[str, Any]) -> Booked:
    return Booked(float(row.get("bandwidth", 0)), float(row.get("requests", 0)))


def _number(seconds: float) -> Decimal:
    """Return seconds since 1970 as the table holds them: exact to the microsecond."""
    return Decimal(f"{seconds:.6f}")
