"""Transfer: carries out the jobs that the queues of runs and of notifications deliver."""

import asyncio
import time
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent, SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from ferry import wiring
from ferry.events.queue_entry import QueueMessage
from ferry.jobs import read_job
from ferry.telemetry import count, emit_age, emit_governor, emit_lag, emit_outcomes, logger, metered, traced

MARGIN_MS = 60_000
"""Left at the end for closing the jobs."""


async def carry_out(record: SQSRecord, seconds: float) -> None:
    """Carry out a job of a run."""
    job = read_job(record.body)
    emit_age(job.task_id, age_of(record))
    run = await asyncio.to_thread(wiring.progress().tasks.get_run, job.run_id)
    outcomes = await wiring.job_runner(run).run(job, deliveries=deliveries_of(record), seconds=seconds)
    emit_outcomes(job.task_id, outcomes)
    emit_governor(job.task_id, wiring.governor(job.task_id).report())


async def follow(record: SQSRecord, seconds: float) -> None:
    """Carry out what a message of the event queue asks for; one that no task can take is kept aside."""
    message = QueueMessage(record.message_id, record.body, int(record.attributes.sent_timestamp or 0))
    jobs = await asyncio.to_thread(wiring.queue_entry().read, message)
    if jobs is None:
        count("StrayMessages")
        return
    runner, deliveries = wiring.event_runner(), deliveries_of(record)
    runs = (runner.run(job, deliveries=deliveries, seconds=seconds) for job in jobs)
    for job, (outcomes, lag) in zip(jobs, await asyncio.gather(*runs), strict=True):
        emit_age(job.task_id, age_of(record))
        emit_outcomes(job.task_id, outcomes)
        emit_lag(job.task_id, lag)


def deliveries_of(record: SQSRecord) -> int:
    """Tell how often a message was delivered, counting this time."""
    return int(record.attributes.approximate_receive_count)


def age_of(record: SQSRecord) -> float:
    """Return the seconds since a message was sent."""
    return time.time() - int(record.attributes.sent_timestamp or 0) / 1000


async def deliver(record: SQSRecord, seconds: float) -> None:
    """Carry out one message; raising makes the queue deliver it again."""
    is_event = wiring.event_queue().is_behind(record.event_source_arn)
    try:
        await (follow if is_event else carry_out)(record, seconds)
    except Exception:
        queue = wiring.event_queue() if is_event else wiring.job_queue()
        await asyncio.to_thread(queue.back_off, record.receipt_handle, deliveries_of(record))
        raise


async def deliver_all(records: list[SQSRecord], seconds: float) -> list[str]:
    """Carry out messages side by side, none keeping another from its end; return those to deliver again."""
    ends = await asyncio.gather(*(deliver(record, seconds) for record in records), return_exceptions=True)
    again = []
    for record, end in zip(records, ends, strict=True):
        if isinstance(end, Exception):
            logger().error("the message %s comes again", record.message_id, exc_info=end)
            again.append(record.message_id)
        elif end is not None:
            raise end
    return again


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the ids of the messages to deliver again."""
    seconds = (context.get_remaining_time_in_millis() - MARGIN_MS) / 1000
    again = wiring.event_loop().run(deliver_all(list(SQSEvent(event).records), seconds))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}
