"""One function at a time for one object that notifications tell about, however many tell about it at once.

Whoever is about to change a replica takes the lease of its key. Who finds it taken leaves a note and need do
nothing more: the holder gives a lease back only if nobody left a note meanwhile, and else looks again. A
holder that dies gives nothing back; its message comes again, and the lease runs out.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from ferry.errors import TransientError
from ferry.tasks.store import is_failed_condition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

TRUSTED: Final = timedelta(minutes=1)
"""How long a holder is trusted to be alive and to see notes."""
_TRIES: Final = 4
_KEEP: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change the replica of one key."""

    task_id: str
    key: str
    holder: str


class Leases:
    """The leases of one deployment, in its table."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def take(self, task_id: str, key: str, now: datetime, *, seconds: float) -> Lease | None:
        """Take a lease, or leave a note for its holder.

        Args:
            task_id: Whose replica it is.
            key: The source's key.
            now: The current time.
            seconds: When it runs out.

        Returns:
            None when a note was left: the holder is going to look at the object again.

        Raises:
            TransientError: The holder has it for so long that it may be dead; come again later.
        """
        lease = Lease(task_id, key, uuid4().hex)
        for _ in range(_TRIES):
            if self._take(lease, now, seconds):
                return lease
            if self._note(lease, now):
                return None
        msg = "Somebody else has been at this object for a while."
        raise TransientError(msg, reason="ObjectBusy")

    def give_back(self, lease: Lease) -> bool:
        """Give a lease back; when a note was left, keep it without the note and return False: look again."""
        if self._free(lease, Attr("noted").not_exists()):
            return True
        # When it is not even held any more, it ran out and is somebody else's, who looks for himself.
        return not self._update(lease, "REMOVE noted", Attr("holder").eq(lease.holder))

    def drop(self, lease: Lease) -> None:
        """Give a lease back in any case, by somebody whose message comes again."""
        self._free(lease)

    def _free(self, lease: Lease, *conditions: ConditionBase) -> bool:
        """Let anybody have a lease that is still held; its row goes by itself, some day."""
        condition = reduce(and_, conditions, Attr("holder").eq(lease.holder))
        return self._update(lease, "REMOVE holder, since, ends, noted", condition)

    def _take(self, lease: Lease, now: datetime, seconds: float) -> bool:
        moment = int(now.timestamp() * 1000)
        return self._update(
            lease,
            "SET holder = :holder, since = :now, ends = :ends, expires_at = :gone REMOVE noted",
            # It may be ours already, when the answer to the first try was lost.
            Attr("holder").not_exists() | Attr("ends").lt(moment) | Attr("holder").eq(lease.holder),
            {
                ":holder": lease.holder,
                ":now": moment,
                ":ends": moment + int(seconds * 1000),
                ":gone": int((now + _KEEP).timestamp()),
            },
        )

    def _note(self, lease: Lease, now: datetime) -> bool:
        trusted = int((now - TRUSTED).timestamp() * 1000)
        held = Attr("holder").exists() & Attr("since").gte(trusted)
        return self._update(lease, "SET noted = :yes", held, {":yes": True})

    def _update(
        self, lease: Lease, change: str, condition: ConditionBase, values: Mapping[str, Any] | None = None
    ) -> bool:
        """Change a row under a condition; tell whether it held."""
        named: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._table.update_item(
                Key=_key(lease), UpdateExpression=change, ConditionExpression=condition, **named
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            return False
        return True


def _key(lease: Lease) -> dict[str, str]:
    digest = hashlib.sha256(lease.key.encode("utf-8", "surrogatepass")).hexdigest()
    return {"pk": f"LEASE#{lease.task_id}#{digest}", "sk": "-"}
