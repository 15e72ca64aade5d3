"""The exact account of a run: its shards, the jobs that are closed, the totals, the failures.

A job is closed once, by one transaction that writes "this job is done", adds its counts and names its failed
objects, so duplicate deliveries count nothing twice. Objects that succeed have no row of their own.
"""

import random
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from ferry.errors import TransientError
from ferry.tasks.failures import pack_failures, unpack_failures
from ferry.tasks.lag import NO_LAG, Distribution, Lag
from ferry.tasks.models import Counts, Failure, Found, Shard
from ferry.tasks.paging import Page, invalid_cursor, read_cursor, write_cursor
from ferry.tasks.store import is_cancelled, is_failed_condition, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

COUNTER_SLICES: Final = 8
"""Items that share a run's totals, so that functions rarely wait for each other's writes."""
KEEP_JOBS: Final = timedelta(days=30)
"""How long a closed job is known: longer than any message of it, and any run that can be resumed."""
KEEP_DETAILS: Final = timedelta(days=90)
"""How long failures and minutes are kept unless the deployment says otherwise; totals stay."""
_CONFLICT_ATTEMPTS: Final = 12
_FAILURES_LOOKED_AT: Final = 20_000
"""For one page, which takes a second or two."""
_MINUTE_ROWS_LOOKED_AT: Final = 20_000
_MINUTE: Final = "%Y-%m-%dT%H:%M"


