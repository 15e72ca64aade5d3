"""The exact account of a run: its shards, the jobs that are closed, the totals, the failures.

A job is closed once, by one transaction that writes "this job is done" and adds its counts, so duplicate
deliveries count nothing twice. Objects that succeed have no row of their own.
"""

import hashlib
import random
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from ferry.errors import TransientError
from ferry.tasks.models import Counts, Failure, Found, Shard
from ferry.tasks.store import is_cancelled, is_failed_condition, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

COUNTER_SLICES: Final = 8
"""Items that share a run's totals, so that functions rarely wait for each other's writes."""
KEEP_JOBS: Final = timedelta(days=30)
_CONFLICT_ATTEMPTS: Final = 12


class Ledger:
    """The accounts of the runs of one deployment."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def put_shards(self, run_id: str, shards: Iterable[Shard]) -> None:
        """Store a run's first shards, all of them or none, so that none of its keys can be missed.

        Args:
            run_id: Whose shards they are.
            shards: At most 100.

        Raises:
            TransientError: Some are stored already: another call was faster; list them.
        """
        puts: Any = [self._new_shard(run_id, shard) for shard in shards]
        try:
            self._table.meta.client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if not is_cancelled(error):
                raise
            msg = f"The shards of the run {run_id} were planned by another call."
            raise TransientError(msg, reason="ShardsPlanned") from error

    def _new_shard(self, run_id: str, shard: Shard) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table.name,
                "Item": _shard_item(run_id, shard),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def get_shard(self, run_id: str, shard_id: str) -> Shard:
        """Return a shard as of now."""
        reply = self._table.get_item(Key=_key(run_id, f"SHARD#{shard_id}"), ConsistentRead=True)
        return Shard.model_validate_json(str(reply["Item"]["body"]))

    def list_shards(self, run_id: str) -> Iterator[Shard]:
        """Yield a run's shards, ascending by id."""
        for item in query_all(self._table, _prefix(run_id, "SHARD#")):
            yield Shard.model_validate_json(item["body"])

    def advance_shard(self, run_id: str, shard: Shard) -> None:
        """Replace a shard by its next state, one chunk further.

        Raises:
            TransientError: Another finder was faster; read the shard again.
        """
        try:
            self._table.put_item(
                Item=_shard_item(run_id, shard),
                ConditionExpression="#sequence = :before",
                ExpressionAttributeNames={"#sequence": "sequence"},
                ExpressionAttributeValues={":before": shard.sequence - 1},
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            msg = f"The shard {shard.shard_id} was advanced by another finder."
            raise TransientError(msg, reason="ShardMoved") from error

    def split_shard(self, run_id: str, shard: Shard, parts: list[Shard]) -> None:
        """Replace an unfinished shard by parts that cover the rest of it, in one step.

        Args:
            run_id: Whose shard it is.
            shard: As last read; it ends up exhausted at its checkpoint.
            parts: New shards.

        Raises:
            TransientError: The shard has moved meanwhile.
        """
        closed = shard.model_copy(
            update={"until": shard.checkpoint, "exhausted": True, "sequence": shard.sequence + 1}
        )
        puts: Any = [
            {
                "Put": {
                    "TableName": self._table.name,
                    "Item": _shard_item(run_id, closed),
                    "ConditionExpression": "#sequence = :before",
                    "ExpressionAttributeNames": {"#sequence": "sequence"},
                    "ExpressionAttributeValues": {":before": shard.sequence},
                }
            },
            *(self._new_shard(run_id, part) for part in parts),
        ]
        try:
            self._table.meta.client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if not is_cancelled(error):
                raise
            msg = f"The shard {shard.shard_id} moved while it was being split."
            raise TransientError(msg, reason="ShardMoved") from error

    def close_job(
        self, run_id: str, job_id: str, counts: Counts, failures: Iterable[Failure], now: datetime
    ) -> bool:
        """Close a job with its counts, once.

        Args:
            run_id: The job's run.
            job_id: The job.
            counts: How its objects ended; ``jobs`` is set here.
            failures: One for every failed object.
            now: Decides the minute that the counts are charted in.

        Returns:
            False when it had been closed before, and nothing was counted.
        """
        failures = list(failures)
        if failures:
            if self.is_closed(run_id, job_id):
                return False
            self._put_failures(run_id, failures)
        piece = zlib.crc32(job_id.encode()) % COUNTER_SLICES
        added = counts.model_copy(update={"jobs": 1}).model_dump()
        minute = now.strftime("%Y-%m-%dT%H:%M")
        done = {**_key(run_id, f"JOB#{job_id}"), "expires_at": int((now + KEEP_JOBS).timestamp())}
        actions: Any = [
            {
                "Put": {
                    "TableName": self._table.name,
                    "Item": done,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            self._addition(_key(run_id, f"COUNT#{piece}"), added),
            self._addition(_key(run_id, f"MINUTE#{minute}#{piece}"), added),
        ]
        for attempt in range(_CONFLICT_ATTEMPTS):
            try:
                self._table.meta.client.transact_write_items(TransactItems=actions)
            except ClientError as error:
                if is_cancelled(error):
                    return False
                if not _is_contended(error):
                    raise
                # Somebody else is adding to the same slice at this moment.
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
            else:
                return True
        msg = f"The job {job_id} could not be closed: too many others are being closed at once."
        raise TransientError(msg, reason="AccountBusy")

    def _addition(self, key: dict[str, str], added: dict[str, int]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": key,
                "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in added),
                "ExpressionAttributeNames": {f"#{name}": name for name in added},
                "ExpressionAttributeValues": {f":{name}": value for name, value in added.items()},
            }
        }

    def _put_failures(self, run_id: str, failures: Iterable[Failure]) -> None:
        with self._table.batch_writer() as batch:
            for failure in failures:
                # A key may be as long as a sort key; its digest always fits.
                digest = hashlib.sha256(failure.key.encode()).hexdigest()
                batch.put_item(Item={**_key(run_id, f"FAILURE#{digest}"), **failure.model_dump()})

    def is_closed(self, run_id: str, job_id: str) -> bool:
        """Tell whether a job has been closed."""
        return "Item" in self._table.get_item(Key=_key(run_id, f"JOB#{job_id}"), ConsistentRead=True)

    def counts(self, run_id: str) -> Counts:
        """Return a run's totals as of now."""
        return sum((_counts(item) for item in query_all(self._table, _prefix(run_id, "COUNT#"))), Counts())

    def found(self, run_id: str) -> Found:
        """Return what scanning a run has found as of now."""
        return sum((shard.found for shard in self.list_shards(run_id)), Found())

    def minutes(self, run_id: str) -> dict[str, Counts]:
        """Return what was closed in each minute, keyed ``2026-01-31T23:59`` in UTC, ascending."""
        charted: dict[str, Counts] = {}
        for item in query_all(self._table, _prefix(run_id, "MINUTE#")):
            minute = str(item["sk"]).split("#")[1]
            charted[minute] = charted.get(minute, Counts()) + _counts(item)
        return charted

    def list_failures(self, run_id: str) -> Iterator[Failure]:
        """Yield the failed objects of a run, in no particular order."""
        for item in query_all(self._table, _prefix(run_id, "FAILURE#")):
            yield Failure.model_validate({name: item[name] for name in Failure.model_fields})


def _key(run_id: str, sort: str) -> dict[str, str]:
    return {"pk": f"RUN#{run_id}", "sk": sort}


def _prefix(run_id: str, sort: str) -> Any:
    return Key("pk").eq(f"RUN#{run_id}") & Key("sk").begins_with(sort)


def _shard_item(run_id: str, shard: Shard) -> dict[str, Any]:
    # The sequence stands beside the body, since conditions look at it.
    key = _key(run_id, f"SHARD#{shard.shard_id}")
    return {**key, "body": shard.model_dump_json(), "sequence": shard.sequence}


def _counts(item: dict[str, Any]) -> Counts:
    return Counts(**{name: int(item.get(name, 0)) for name in Counts.model_fields})


def _is_contended(error: ClientError) -> bool:
    if error.response["Error"]["Code"] == "TransactionInProgressException":
        return True
    reasons = error.response.get("CancellationReasons", [])
    codes = {reason.get("Code") for reason in reasons} - {"None", None}
    return bool(codes) and codes <= {
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    }
