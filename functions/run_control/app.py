"""Run control: the steps of a run's workflow around its finders."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import run_control as control
from ferry import wiring
from ferry.telemetry import logger, traced


@logger().inject_lambda_context
@traced
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do the step that ``action`` names: ``open``, ``plan``, ``seal`` or ``close``.

    Also starts the run that a schedule asks for, and takes the event of a run's workflow that broke off, to
    close its run.
    """
    progress = wiring.progress()
    if event.get("action") == "start":
        started = wiring.start_scheduled(event["task_id"])
        return {"run_id": started.run_id if started else None}
    if "detail" in event:
        event = control.closing_step(event["detail"])
    ids = {"task_id": event["task_id"], "run_id": event["run_id"]}
    run = progress.tasks.get_run(event["run_id"])
    match event["action"]:
        case "open":
            control.open_run(progress, run, wiring.source(run), wiring.replica(run))
            return {**ids, "resumed": run.resumes > 0}
        case "plan":
            shards = control.plan_shards(progress, run, wiring.source(run), wiring.run_bucket())
            deletes = not shards and not run.dry_run and run.task.deletes is not None
            return {"shards": [{**ids, "shard_id": shard_id} for shard_id in shards], "deletes": deletes}
        case "seal":
            control.seal_run(progress, run, event["task_token"])
            return {}
        case "close":
            ended = control.close_run(progress, run, event)
            return {"state": ended.state, "reason": ended.reason}
        case action:
            msg = f"There is no action {action!r}."
            raise ValueError(msg)
