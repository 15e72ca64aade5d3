"""Multipart copy: copies one range of parts of a large object."""

from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.multipart.ranges import CopiedRange
from ferry.multipart.steps import LargeObjectJob
from ferry.multipart.upload import PartRange, UploadPlan
from ferry.telemetry import emit_governor, logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MARGIN_MS = 30_000
"""Left at the end for reporting."""


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Copy the parts ``first`` to ``last`` of the planned upload, after those already ``copied``."""
    job = LargeObjectJob.model_validate(event)
    steps = wiring.large_object_steps(job)
    copied = CopiedRange.model_validate(event["copied"]) if "copied" in event else None
    seconds = (context.get_remaining_time_in_millis() - MARGIN_MS) / 1000
    report = wiring.event_loop().run(
        steps.copy_range(
            UploadPlan.model_validate(event),
            PartRange.model_validate(event),
            copied,
            deadline=steps.copier.retry.clock() + seconds,
        )
    )
    emit_governor(job.task_id, wiring.governor(job.task_id).report())
    return report.model_dump(mode="json", exclude_none=True)
