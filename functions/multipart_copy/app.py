"""Multipart copy: copies one range of parts of a large object."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.multipart import steps
from ferry.multipart.upload import UploadPlan
from ferry.telemetry import logger, traced

MARGIN_MS = 30_000
"""Left at the end for reporting."""


@logger().inject_lambda_context
@traced
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Copy the parts ``first`` to ``last`` of the planned upload."""
    run = wiring.progress().tasks.get_run(event["run_id"])
    copier = wiring.large_object_copier(run)
    seconds = (context.get_remaining_time_in_millis() - MARGIN_MS) / 1000
    report = wiring.event_loop().run(
        steps.copy_range(
            UploadPlan.model_validate(event),
            event["first"],
            event["last"],
            copier,
            deadline=copier.retry.clock() + seconds,
        )
    )
    return report.model_dump(mode="json", exclude_none=True)
