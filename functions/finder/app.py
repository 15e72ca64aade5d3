"""Finder: scans one shard of a run and sends the jobs it needs."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.errors import ConfigurationError
from ferry.telemetry import logger, traced

MARGIN_MS = 60_000
"""Left at the end for the chunk at hand."""


@logger().inject_lambda_context
@traced
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Scan the shard ``shard_id`` of ``run_id`` and say whether it is exhausted."""
    progress = wiring.progress()
    run = progress.tasks.get_run(event["run_id"])
    try:
        exhausted = wiring.scanner(run).scan(
            event["shard_id"], lambda: context.get_remaining_time_in_millis() < MARGIN_MS
        )
    except ConfigurationError as error:
        progress.give_up(run.run_id, error)
        raise
    return {"shard_id": event["shard_id"], "exhausted": exhausted}
