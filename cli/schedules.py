"""``ferry schedule``: letting tasks run by themselves."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import fact_table, note, out, print_json
from cli.deployment import find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption

if TYPE_CHECKING:
    from ferry.tasks.schedules import Schedule

app = typer.Typer(
    name="schedule",
    help="Let tasks run by themselves, such as once a day to repair what notifications missed.",
    no_args_is_help=True,
    epilog='Example: ferry schedule set photos "rate(1 day)"',
)

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Name of the task.")]
_SHOWN_TIMES = 5


@app.command("set", epilog='Example: ferry schedule set photos "cron(0 3 * * ? *)" --timezone Asia/Shanghai')
def set_(  # noqa: PLR0913 - the options of a command
    task: TaskArgument,
    expression: Annotated[
        str,
        typer.Argument(
            metavar="EXPRESSION",
            help="rate(1 day), cron(minute hour day month weekday year) with a '?', or once: "
            "at(2026-12-24T03:00:00).",
        ),
    ],
    *,
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of a cron or at expression, such as Asia/Shanghai.")
    ] = "UTC",
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run a task on a schedule, instead of any before.

    A run that would begin while another of the task is not over is left out.
    """
    schedule = _schedule(expression, timezone)
    deployment = find_deployment(stack, aws_region, local=local)
    deployment.editor.set_schedule(task, schedule)
    if as_json:
        print_json(_document(task, schedule))
    else:
        note(out(), f"The task {task} runs by itself, next at {_times(schedule)[0]}.")


@app.command(epilog="Example: ferry schedule show photos")
def show(
    task: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show when a task runs by itself."""
    found = find_deployment(stack, aws_region, local=local).tasks.get_task(task)
    schedule = found.schedule
    if as_json:
        print_json(_document(task, schedule))
    elif schedule is None:
        note(out(), f"The task {task} does not run by itself; `ferry schedule set {task}` changes that.")
    else:
        rows = [
            ("Schedule", schedule.expression),
            ("Time zone", schedule.timezone),
            ("Next runs", "\n".join(_times(schedule)) or "none, it has passed"),
        ]
        out().print(fact_table(rows))


@app.command(epilog="Example: ferry schedule remove photos")
def remove(
    task: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a task run by itself no more."""
    find_deployment(stack, aws_region, local=local).editor.set_schedule(task, None)
    if as_json:
        print_json(_document(task, None))
    else:
        note(out(), f"The task {task} does not run by itself any more.")


def _schedule(expression: str, timezone: str) -> "Schedule":
    from ferry.tasks.schedules import Schedule
    from pydantic import ValidationError

    try:
        schedule = Schedule(expression=expression, timezone=timezone)
    except ValidationError as error:
        names = {"expression": "The schedule", "timezone": "--timezone"}
        said = []
        for problem in error.errors():
            rule = problem["msg"].removeprefix("Value error, ")
            place = problem["loc"]
            given = f", not {problem['input']!r}" if place else ""
            said.append(f"{names[str(place[0])] if place else 'The schedule'} {rule}{given}.")
        raise typer.BadParameter(" ".join(said)) from None
    if not schedule.next_times(datetime.now(UTC), 1):
        msg = "The schedule lies in the past as a whole; name a time to come."
        raise typer.BadParameter(msg)
    return schedule


def _times(schedule: "Schedule") -> list[str]:
    upcoming = schedule.next_times(datetime.now(UTC), _SHOWN_TIMES)
    return [f"{time:%a %Y-%m-%d %H:%M %Z}" for time in upcoming]


def _document(task_id: str, schedule: "Schedule | None") -> dict[str, Any]:
    upcoming = [] if schedule is None else schedule.next_times(datetime.now(UTC), _SHOWN_TIMES)
    return {
        "task_id": task_id,
        "schedule": None if schedule is None else schedule.expression,
        "timezone": None if schedule is None else schedule.timezone,
        "next_runs": [time.isoformat() for time in upcoming],
    }
