"""Finder: scans one shard of a run and sends the jobs it needs, or sends recorded jobs."""

from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.errors import ConfigurationError
from ferry.telemetry import logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MARGIN_MS = 60_000
"""Left at the end for the chunk at hand."""


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Scan the shard ``shard_id`` of ``run_id``, or send the recorded jobs that ``action`` names.

    Says whether the shard is exhausted, or whether all is sent and else where to go on.
    """
    progress = wiring.progress()
    run = progress.tasks.get_run(event["run_id"])

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < MARGIN_MS

    try:
        if "action" in event:
            return wiring.recorded_jobs(run).take_step(event, out_of_time).model_dump()
        exhausted = wiring.scanner(run).scan(event["shard_id"], out_of_time)
    except ConfigurationError as error:
        progress.give_up(run.run_id, error)
        raise
    return {"shard_id": event["shard_id"], "exhausted": exhausted}
