"""Failed objects as they are kept: packed into a few rows per job, written with the job's closing.

Because one transaction closes a job, counts it and names its failures, there is no failure without a count
and no count without its failures, whoever else carried out the same job.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import TypeAdapter

from ferry.tasks.models import Failure

MAX_MESSAGE: Final = 500
"""Characters kept of a failure's message."""
_ROW_BYTES: Final = 200_000
"""Bytes of JSON in one row. An item holds 400 KB, and a job's failures fit into a transaction's 4 MB."""

_FAILURES: Final = TypeAdapter(tuple[Failure, ...])


def pack_failures(failures: Iterable[Failure]) -> Iterator[str]:
    """Yield the failures of a job as the bodies of as few rows as hold them, in their order.

    Source:
        Amazon DynamoDB Developer Guide, "Quotas": items of 400 KB, transactions of 100 items and 4 MB.
    """
    row: list[Failure] = []
    size = 0
    for failure in failures:
        kept = failure.model_copy(update={"message": failure.message[:MAX_MESSAGE]})
        kept_size = len(kept.model_dump_json().encode()) + 1
        if row and size + kept_size > _ROW_BYTES:
            yield _FAILURES.dump_json(tuple(row)).decode()
            row, size = [], 0
        row.append(kept)
        size += kept_size
    if row:
        yield _FAILURES.dump_json(tuple(row)).decode()


def unpack_failures(body: str) -> tuple[Failure, ...]:
    """Return the failures of one row."""
    return _FAILURES.validate_json(body)
