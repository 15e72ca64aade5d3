"""Multipart finish: completes or aborts the upload of one large object and closes its job."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.multipart import steps
from ferry.multipart.upload import UploadPlan
from ferry.telemetry import emit_outcomes, logger, metrics, traced


@logger().inject_lambda_context
@traced
@metrics().log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do the step that ``action`` names: ``complete``, ``abort`` or ``fail``."""
    job = steps.LargeObjectJob.model_validate(event)
    progress = wiring.progress()
    copier = wiring.large_object_copier(progress.tasks.get_run(job.run_id))
    if event["action"] == "complete":
        reports = [steps.RangeReport.model_validate(report) for report in event["results"]]
        outcome = steps.complete(job, UploadPlan.model_validate(event), reports, copier, progress)
        emit_outcomes([outcome])
        return {"state": outcome.result}
    if upload_id := event.get("upload_id"):
        copier.abort(job.key, upload_id)
    if event["action"] == "abort":
        return job.model_copy(update={"attempt": job.attempt + 1}).model_dump()
    if event["action"] == "fail":
        steps.fail(job, steps.caught_error(event["error"]), progress)
        return {}
    msg = f"There is no action {event['action']!r}."
    raise ValueError(msg)
