"""Transfer: carries out the jobs that the queue delivers."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.jobs import read_job
from ferry.telemetry import emit_outcomes, logger, metrics, traced

MARGIN_MS = 60_000
"""Left at the end for closing the job."""

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def carry_out(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Carry out one job; raising makes the queue deliver it again."""
    job = read_job(record.body)
    run = wiring.progress().tasks.get_run(job.run_id)
    deliveries = int(record.attributes.approximate_receive_count)
    seconds = (lambda_context.get_remaining_time_in_millis() - MARGIN_MS) / 1000
    try:
        outcomes = wiring.event_loop().run(
            wiring.job_runner(run).run(job, deliveries=deliveries, seconds=seconds)
        )
    except Exception:
        wiring.job_queue().back_off(record.receipt_handle, deliveries)
        raise
    emit_outcomes(outcomes)


@logger().inject_lambda_context
@traced
@metrics().log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the ids of the messages to deliver again."""
    return process_partial_response(
        event=event, record_handler=carry_out, processor=processor, context=context
    )
