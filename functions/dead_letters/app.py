"""Dead letters: closes the jobs whose deliveries or workflows never came to an end."""

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.events.queue_entry import QueueMessage
from ferry.jobs import is_job, read_job
from ferry.multipart.steps import LargeObjectJob, caught_error
from ferry.telemetry import count, emit_outcomes, logger, metered, traced

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def bury(record: SQSRecord) -> None:
    """Close the job of one dead letter, whichever queue it comes from."""
    count("DeadLetters")
    deliveries = wiring.settings().max_deliveries
    if is_job(record.body):
        job = read_job(record.body)
        run = wiring.progress().tasks.get_run(job.run_id)
        outcomes = wiring.event_loop().run(wiring.job_runner(run).bury(job, deliveries=deliveries))
        emit_outcomes(job.task_id, outcomes)
        return
    message = QueueMessage(record.message_id, record.body, int(record.attributes.sent_timestamp or 0))
    jobs = wiring.queue_entry().read(message)
    if jobs is None:
        count("StrayMessages")
    for event_job in jobs or ():
        outcomes = wiring.event_loop().run(wiring.event_runner().bury(event_job, deliveries=deliveries))
        emit_outcomes(event_job.task_id, outcomes)


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | None:
    """Take dead letters, or the event of a large-object workflow that did not succeed."""
    if "detail" in event:
        detail = event["detail"]
        job = LargeObjectJob.model_validate(json.loads(detail["input"]))
        ended = f"The workflow of this object ended as {detail['status']}."
        error = caught_error(
            {"Error": detail.get("error") or detail["status"], "Cause": detail.get("cause") or ended}
        )
        steps = wiring.large_object_steps(job)
        emit_outcomes(job.task_id, steps.fail(error, may_be_beginning=True))
        return None
    return process_partial_response(event=event, record_handler=bury, processor=processor, context=context)
