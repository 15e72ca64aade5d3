"""Routes about runs."""

from collections import Counter
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from ferry.api.backend import Backend
from ferry.api.documents import (
    FailurePage,
    FailureReason,
    FailureReasons,
    ReportLink,
    RetryRequest,
    RunDocument,
    RunPage,
    RunRequest,
    Series,
)
from ferry.api.routing import Cursor, Limit, RunId, TaskId, new_router, now, request_of, responses
from ferry.api.series import series_of
from ferry.tasks.models import Failure, RetryOnly, Run
from ferry.tasks.reports import ReportFormat
from ferry.tasks.run_status import RunStatus

router = new_router()
_COUNTED_FAILURES: Final = 20_000


@router.get(
    "/tasks/<task_id>/runs", tags=["Runs"], summary="List the runs of a task", responses=responses(404)
)
def list_runs(task_id: TaskId, limit: Limit = 25, cursor: Cursor = None) -> RunPage:
    """Return the runs of a task, the newest first; of a deleted task too."""
    backend = request_of(router).backend
    page = backend.tasks.page_runs(task_id, limit=limit, cursor=cursor)
    if not page.rows:
        backend.tasks.get_task(task_id)
    return RunPage(
        runs=[RunDocument.of(RunStatus.of(run, backend.ledger)) for run in page.rows],
        next_cursor=page.cursor,
    )


@router.post(
    "/tasks/<task_id>/runs",
    tags=["Runs"],
    summary="Start a run",
    responses=responses(404, 409, success=201),
    status_code=201,
)
def start_run(task_id: TaskId, wish: Annotated[RunRequest, Body()]) -> Response[RunDocument]:
    """Start a run of a task, or a dry run, which only counts what would be copied."""
    request = request_of(router)
    run = request.control.start(task_id, now(), dry_run=wish.dry_run, client_token=wish.client_token)
    return _created(run, request.backend)


@router.get("/runs/<run_id>", tags=["Runs"], summary="Show a run as it is now", responses=responses(404))
def get_run(run_id: RunId) -> RunDocument:
    """Return a run with how far it is."""
    return _document(request_of(router).backend.tasks.get_run(run_id), request_of(router).backend)


@router.post("/runs/<run_id>/pause", tags=["Runs"], summary="Pause a run", responses=responses(404, 409))
def pause(run_id: RunId) -> RunDocument:
    """Let a run rest until it is resumed; what is being copied at this moment comes to its end."""
    request = request_of(router)
    return _document(request.control.pause(run_id), request.backend)


@router.post("/runs/<run_id>/resume", tags=["Runs"], summary="Resume a run", responses=responses(404, 409))
def resume(run_id: RunId) -> RunDocument:
    """Let a paused run go on from where it was."""
    request = request_of(router)
    return _document(request.control.resume(run_id, now()), request.backend)


@router.post("/runs/<run_id>/stop", tags=["Runs"], summary="Stop a run", responses=responses(404, 409))
def stop(run_id: RunId) -> RunDocument:
    """End a run for good, at once; what was copied stays."""
    request = request_of(router)
    return _document(request.control.stop(run_id, now()), request.backend)


@router.post(
    "/runs/<run_id>/retry",
    tags=["Runs"],
    summary="Take up failed objects again",
    responses=responses(404, 409, success=201),
    status_code=201,
)
def retry(run_id: RunId, wish: Annotated[RetryRequest, Body()]) -> Response[RunDocument]:
    """Start a run that takes up what failed in an earlier one: all, those with a reason, or some."""
    request = request_of(router)
    chosen = RetryOnly(reason=wish.reason, keys=tuple(wish.keys)) if wish.reason or wish.keys else None
    run = request.control.retry(run_id, now(), only=chosen, client_token=wish.client_token)
    return _created(run, request.backend)


@router.get("/runs/<run_id>/series", tags=["Runs"], summary="Show a run over time", responses=responses(404))
def series(run_id: RunId, cursor: Cursor = None) -> Series:
    """Return what a run did minute by minute, in at most 500 steps, one or two days at a time."""
    backend = request_of(router).backend
    run = backend.tasks.get_run(run_id)
    minutes, following = backend.ledger.chart(run_id, cursor=cursor)
    until = min(run.ended_at or now(), now())
    return series_of(minutes, since=run.started_at, until=until, next_cursor=following)


@router.get("/runs/<run_id>/failures", tags=["Runs"], summary="List failed objects", responses=responses(404))
def failures(
    run_id: RunId,
    reason: Annotated[str | None, Query(max_length=100, description="Only those of this reason.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> FailurePage:
    """Return objects that a run could not copy, or whose replicas it could not delete."""
    backend = request_of(router).backend
    backend.tasks.get_run(run_id)
    page = backend.ledger.page_failures(run_id, reason=reason, limit=limit, cursor=cursor)
    return FailurePage(failures=page.rows, next_cursor=page.cursor)


@router.get(
    "/runs/<run_id>/failure-reasons",
    tags=["Runs"],
    summary="Count failed objects by reason",
    responses=responses(404),
)
def failure_reasons(run_id: RunId) -> FailureReasons:
    """Return why objects failed, the most frequent reason first, from the first 20,000 of them."""
    backend = request_of(router).backend
    backend.tasks.get_run(run_id)
    listed = backend.ledger.list_failures(run_id)
    counted: Counter[str] = Counter()
    examples: dict[str, Failure] = {}
    for failure in islice(listed, _COUNTED_FAILURES):
        counted[failure.reason] += 1
        examples.setdefault(failure.reason, failure)
    reasons = [
        FailureReason(
            reason=reason,
            count=count,
            example_key=examples[reason].key,
            example_message=examples[reason].message,
        )
        for reason, count in counted.most_common()
    ]
    return FailureReasons(reasons=reasons, is_complete=next(listed, None) is None)


@router.get(
    "/runs/<run_id>/report", tags=["Runs"], summary="Download a run's report", responses=responses(404, 409)
)
def report(
    run_id: RunId,
    report_format: Annotated[
        ReportFormat, Query(alias="format", description="csv lists what failed, json has everything.")
    ] = ReportFormat.CSV,
) -> ReportLink:
    """Return where the report of a run that is over can be downloaded, for five minutes."""
    backend = request_of(router).backend
    url, ends = backend.reports.link(backend.tasks.get_run(run_id), report_format)
    return ReportLink(url=url, expires_at=datetime.fromtimestamp(ends, UTC))


def _created(run: Run, backend: Backend) -> Response[RunDocument]:
    return Response(
        status_code=HTTPStatus.CREATED, content_type="application/json", body=_document(run, backend)
    )


def _document(run: Run, backend: Backend) -> RunDocument:
    status = RunStatus.of(run, backend.ledger)
    waits = None if status.state.is_over else backend.queues.oldest_seconds(events=run.real_time)
    return RunDocument.of(status, oldest_pending_seconds=waits)
