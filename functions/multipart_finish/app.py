"""Multipart finish: completes or aborts the upload of one large object and closes its job."""

from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.multipart.steps import LargeObjectJob, RangeReport, caught_error
from ferry.multipart.upload import UploadPlan
from ferry.telemetry import emit_outcomes, logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Do the step that ``action`` names: ``complete``, ``abort`` or ``fail``."""
    job = LargeObjectJob.model_validate(event)
    steps = wiring.large_object_steps(job)
    match event["action"]:
        case "complete":
            reports = [RangeReport.model_validate(report) for report in event["results"]]
            outcome = steps.complete(UploadPlan.model_validate(event), reports)
            emit_outcomes(job.task_id, [outcome])
            return {"state": outcome.result}
        case "abort":
            return steps.abort(event["upload_id"]).model_dump()
        case "fail":
            emit_outcomes(job.task_id, steps.fail(caught_error(event["error"])))
            return {}
        case action:
            msg = f"There is no action {action!r}."
            raise ValueError(msg)
