"""``ferry run``: starting runs and following them."""

import time
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Final

import typer
from rich.console import RenderableType

from cli.console import err, format_seconds, format_size, list_table, note, out, print_json, show_key
from cli.deployment import Deployment, find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption
from cli.progress import Meter, live
from cli.summary import FailureList

app = typer.Typer(
    name="run",
    help="Start runs of tasks and follow them.",
    no_args_is_help=True,
    epilog="Example: ferry run start photos --wait",
)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")]
TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Name of the task.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Follow the run until it is over.")]

_POLL_SECONDS: Final = 0.5


@app.command(epilog="Example: ferry run start photos --wait")
def start(  # noqa: PLR0913 - the options of a command
    task: TaskArgument,
    *,
    wait: WaitOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be copied.")] = False,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start a run of a task.

    With --wait it exits as `ferry run watch` does.
    """
    deployment = find_deployment(stack, aws_region, local=local)
    run = deployment.control.start(task, datetime.now(UTC), dry_run=dry_run)
    if wait:
        note(err(), f"Started {run.run_id}.")
        follow(deployment, run.run_id, as_json=as_json)
    elif as_json:
        print_json({"run_id": run.run_id, "task_id": task, "state": run.state.value, "dry_run": dry_run})
    else:
        note(out(), f"Started {run.run_id}; follow it with `ferry run watch {run.run_id}`.")


@app.command("list", epilog="Example: ferry run list photos")
def list_(
    task: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the runs of a task, the newest first."""
    from cli.run_view import RunView

    deployment = find_deployment(stack, aws_region, local=local)
    deployment.tasks.get_task(task)
    runs = islice(deployment.tasks.list_runs(task), limit)
    views = [RunView.read(deployment, run.run_id) for run in runs]
    if as_json:
        print_json([view.to_json() for view in views])
        return
    if not views:
        note(out(), f"The task {task} has not run yet; start it with `ferry run start {task}`.")
        return
    rows = [
        (
            view.status.run.run_id,
            view.status.state.value.replace("_", " ") + (" (dry run)" if view.status.run.dry_run else ""),
            f"{view.summary.copied:,}",
            f"{view.summary.failed:,}",
            format_size(view.summary.bytes),
            format_seconds(view.summary.seconds),
        )
        for view in views
    ]
    out().print(list_table(["Run", "State", "Copied", "Failed", "Bytes", "Time"], rows, whole="Run"))


@app.command(epilog="Example: ferry run show photos-20260131t235959z --json")
def show(
    run: RunArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show a run as it is now."""
    from cli.run_view import RunView

    view = RunView.read(find_deployment(stack, aws_region, local=local), run)
    if as_json:
        print_json(view.to_json())
    else:
        note(out(), run, "bold")
        out().print(view.to_table())


@app.command(epilog="Example: ferry run watch photos-20260131t235959z")
def watch(
    run: RunArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Follow a run until it is over.

    Exits with 0 when the run succeeded, 1 when some objects failed or deletes were refused, 2 when the run
    failed or was stopped.
    """
    follow(find_deployment(stack, aws_region, local=local), run, as_json=as_json)


@app.command(epilog="Example: ferry run failures photos-20260131t235959z --reason Archived --json")
def failures(
    run: RunArgument,
    *,
    reason: Annotated[str, typer.Option(metavar="WORD", help="Only those that failed for this reason.")] = "",
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the objects that a run could not copy, or whose replicas it could not delete, with the reasons."""
    deployment = find_deployment(stack, aws_region, local=local)
    deployment.tasks.get_run(run)
    found = sorted(
        (failure for failure in deployment.ledger.list_failures(run) if reason in {"", failure.reason}),
        key=lambda failure: failure.key,
    )
    if as_json:
        print_json([failure.model_dump(mode="json") for failure in found])
    elif not found:
        note(out(), f"No object failed for the reason {reason}." if reason else "No object failed.")
    else:
        rows = [
            (show_key(failure.key), failure.action, failure.reason, str(failure.attempts), failure.message)
            for failure in found
        ]
        out().print(list_table(["Key", "To", "Reason", "Attempts", "What happened"], rows))


def follow(deployment: Deployment, run_id: str, *, as_json: bool) -> None:
    """Show a run until it is over, print what it came to, and exit accordingly."""
    from cli.run_view import EXIT_CODES, RunView

    view = RunView.read(deployment, run_id)
    meter = Meter(time.monotonic)

    def render() -> RenderableType:
        return meter.render(view.snapshot)

    try:
        with live(err(), render):
            while not view.status.state.is_over:
                time.sleep(_POLL_SECONDS)
                view = RunView.read(deployment, run_id)
    except KeyboardInterrupt:
        note(err(), f"The run goes on; follow it with `ferry run watch {run_id}`.")
        raise typer.Exit(130) from None
    failed = FailureList()
    if view.status.counts.failed:
        for failure in deployment.ledger.list_failures(run_id):
            failed.add(failure.key, failure.reason, failure.message)
    failed.print(err())
    if view.status.run.reason:
        note(err(), f"The run failed: {view.status.run.reason}", "red")
    if view.status.run.deletes_refused:
        note(err(), view.status.run.deletes_refused, "red")
    if as_json:
        print_json(view.to_json())
    else:
        note(out(), run_id, "bold")
        out().print(view.to_table())
    raise typer.Exit(EXIT_CODES[view.status.state])
