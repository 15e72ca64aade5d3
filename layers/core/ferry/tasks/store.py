"""Tasks and runs in DynamoDB.

One table holds everything: tasks under ``TASKS``, a task's runs under ``TASK#<task>``, and what belongs to
one run under ``RUN#<run>``, which ``ledger`` keeps.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from ferry.errors import ConfigurationError, PermanentError
from ferry.tasks.models import Run, RunState, Task
from ferry.tasks.paging import Page, query_page
from ferry.tasks.run_ids import day_of, task_id_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class NotFoundError(PermanentError):
    """There is no such task or run."""


class BusyError(PermanentError):
    """The task has a run that is not over, or the id is taken."""


@dataclass(frozen=True, slots=True)
class Affairs:
    """What is to be looked after of a task.

    Attributes:
        active_run: The run that is not over.
        ended_runs: Runs that are over and that nobody was told of yet.
    """

    task: Task
    active_run: str | None
    ended_runs: frozenset[str]


class TaskStore:
    """The tasks and runs of one deployment."""

    def __init__(self, table: "Table") -> None:
        self._table = table
        self._real_time_runs: dict[str, Task] = {}

    def create_task(self, task: Task, *, client_token: str | None = None) -> Task:
        """Store a new task.

        Args:
            task: The task.
            client_token: Names the wish to create it; None for a wish that is never repeated.

        Returns:
            The task, or the one that the same wish made before.

        Raises:
            BusyError: Its id is taken.
        """
        item = {**_task_key(task.task_id), "body": task.model_dump_json()}
        if client_token is not None:
            item["client_token"] = client_token
        try:
            self._table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists())
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            taken = self._table.get_item(Key=_task_key(task.task_id), ConsistentRead=True).get("Item", {})
            if client_token is not None and taken.get("client_token") == client_token:
                return Task.model_validate_json(str(taken["body"]))
            msg = f"There is a task {task.task_id!r} already; choose another name or delete it first."
            raise BusyError(msg) from error
        return task

    def get_task(self, task_id: str) -> Task:
        """Return a task; raises NotFoundError."""
        return Task.model_validate_json(self._task_body(task_id))

    def list_tasks(self) -> Iterator[Task]:
        """Yield all tasks, ascending by id."""
        for item in query_all(self._table, Key("pk").eq("TASKS")):
            yield Task.model_validate_json(item["body"])

    def page_tasks(self, *, limit: int, cursor: str | None) -> Page[Task]:
        """Return a page of the tasks, ascending by id; raises InvalidCursorError."""
        page = query_page(self._table, "TASKS", limit=limit, cursor=cursor)
        return Page([Task.model_validate_json(str(row["body"])) for row in page.rows], page.cursor)

    def list_affairs(self) -> Iterator[Affairs]:
        """Yield what is to be looked after, of all tasks, ascending by their ids."""
        for item in query_all(self._table, Key("pk").eq("TASKS")):
            yield _affairs(item)

    def get_affairs(self, task_id: str) -> Affairs | None:
        """Return what is to be looked after of a task; None when it was deleted."""
        item = self._table.get_item(Key=_task_key(task_id), ConsistentRead=True).get("Item")
        return None if item is None else _affairs(item)

    def settle_ended(self, run_id: str) -> None:
        """Note that people were told how a run ended."""
        try:
            self._table.update_item(
                Key=_task_key(task_id_of(run_id)),
                UpdateExpression="DELETE ended_runs :run",
                ConditionExpression=Attr("pk").exists(),
                ExpressionAttributeValues={":run": {run_id}},
            )
        except ClientError as error:
            if not is_failed_condition(error):
                raise

    def replace_task(self, before: Task, after: Task) -> None:
        """Change a task.

        Args:
            before: As it was read.
            after: As it is to be, with the same id.

        Raises:
            NotFoundError: It was deleted meanwhile.
            BusyError: Somebody else changed it meanwhile; read it again.
        """
        stored = self._task_body(before.task_id)
        msg = f"The task {before.task_id!r} was changed by somebody else meanwhile; try again."
        if Task.model_validate_json(stored) != before:
            raise BusyError(msg)
        try:
            self._table.update_item(
                Key=_task_key(before.task_id),
                UpdateExpression="SET body = :after",
                ConditionExpression=Attr("body").eq(stored),
                ExpressionAttributeValues={":after": after.model_dump_json()},
            )
        except ClientError as error:
            if is_failed_condition(error):
                raise BusyError(msg) from error
            raise

    def delete_task(self, task_id: str) -> None:
        """Delete a task; the history of its runs stays.

        Raises:
            NotFoundError: There is no such task.
            BusyError: A run of it is not over.
        """
        condition = Attr("pk").exists() & Attr("active_run").not_exists()
        try:
            self._table.delete_item(Key=_task_key(task_id), ConditionExpression=condition)
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            self.get_task(task_id)
            msg = f"The task {task_id!r} has a run that is not over; wait for it first."
            raise BusyError(msg) from error

    def create_run(self, run: Run) -> None:
        """Store a new run and make it its task's only active one, and its last pass.

        Raises:
            NotFoundError: Its task was deleted.
            BusyError: Another run of the task is not over, or began in the same second.
        """
        task_id = run.task.task_id
        actions: Any = [
            {
                "Put": {
                    "TableName": self._table.name,
                    "Item": {**_run_key(run.run_id), **_run_item(run)},
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": _task_key(task_id),
                    "UpdateExpression": "SET active_run = :run, last_pass = :run",
                    "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(active_run)",
                    "ExpressionAttributeValues": {":run": run.run_id},
                }
            },
        ]
        try:
            self._table.meta.client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if not is_cancelled(error):
                raise
            if self.get_task(task_id) and not _is_active(error):
                msg = f"The task {task_id!r} started its last run in this very second; start this one again."
            else:
                msg = (
                    f"The task {task_id!r} has a run that is not over; wait for it or stop it, "
                    f"see `ferry run list {task_id}`."
                )
            raise BusyError(msg) from error

    def ensure_real_time_run(self, task: Task, run_id: str) -> None:
        """Store the real-time run of a day with its task as it is now, once per process and change of it.

        Nothing else ever changes such a run's row, so writing it again does no harm.
        """
        if self._real_time_runs.get(run_id) == task:
            return
        run = Run.of_day(task, day_of(run_id))
        self._table.put_item(Item={**_run_key(run_id), **_run_item(run)})
        self._real_time_runs[run_id] = task

    def get_run(self, run_id: str) -> Run:
        """Return a run; raises NotFoundError."""
        item = self._table.get_item(Key=_run_key(run_id), ConsistentRead=True).get("Item")
        if item is None:
            msg = f"There is no run {run_id!r}."
            raise NotFoundError(msg)
        return _run(item)

    def list_runs(self, task_id: str) -> Iterator[Run]:
        """Yield the runs of a task, the newest first."""
        for item in query_all(self._table, Key("pk").eq(f"TASK#{task_id}"), newest_first=True):
            yield _run(item)

    def page_runs(self, task_id: str, *, limit: int, cursor: str | None) -> Page[Run]:
        """Return a page of the runs of a task, the newest first; raises InvalidCursorError."""
        page = query_page(self._table, f"TASK#{task_id}", limit=limit, cursor=cursor, newest_first=True)
        return Page([_run(row) for row in page.rows], page.cursor)

    def last_pass(self, task_id: str) -> Run | None:
        """Return the newest run of a task that is no account of a day's notifications; None without one."""
        item = self._table.get_item(Key=_task_key(task_id), ConsistentRead=True).get("Item", {})
        return self.get_run(str(item["last_pass"])) if "last_pass" in item else None

    def mark_running(self, run_id: str) -> None:
        """Note that the run's preflight has passed; a run that is not starting stays as it is."""
        self._update(run_id, {"state": RunState.RUNNING}, only_in=[RunState.STARTING])

    def pause(self, run_id: str) -> bool:
        """Let a run's jobs and finders do nothing from now on; False when it is not at work."""
        return self._update(run_id, {"state": RunState.PAUSED}, only_in=_ACTIVE, without_reason=True)

    def resume(self, run: Run) -> bool:
        """Let a paused run go on in its next workflow; False when it is not as it was read any more."""
        return self._update(
            run.run_id,
            {"state": RunState.RUNNING, "resumes": run.resumes + 1},
            only_in=[RunState.PAUSED],
            resumes=run.resumes,
        )

    def pause_again(self, run_id: str, resumes: int) -> bool:
        """Take a resumption back whose workflow could not be started."""
        return self._update(run_id, {"state": RunState.PAUSED}, only_in=_ACTIVE, resumes=resumes)

    def record_reason(self, run_id: str, reason: str) -> None:
        """Note why the run cannot succeed. The first reason stays, as does a run that is over or paused."""
        self._update(run_id, {"reason": reason}, only_in=_ACTIVE, without_reason=True)

    def refuse_deletes(self, run_id: str, sentence: str) -> None:
        """Note why the run deletes nothing."""
        self._update(run_id, {"deletes_refused": sentence}, only_in=_ACTIVE)

    def seal(self, run_id: str, *, jobs_planned: int, task_token: str) -> None:
        """Note that scanning is complete, and the token of the workflow that waits for the jobs."""
        self._update(run_id, {"jobs_planned": jobs_planned, "task_token": task_token}, only_in=_ACTIVE)

    def note_report(self, run_id: str) -> None:
        """Note that the report of a run that is over is written."""
        self._table.update_item(
            Key=_run_key(run_id),
            UpdateExpression="SET has_report = :true",
            ConditionExpression=Attr("pk").exists(),
            ExpressionAttributeValues={":true": True},
        )

    def end_run(
        self,
        run_id: str,
        state: RunState,
        now: datetime,
        *,
        paused_too: bool = False,
        has_report: bool = False,
    ) -> Run:
        """End a run and let its task start another, in one step; ending it again changes nothing.

        The same step notes that people are still to be told, see ``Affairs``.

        Args:
            run_id: The run.
            state: How it ended.
            now: When.
            paused_too: Whether a paused run ends too, rather than stay.
            has_report: Whether its report is written.

        Returns:
            The run as it is then, which may be what an earlier call made of it.
        """
        values: dict[str, Any] = {"state": state, "ended_at": now.isoformat()}
        if has_report:
            values["has_report"] = True
        update = _run_update(values, only_in=_OPEN if paused_too else _ACTIVE)
        release: Any = {
            "Key": _task_key(task_id_of(run_id)),
            "UpdateExpression": "REMOVE active_run ADD ended_runs :ended",
            "ConditionExpression": "active_run = :run",
            "ExpressionAttributeValues": {":run": run_id, ":ended": {run_id}},
        }
        actions: Any = [
            {"Update": {"TableName": self._table.name, **change}}
            for change in ({"Key": _run_key(run_id), **update}, release)
        ]
        try:
            self._table.meta.client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if not is_cancelled(error):
                raise
        return self.get_run(run_id)

    def _task_body(self, task_id: str) -> str:
        item = self._table.get_item(Key=_task_key(task_id), ConsistentRead=True).get("Item")
        if item is None:
            msg = f"There is no task {task_id!r}."
            raise NotFoundError(msg)
        return str(item["body"])

    def _update(
        self,
        run_id: str,
        values: Mapping[str, Any],
        *,
        only_in: Collection[RunState],
        without_reason: bool = False,
        resumes: int | None = None,
    ) -> bool:
        """Change a run that is in one of these states; tell whether it was."""
        update = _run_update(values, only_in=only_in, without_reason=without_reason, resumes=resumes)
        try:
            self._table.update_item(Key=_run_key(run_id), **update)
        except ClientError as error:
            if not is_failed_condition(error):
                raise
            return False
        return True


