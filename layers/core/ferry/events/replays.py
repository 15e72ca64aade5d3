"""Remembering signed notifications, so that none is taken twice."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from ferry.events.signature import SMQ_WINDOW, UntrustedError
from ferry.tasks.store import is_failed_condition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_REMEMBERED: Final = 2 * SMQ_WINDOW + timedelta(minutes=5)
"""Longer than any signature is accepted, dates from the future included."""


class Replays:
    """The signatures seen lately, in the deployment's table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    @contextmanager
    def once(self, signature: bytes, now: datetime) -> Iterator[None]:
        """Do something for a signed notification unless it was done before.

        What is done may fail: the notification is forgotten then, for its sender will try again.

        Raises:
            UntrustedError: It was seen before.
        """
        digest = hashlib.sha256(signature).hexdigest()
        row: dict[str, str | int] = {
            "pk": f"SEEN#{digest}",
            "sk": "-",
            "expires_at": int((now + _REMEMBERED).timestamp()),
        }
        unseen = Attr("pk").not_exists() | Attr("forgotten").exists()
        try:
            self._table.put_item(Item=row, ConditionExpression=unseen)
        except ClientError as error:
            if is_failed_condition(error):
                raise UntrustedError("It was received before.", reason="Replay") from error
            raise
        try:
            yield
        except BaseException:
            self._table.put_item(Item={**row, "forgotten": True})
            raise
