"""The report of a run: what it came to and every object that failed, as CSV and as JSON.

Both are made while they are written, so that they take the same memory for one failure and for millions.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter

from ferry.tasks.models import Counts, Failure, Found, Run
from ferry.tasks.run_numbers import ended_numbers, found_numbers

COLUMNS: Final = ("key", "action", "reason", "message", "attempts")
"""Of the CSV."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""How texts begin that a spreadsheet may take for a formula, and how those begin that were guarded."""
_FAILURES_AT_ONCE: Final = 500
_JSON: Final[TypeAdapter[Any]] = TypeAdapter(Any)
CUT_OFF: Final = "There was no time to list more here; `ferry run failures` lists all of them."


class ReportFormat(StrEnum):
    """How a report is written down."""

    CSV = "csv"
    JSON = "json"

    @property
    def content_type(self) -> str:
        """The media type."""
        return {"csv": "text/csv; charset=utf-8", "json": "application/json"}[self.value]


class Documents(Protocol):
    """Keeps reports; see ``stores.run_bucket``."""

    def write(self, name: str, pieces: Iterator[bytes], content_type: str) -> None:
        """Store a document whole, or raise TransientError."""


class RunSummary(BaseModel):
    """What a run came to.

    Attributes:
        run: As it ended.
        found: What scanning has found.
        counts: How objects ended.
    """

    model_config = ConfigDict(frozen=True)

    run: Run
    found: Found
    counts: Counts

    @property
    def seconds(self) -> float:
        """How long the run took, pauses included; 0 while it goes on."""
        ended_at = self.run.ended_at
        return 0.0 if ended_at is None else (ended_at - self.run.started_at).total_seconds()

    @property
    def reason(self) -> str | None:
        """Why it failed, or deleted nothing."""
        return self.run.reason or self.run.deletes_refused

    def document(self) -> dict[str, Any]:
        """Return it as JSON, without what nobody but senders and receivers of messages may know."""
        run = self.run
        secrets: Any = {"real_time": {"secrets"}, "alerts": {"webhook"}}
        return {
            "run_id": run.run_id,
            "task_id": run.task.task_id,
            "state": run.state.value,
            "reason": self.reason,
            "dry_run": run.dry_run,
            "retry_of": run.retry_of,
            "started_at": _moment(run.started_at),
            "ended_at": _moment(run.ended_at),
            "seconds": round(self.seconds, 3),
            "found": found_numbers(self.found),
            "counts": ended_numbers(self.found, self.counts),
            "task": run.task.model_dump(mode="json", exclude=secrets),
        }


def report_name(run_id: str, report_format: ReportFormat) -> str:
    """Return the key of a run's report in the run bucket."""
    return f"reports/{run_id}.{report_format.value}"


def write_reports(
    documents: Documents,
    summary: RunSummary,
    failures: Callable[[], Iterable[Failure]],
    *,
    out_of_time: Callable[[], bool] = lambda: False,
) -> None:
    """Write both reports of a run, instead of any that are there.

    Args:
        documents: The run bucket.
        summary: What the run came to.
        failures: Lists its failures from the beginning.
        out_of_time: Whether to list no more failures; the reports say then that they are not complete.

    Raises:
        TransientError: One could not be written.
    """
    run_id = summary.run.run_id
    for report_format, pieces in (
        (ReportFormat.CSV, csv_report(failures(), out_of_time)),
        (ReportFormat.JSON, json_report(summary, failures(), out_of_time)),
    ):
        documents.write(report_name(run_id, report_format), pieces, report_format.content_type)


def csv_report(
    failures: Iterable[Failure], out_of_time: Callable[[], bool] = lambda: False
) -> Iterator[bytes]:
    """Yield the failures as CSV that spreadsheets open rightly.

    It is UTF-8 with a byte order mark, by which spreadsheets know it. A text that a spreadsheet could take
    for a formula, or that begins with an apostrophe, has an apostrophe before it; taking one away from every
    text that begins with one gives the texts back. The JSON report has them as they are.

    Source:
        RFC 4180; OWASP, "CSV Injection".
    """
    yield b"\xef\xbb\xbf" + _rows([COLUMNS])
    for batch in _batches(failures):
        yield _rows(
            (_guarded(row.key), row.action, _guarded(row.reason), _guarded(row.message), str(row.attempts))
            for row in batch
        )
        if out_of_time():
            yield _rows([("", "", "ReportCutOff", CUT_OFF, "")])
            return


def json_report(
    summary: RunSummary, failures: Iterable[Failure], out_of_time: Callable[[], bool] = lambda: False
) -> Iterator[bytes]:
    """Yield the summary and the failures as one JSON document, a failure a line."""
    yield _JSON.dump_json(summary.document()).removesuffix(b"}") + b',"failures":['
    is_complete, separator = True, b"\n"
    for batch in _batches(failures):
        yield separator + b",\n".join(failure.model_dump_json().encode() for failure in batch)
        separator = b",\n"
        if out_of_time():
            is_complete = False
            break
    yield b'\n],"failures_are_complete":' + (b"true" if is_complete else b"false") + b"}\n"


def _batches(failures: Iterable[Failure]) -> Iterator[list[Failure]]:
    batch: list[Failure] = []
    for failure in failures:
        batch.append(failure)
        if len(batch) == _FAILURES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _rows(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
