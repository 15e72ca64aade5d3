"""Multipart plan: begins the upload of one large object."""

from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.multipart.steps import LargeObjectJob
from ferry.telemetry import logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Return the job with its plan, or with the decision that nothing is left to do."""
    job = LargeObjectJob.model_validate(event)
    plan = wiring.event_loop().run(wiring.large_object_steps(job).begin())
    if plan is None:
        return {**job.model_dump(), "decision": "done"}
    return {**job.model_dump(), **plan.model_dump(mode="json"), "decision": "copy"}
