"""Which multipart uploads the deployment's jobs have begun, so that none of them outlives its job.

A job writes down that it is about to begin an upload before it does, and the upload's id once it has it.
Several jobs may work on one replica: a run's and a duplicate of it, or one of another run.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from ferry.tasks.claims import Claim, Place
from ferry.tasks.store import is_failed_condition, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

KEEP_CLAIMS: Final = timedelta(days=30)


class UploadClaims:
    """The claims of one deployment."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def begin(self, place: Place, now: datetime) -> Claim | None:
        """Write down that the job is about to begin an upload.

        Returns:
            The claim as it was before, None when there was none. A closed one stays closed: begin nothing.
        """
        try:
            reply = self._table.update_item(
                Key=_key(place),
                UpdateExpression=(
                    "SET is_beginning = :yes, since = :now, expires_at = :expires ADD begun :one"
                ),
                ConditionExpression=_IS_OPEN,
                ExpressionAttributeValues={
                    ":yes": True,
                    ":now": now.isoformat(),
                    ":expires": _expiry(now),
                    ":one": 1,
                },
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            return _claim(self._table.get_item(Key=_key(place), ConsistentRead=True)["Item"])
        return _claim(reply["Attributes"]) if reply.get("Attributes") else None

    def record(self, place: Place, upload_id: str) -> bool:
        """Write down an upload; False when the job was closed meanwhile, so that only the caller knows it."""
        try:
            self._table.update_item(
                Key=_key(place),
                UpdateExpression="SET is_beginning = :no ADD upload_ids :ids",
                ConditionExpression=_IS_OPEN,
                ExpressionAttributeValues={":no": False, ":ids": {upload_id}},
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            return False
        return True

    def close(self, place: Place) -> Claim | None:
        """Let the job begin no other upload.

        Returns:
            The claim, None when the job never set out to begin an upload.
        """
        reply = self._table.update_item(
            Key=_key(place),
            UpdateExpression="SET is_closed = :yes, expires_at = if_not_exists(expires_at, :expires)",
            ExpressionAttributeValues={":yes": True, ":expires": _expiry(datetime.now(UTC))},
            ReturnValues="ALL_NEW",
        )
        return _claim(reply["Attributes"]) if "since" in reply["Attributes"] else None

    def list_claims(self, place: Place) -> list[Claim]:
        """Return the claims of all jobs that ever began an upload of this replica, in no order."""
        rows = query_all(self._table, Key("pk").eq(_key(place)["pk"]))
        return [_claim(row) for row in rows]


_IS_OPEN: Final = Attr("is_closed").not_exists()


def _expiry(now: datetime) -> int:
    return int((now + KEEP_CLAIMS).timestamp())


def _key(place: Place) -> dict[str, str]:
    # A key may be longer than a partition key; its digest always fits.
    digest = hashlib.sha256(place.key.encode()).hexdigest()
    return {"pk": f"UPLOADS#{place.bucket}#{digest}", "sk": place.job}


def _claim(item: Any) -> Claim:
    # A job that was closed before it began anything has no time.
    return Claim(
        job=item["sk"],
        since=datetime.fromisoformat(item.get("since", "1970-01-01T00:00:00+00:00")),
        is_beginning=bool(item.get("is_beginning", False)),
        is_closed=bool(item.get("is_closed", False)),
        begun=int(item.get("begun", 0)),
        upload_ids=frozenset(item.get("upload_ids", ())),
    )