_ACTIVE: Final = tuple(state for state in RunState if state.is_active)
_OPEN: Final = tuple(state for state in RunState if not state.is_over)


def _run_update(
    values: Mapping[str, Any],
    *,
    only_in: Collection[RunState],
    without_reason: bool = False,
    resumes: int | None = None,
) -> dict[str, Any]:
    """Describe a change of a run's row under a condition."""
    states = {f":in{number}": state for number, state in enumerate(only_in)}
    condition = f"#state IN ({', '.join(states)})"
    if without_reason:
        condition += " AND attribute_not_exists(#reason)"
    if resumes is not None:
        condition += " AND #resumes = :resumes_before"
    named = {name for name in ("state", "reason", "resumes") if f"#{name}" in condition} | values.keys()
    return {
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in named},
        "ExpressionAttributeValues": {
            **states,
            **{f":{name}": value for name, value in values.items()},
            **({} if resumes is None else {":resumes_before": resumes}),
        },
    }


def query_all(table: "Table", condition: Any, *, newest_first: bool = False) -> Iterator[dict[str, Any]]:
    """Yield every item of a query, page by page, as of now."""
    start: dict[str, Any] = {}
    while True:
        page = table.query(
            KeyConditionExpression=condition,
            ConsistentRead=True,
            ScanIndexForward=not newest_first,
            **start,
        )
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def is_failed_condition(error: ClientError) -> bool:
    """Tell whether a write was refused by its condition."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def is_cancelled(error: ClientError) -> bool:
    """Tell whether a transaction was refused by a condition of one of its writes."""
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons)


def _is_active(error: ClientError) -> bool:
    """Tell whether ``create_run`` was refused by its second write, the task's."""
    reasons = error.response.get("CancellationReasons", [])
    return len(reasons) > 1 and reasons[1].get("Code") == "ConditionalCheckFailed"


def _affairs(item: Mapping[str, Any]) -> Affairs:
    return Affairs(
        Task.model_validate_json(item["body"]),
        item.get("active_run"),
        frozenset(item.get("ended_runs", ())),
    )


def _task_key(task_id: str) -> dict[str, str]:
    return {"pk": "TASKS", "sk": task_id}


def _run_key(run_id: str) -> dict[str, str]:
    try:
        return {"pk": f"TASK#{task_id_of(run_id)}", "sk": run_id}
    except ValueError as error:
        raise ConfigurationError(str(error), reason="InvalidRunId") from error


def _run_item(run: Run) -> dict[str, Any]:
    item = run.model_dump(mode="json", exclude_none=True)
    return {**item, "task": run.task.model_dump_json()}


def _run(item: Mapping[str, Any]) -> Run:
    fields = {name: value for name, value in item.items() if name not in {"pk", "sk"}}
    return Run.model_validate({**fields, "task": Task.model_validate_json(fields["task"])})