class Ledger:
    """The accounts of the runs of one deployment.

    Args:
        table: Where they are.
        keep: How long a run's failures and minutes are kept.
    """

    def __init__(self, table: "Table", keep: timedelta = KEEP_DETAILS) -> None:
        self._table = table
        self._keep = keep

    def put_shards(self, run_id: str, shards: Iterable[Shard]) -> None:
        """Store a run's first shards, all of them or none, so that none of its keys can be missed.

        Args:
            run_id: Whose shards they are.
            shards: At most 100.

        Raises:
            TransientError: Some are stored already: another call was faster; list them.
        """
        puts: Any = [self._put(*_shard_row(run_id, shard)) for shard in shards]
        try:
            self._table.meta.client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if not is_cancelled(error):
                raise
            msg = f"The shards of the run {run_id} were planned by another call."
            raise TransientError(msg, reason="ShardsPlanned") from error

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
            *(self._put(*_shard_row(run_id, part)) for part in parts),
        ]
        try:
            self._table.meta.client.transact_write_items(TransactItems=puts)
        except ClientError as error:
            if not is_cancelled(error):
                raise
            msg = f"The shard {shard.shard_id} moved while it was being split."
            raise TransientError(msg, reason="ShardMoved") from error

    def close_job(
        self,
        run_id: str,
        job_id: str,
        counts: Counts,
        failures: Iterable[Failure],
        now: datetime,
        *,
        lag: Lag = NO_LAG,
    ) -> bool:
        """Close a job with its counts, once.

        Args:
            run_id: The job's run.
            job_id: The job.
            counts: How its objects ended; ``jobs`` is set here.
            failures: One for every failed object.
            now: Decides the minute that the counts are charted in.
            lag: How far the replicas of a notification's job were behind.

        Returns:
            False when it had been closed before, and nothing was counted.
        """
        piece = zlib.crc32(job_id.encode()) % COUNTER_SLICES
        added = counts.model_copy(update={"jobs": 1}).model_dump()
        minute = f"{now.astimezone(UTC):{_MINUTE}}"
        hits = _hits(lag)
        details_end = int((now + self._keep).timestamp())
        actions: Any = [
            self._put(_key(run_id, f"JOB#{job_id}"), {"expires_at": int((now + KEEP_JOBS).timestamp())}),
            self._addition(_key(run_id, f"COUNT#{piece}"), added),
            self._addition(_key(run_id, f"MINUTE#{minute}#{piece}"), added | hits, expires_at=details_end),
            *([self._addition(_key(run_id, f"LAG#{piece}"), hits)] if hits else []),
            *(
                self._put(
                    _key(run_id, f"FAILURE#{job_id}#{number:03}"), {"body": body, "expires_at": details_end}
                )
                for number, body in enumerate(pack_failures(failures))
            ),
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

    def _addition(
        self, key: dict[str, str], added: dict[str, int], *, expires_at: int | None = None
    ) -> dict[str, Any]:
        values = added if expires_at is None else {**added, "expires_at": expires_at}
        expression = "ADD " + ", ".join(f"#{name} :{name}" for name in added)
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": key,
                "UpdateExpression": expression
                + ("" if expires_at is None else " SET #expires_at = :expires_at"),
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
            }
        }

    def _put(self, key: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
        """Describe the write of a row that is not there yet."""
        return {
            "Put": {
                "TableName": self._table.name,
                "Item": {**key, **values},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def is_closed(self, run_id: str, job_id: str) -> bool:
        """Tell whether a job has been closed."""
        return "Item" in self._table.get_item(Key=_key(run_id, f"JOB#{job_id}"), ConsistentRead=True)

    def closed_jobs(self, run_id: str, chunk_id: str) -> set[str]:
        """Return the ids of the closed jobs among those of one chunk, ``SHARD.SEQUENCE``."""
        rows = query_all(self._table, _prefix(run_id, f"JOB#{chunk_id}."))
        return {str(row["sk"]).removeprefix("JOB#") for row in rows}

    def counts(self, run_id: str) -> Counts:
        """Return a run's totals as of now."""
        return sum((_counts(item) for item in query_all(self._table, _prefix(run_id, "COUNT#"))), Counts())

    def found(self, run_id: str) -> Found:
        """Return what scanning a run has found as of now."""
        return sum((shard.found for shard in self.list_shards(run_id)), Found())

    def minutes(self, run_id: str, *, since: datetime | None = None) -> dict[str, Counts]:
        """Return what was closed in each minute, keyed ``2026-01-31T23:59`` in UTC, ascending.

        Args:
            run_id: The run.
            since: Leaves out minutes that ended before this.
        """
        charted: dict[str, Counts] = {}
        for minute, row in self._minute_rows(run_id, since):
            charted[minute] = charted.get(minute, Counts()) + _counts(row)
        return charted

    def chart(
        self, run_id: str, *, cursor: str | None = None
    ) -> tuple[dict[str, tuple[Counts, Distribution]], str | None]:
        """Return what ``minutes`` does, with how far replicas were behind changes when they were written.

        Args:
            run_id: The run.
            cursor: Where an earlier call ended.

        Returns:
            The minutes of one or two days, and where the next ones begin; None at the end.

        Raises:
            InvalidCursorError: The cursor is none of this list's.
        """
        charted: dict[str, tuple[Counts, Distribution]] = {}
        for number, (minute, row) in enumerate(self._minute_rows(run_id, _minute_position(cursor))):
            if number >= _MINUTE_ROWS_LOOKED_AT and minute not in charted:
                return charted, write_cursor(minute)
            counts, lag = charted.get(minute, (Counts(), Distribution()))
            charted[minute] = (counts + _counts(row), lag + _lag(row).change)
        return charted, None

    def _minute_rows(self, run_id: str, since: datetime | None) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = _prefix(run_id, "MINUTE#")
        if since is not None:
            first = f"MINUTE#{since.astimezone(UTC):{_MINUTE}}"
            rows = Key("pk").eq(f"RUN#{run_id}") & Key("sk").between(first, "MINUTE#~")
        for row in query_all(self._table, rows):
            yield str(row["sk"]).split("#")[1], row

    def lag(self, run_id: str) -> Lag:
        """Return how far the replicas of a real-time run were behind when they were written."""
        return sum((_lag(item) for item in query_all(self._table, _prefix(run_id, "LAG#"))), NO_LAG)

    def page_failures(
        self, run_id: str, *, reason: str | None = None, limit: int, cursor: str | None
    ) -> Page[Failure]:
        """Return a page of the failed objects of a run, in the order of ``list_failures``.

        Args:
            run_id: The run.
            reason: Only those that failed for this reason; a page of them may have none, and a cursor.
            limit: At most so many.
            cursor: Where an earlier page ended.

        Raises:
            InvalidCursorError: The cursor is none of this list's.
        """
        after, skipped = _failure_position(cursor)
        page: list[Failure] = []
        looked_at = 0
        condition: Any = Key("pk").eq(f"RUN#{run_id}")
        condition &= Key("sk").between(after, "FAILURE#~") if after else Key("sk").begins_with("FAILURE#")
        for row in query_all(self._table, condition):
            sort_key = str(row["sk"])
            for number, failure in enumerate(unpack_failures(str(row["body"]))):
                if sort_key == after and number < skipped:
                    continue
                if len(page) == limit or looked_at == _FAILURES_LOOKED_AT:
                    return Page(page, write_cursor([sort_key, number]))
                looked_at += 1
                if reason in {None, failure.reason}:
                    page.append(failure)
        return Page(page, None)

    def beat(self, run_id: str, now: datetime) -> None:
        """Note that a run moves though none of its jobs is closed, as while a large object is copied."""
        item: dict[str, Any] = {
            **_key(run_id, "BEAT"),
            "at": now.isoformat(),
            "expires_at": int((now + KEEP_JOBS).timestamp()),
        }
        self._table.put_item(Item=item)

    def account(self, run_id: str) -> str:
        """Return a text that is another one whenever the run has moved."""
        beat = self._table.get_item(Key=_key(run_id, "BEAT")).get("Item", {})
        shards = list(self.list_shards(run_id))
        moved = (
            self.counts(run_id).jobs,
            len(shards),
            sum(shard.sequence for shard in shards),
            sum(shard.exhausted for shard in shards),
        )
        return " ".join([*(str(number) for number in moved), str(beat.get("at", "-"))])

    def list_failures(self, run_id: str) -> Iterator[Failure]:
        """Yield the failed objects of a run, job by job, in no particular order of their keys."""
        for item in query_all(self._table, _prefix(run_id, "FAILURE#")):
            yield from unpack_failures(str(item["body"]))


def _is_failure_key(text: str) -> bool:
    return text.startswith("FAILURE#") and text.isascii() and text < "FAILURE#~" and len(text) <= 250


def _failure_position(cursor: str | None) -> tuple[str, int]:
    """Return the row that a page begins in, and how many failures of it come before."""
    if cursor is None:
        return "", 0
    match read_cursor(cursor):
        case [str(after), int(skipped)] if _is_failure_key(after) and skipped >= 0:
            return after, skipped
        case _:
            raise invalid_cursor()


def _minute_position(cursor: str | None) -> datetime | None:
    if cursor is None:
        return None
    try:
        return datetime.strptime(str(read_cursor(cursor)), _MINUTE).replace(tzinfo=UTC)
    except ValueError as error:
        raise invalid_cursor() from error


def _key(run_id: str, sort: str) -> dict[str, str]:
    return {"pk": f"RUN#{run_id}", "sk": sort}


def _prefix(run_id: str, sort: str) -> Any:
    return Key("pk").eq(f"RUN#{run_id}") & Key("sk").begins_with(sort)


def _shard_row(run_id: str, shard: Shard) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a shard's key and values; the sequence stands beside the body, since conditions look at it."""
    values = {"body": shard.model_dump_json(), "sequence": shard.sequence}
    return _key(run_id, f"SHARD#{shard.shard_id}"), values


def _shard_item(run_id: str, shard: Shard) -> dict[str, Any]:
    key, values = _shard_row(run_id, shard)
    return {**key, **values}


def _counts(item: dict[str, Any]) -> Counts:
    return Counts(**{name: int(item.get(name, 0)) for name in Counts.model_fields})


def _hits(lag: Lag) -> dict[str, int]:
    """Name the counters of a lag: the measure's initial and the bucket, such as ``c87``."""
    named = {"c": lag.change, "n": lag.notification}
    return {
        f"{initial}{bucket}": count
        for initial, distribution in named.items()
        for bucket, count in distribution.counts.items()
    }


def _lag(item: dict[str, Any]) -> Lag:
    counts = {
        initial: {
            int(name[1:]): int(count)
            for name, count in item.items()
            if name.startswith(initial) and name[1:].isdecimal()
        }
        for initial in "cn"
    }
    return Lag(change=Distribution(counts["c"]), notification=Distribution(counts["n"]))


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
