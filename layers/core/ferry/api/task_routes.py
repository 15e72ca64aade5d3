"""Routes about tasks."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from ferry.api.checks import CHECK_SECONDS, check_settings
from ferry.api.documents import (
    CheckResults,
    CloneRequest,
    CostDocument,
    EstimateDocument,
    NewTask,
    RunDocument,
    ScheduleTimes,
    ScheduleTimesRequest,
    TaskDocument,
    TaskPage,
    TaskSummary,
)
from ferry.api.roles import Role
from ferry.api.routing import Cursor, IfMatch, Limit, TaskId, new_router, now, request_of, responses
from ferry.deadlines import within
from ferry.errors import ConfigurationError
from ferry.estimates import estimate
from ferry.task_editor import NoRevisionError
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Run, Task, TaskSettings
from ferry.tasks.run_ids import real_time_run_id
from ferry.tasks.run_status import RunStatus
from ferry.tasks.schedules import Schedule
from ferry.tasks.store import NotFoundError, TaskStore

router = new_router()
_REVISION = {"headers": {"ETag": {"description": "The task's revision.", "schema": {"type": "string"}}}}


@router.get("/tasks", tags=["Tasks"], summary="List tasks with how they are", responses=responses())
def list_tasks(limit: Limit = 25, cursor: Cursor = None) -> TaskPage:
    """Return tasks, ascending by name, each with its run under way or else its last."""
    backend = request_of(router).backend
    page = backend.tasks.page_tasks(limit=limit, cursor=cursor)
    return TaskPage(
        tasks=[_summary(task, backend.tasks, backend.ledger) for task in page.rows], next_cursor=page.cursor
    )


@router.post(
    "/tasks", tags=["Tasks"], summary="Create a task", responses=responses(409, success=201), status_code=201
)
def create_task(task: Annotated[NewTask, Body()]) -> Response[TaskDocument]:
    """Set up a task; the same client_token again answers with the task that it made."""
    request = request_of(router)
    _check_times(task.schedule)
    created = request.editor.create(task.task_settings(), client_token=task.client_token)
    return _document(created, HTTPStatus.CREATED)


@router.get(
    "/tasks/<task_id>", tags=["Tasks"], summary="Show a task", responses=responses(404, described=_REVISION)
)
def get_task(task_id: TaskId) -> Response[TaskDocument]:
    """Return a task; its revision is needed to change it."""
    return _document(request_of(router).backend.tasks.get_task(task_id))


@router.put(
    "/tasks/<task_id>",
    tags=["Tasks"],
    summary="Change a task",
    responses=responses(404, 409, 412, 428, described=_REVISION),
)
def replace_task(
    task_id: TaskId, task: Annotated[TaskSettings, Body()], if_match: IfMatch = None
) -> Response[TaskDocument]:
    """Change what a task is; runs that are not over go on as they began, real time stays as it is."""
    if if_match is None:
        msg = "Give the revision of the task that you have seen as the header If-Match."
        raise NoRevisionError(msg)
    if task.task_id != task_id:
        msg = f"The body names the task {task.task_id!r}, the path {task_id!r}; clone it to rename it."
        raise ConfigurationError(msg, reason="OtherTask")
    request = request_of(router)
    _check_times(task.schedule)
    return _document(request.editor.replace(task, revision=if_match.strip('"')))


@router.delete(
    "/tasks/<task_id>",
    tags=["Tasks"],
    summary="Delete a task",
    responses=responses(404, 409, success=204),
    status_code=204,
)
def delete_task(task_id: TaskId) -> Response[str]:
    """Delete a task; its replicas and the history of its runs stay."""
    request_of(router).editor.delete(task_id)
    return no_content()


@router.post(
    "/tasks/<task_id>/clone",
    tags=["Tasks"],
    summary="Clone a task",
    responses=responses(404, 409, success=201),
    status_code=201,
)
def clone_task(task_id: TaskId, wish: Annotated[CloneRequest, Body()]) -> Response[TaskDocument]:
    """Set up a task as another is, without its schedule and its notifications."""
    editor = request_of(router).editor
    return _document(editor.clone(task_id, wish.task_id, client_token=wish.client_token), HTTPStatus.CREATED)


@router.put(
    "/tasks/<task_id>/schedule", tags=["Tasks"], summary="Set a schedule", responses=responses(404, 409)
)
def set_schedule(task_id: TaskId, schedule: Annotated[Schedule, Body()]) -> TaskDocument:
    """Let a task run by itself, instead of as it did before."""
    request = request_of(router)
    _check_times(schedule)
    return TaskDocument.of(request.editor.set_schedule(task_id, schedule), shows_secrets=True)


@router.delete(
    "/tasks/<task_id>/schedule",
    tags=["Tasks"],
    summary="Remove a schedule",
    responses=responses(404, 409, success=204),
    status_code=204,
)
def remove_schedule(task_id: TaskId) -> Response[str]:
    """Let a task run by itself no more."""
    request_of(router).editor.set_schedule(task_id, None)
    return no_content()


@router.post(
    "/schedule-times", tags=["Settings"], summary="Show when a schedule starts runs", responses=responses()
)
def schedule_times(asked: Annotated[ScheduleTimesRequest, Body()]) -> ScheduleTimes:
    """Return the next times of a schedule that no task may have yet."""
    schedule = Schedule(expression=asked.expression, timezone=asked.timezone)
    return ScheduleTimes(times=schedule.next_times(now(), asked.count))


@router.post("/checks", tags=["Settings"], summary="Try a task out before creating it", responses=responses())
def check(task: Annotated[TaskSettings, Body()]) -> CheckResults:
    """Try the access key, both buckets and every permission that a run of the task needs."""
    return CheckResults(checks=list(check_settings(request_of(router).backend, task)))


@router.post("/estimates", tags=["Settings"], summary="Estimate what a task copies", responses=responses())
def make_estimate(task: Annotated[TaskSettings, Body()]) -> EstimateDocument:
    """List the source for up to 15 seconds, and add up objects, bytes and costs of a first run."""
    backend = request_of(router).backend
    threshold = backend.facts.large_object_threshold
    made = within(
        CHECK_SECONDS,
        lambda: estimate(task, backend.source(task.source), large_object_threshold=threshold),
        who="The source",
    )
    return EstimateDocument(
        objects=made.objects,
        bytes=made.size,
        is_complete=made.is_complete,
        seconds=round(made.seconds, 3),
        usd=CostDocument.of(made.cost),
    )


def no_content() -> Response[str]:
    """Answer that it is done."""
    # Not every gateway takes null for a body.
    return Response(status_code=HTTPStatus.NO_CONTENT, body="")


def _document(task: Task, status: HTTPStatus = HTTPStatus.OK) -> Response[TaskDocument]:
    is_admin = request_of(router).caller.role is Role.ADMIN
    document = TaskDocument.of(task, shows_secrets=is_admin)
    return Response(
        status_code=status,
        content_type="application/json",
        body=document,
        headers={"ETag": f'"{document.revision}"', "Cache-Control": "no-store"},
    )


def _check_times(schedule: Schedule | None) -> None:
    if schedule is not None and not schedule.next_times(now(), 1):
        msg = "The schedule lies in the past as a whole; name a time to come."
        raise ConfigurationError(msg, reason="PastSchedule")


def _summary(task: Task, tasks: TaskStore, ledger: Ledger) -> TaskSummary:
    today: Run | None = None
    if task.real_time is not None:
        try:
            today = tasks.get_run(real_time_run_id(task.task_id, now().date()))
        except NotFoundError:
            today = None
    return TaskSummary(
        task=TaskDocument.of(task),
        last_run=_run(tasks.last_pass(task.task_id), ledger),
        real_time_run=_run(today, ledger),
    )


def _run(run: Run | None, ledger: Ledger) -> RunDocument | None:
    return None if run is None else RunDocument.of(RunStatus.of(run, ledger))
