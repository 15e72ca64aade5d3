"""``ferry run stop``, ``pause``, ``resume`` and ``retry``: changing the course of a run."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.console import err, note, out, print_json
from cli.deployment import Deployment, find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption
from cli.runs import RunArgument, WaitOption, follow

if TYPE_CHECKING:
    from ferry.tasks.models import RetryOnly, Run


def add_commands(app: typer.Typer) -> None:
    """Add the commands to ``ferry run``."""
    app.command(epilog="Example: ferry run stop photos-20260131t235959z")(stop)
    app.command(epilog="Example: ferry run pause photos-20260131t235959z")(pause)
    app.command(epilog="Example: ferry run resume photos-20260131t235959z --wait")(resume)
    app.command(epilog="Example: ferry run retry photos-20260131t235959z --wait")(retry)


def stop(
    run: RunArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """End a run for good, at once; what was copied stays.

    Jobs that wait do nothing any more; what is being copied at this moment comes to its end.
    """
    stopped = find_deployment(stack, aws_region, local=local).control.stop(run, datetime.now(UTC))
    _report(stopped, f"Stopped {run}; what was copied stays.", as_json=as_json)


def pause(
    run: RunArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a run rest until it is resumed, within 14 days of its start.

    What is being copied at this moment comes to its end. Until the run is resumed or stopped, its task starts
    no other.
    """
    paused = find_deployment(stack, aws_region, local=local).control.pause(run)
    _report(paused, f"Paused {run}; let it go on with `ferry run resume {run}`.", as_json=as_json)


def resume(
    run: RunArgument,
    *,
    wait: WaitOption = False,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a paused run go on from where it was.

    With --wait it exits as `ferry run watch` does.
    """
    deployment = find_deployment(stack, aws_region, local=local)
    resumed = deployment.control.resume(run, datetime.now(UTC))
    said = f"Resumed {run}; follow it with `ferry run watch {run}`."
    _report_or_follow(deployment, resumed, said, wait=wait, as_json=as_json)


def retry(  # noqa: PLR0913 - the options of a command
    run: RunArgument,
    *,
    reason: Annotated[str, typer.Option(metavar="WORD", help="Only those that failed for this reason.")] = "",
    key: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Only this one; repeatable, up to 100.")
    ] = None,
    wait: WaitOption = False,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start a run that takes up only the objects that failed in an earlier one, all or some of them.

    With --wait it exits as `ferry run watch` does.
    """
    only = _only(reason, key or [])
    deployment = find_deployment(stack, aws_region, local=local)
    started = deployment.control.retry(run, datetime.now(UTC), only=only)
    said = f"Started {started.run_id} with what failed in {run}."
    _report_or_follow(deployment, started, said, wait=wait, as_json=as_json)


def _only(reason: str, keys: list[str]) -> "RetryOnly | None":
    from ferry.tasks.models import MAX_RETRY_KEYS, RetryOnly

    if len(keys) > MAX_RETRY_KEYS:
        msg = f"--key can be given {MAX_RETRY_KEYS} times; leave it out to take up everything that failed."
        raise typer.BadParameter(msg)
    return RetryOnly(reason=reason or None, keys=tuple(keys)) if reason or keys else None


def _report_or_follow(deployment: Deployment, run: "Run", said: str, *, wait: bool, as_json: bool) -> None:
    if wait:
        note(err(), said)
        follow(deployment, run.run_id, as_json=as_json)
    else:
        _report(run, said, as_json=as_json)


def _report(run: "Run", said: str, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "run_id": run.run_id,
                "task_id": run.task.task_id,
                "state": run.state.value,
                "retry_of": run.retry_of,
            }
        )
    else:
        note(out(), said)
