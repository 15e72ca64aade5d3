"""Run control: the steps of a run's workflow around its finders, and looking after runs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import run_control as control
from ferry import wiring
from ferry.telemetry import count, logger, metered, traced

MARGIN_MS = 60_000
"""Left at the end for what follows the report of a run."""
PLAN_MARGIN_MS = 120_000
"""Left at the end of planning for requests that are under way and for writing shards down."""


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do the step that ``action`` names: ``open``, ``plan``, ``seal`` or ``close``.

    Also starts the run that a schedule asks for, looks after runs and replicas every few minutes (``watch``),
    and takes the event of a run's workflow that broke off, to close its run.
    """

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < MARGIN_MS

    match event.get("action"):
        case "start":
            started = wiring.start_scheduled(event["task_id"])
            return {"run_id": started.run_id if started else None}
        case "watch":
            return watch(out_of_time)
    if "detail" in event:
        event = control.closing_step(event["detail"])
    progress = wiring.progress()
    ids = {"task_id": event["task_id"], "run_id": event["run_id"]}
    run = progress.tasks.get_run(event["run_id"])
    match event["action"]:
        case "open":
            control.open_run(progress, run, wiring.source(run), wiring.replica(run))
            return {**ids, "resumed": run.resumes > 0}
        case "plan":
            shards = control.plan_shards(
                progress,
                run,
                wiring.source(run),
                wiring.run_bucket(),
                workers=wiring.probes(),
                out_of_time=lambda: context.get_remaining_time_in_millis() < PLAN_MARGIN_MS,
            )
            deletes = not shards and not run.dry_run and run.task.deletes is not None
            return {"shards": [{**ids, "shard_id": shard_id} for shard_id in shards], "deletes": deletes}
        case "seal":
            control.seal_run(progress, run, event["task_token"])
            return {}
        case "close":
            ended = control.close_run(progress, run, event, wiring.endings(out_of_time))
            return {"state": ended.state, "reason": ended.reason}
        case action:
            msg = f"There is no action {action!r}."
            raise ValueError(msg)


def watch(out_of_time: Callable[[], bool]) -> dict[str, Any]:
    """Look after runs and replicas; return how many stand still or are behind."""
    seen = wiring.watch(out_of_time).look(datetime.now(UTC))
    count("StalledRuns", seen.stalled_runs)
    count("TasksBehind", seen.tasks_behind)
    return {"stalled_runs": seen.stalled_runs, "tasks_behind": seen.tasks_behind}
