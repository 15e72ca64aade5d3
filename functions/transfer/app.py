"""Transfer: carries out the jobs that the queues of runs and of notifications deliver."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ferry import wiring
from ferry.events.queue_entry import QueueMessage
from ferry.job_queue import Delivery
from ferry.jobs import read_job
from ferry.telemetry import count, emit_age, emit_governor, emit_lag, emit_outcomes, logger, metered, traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MARGIN_MS = 60_000
"""Left at the end for closing the jobs."""


async def carry_out(delivery: Delivery, seconds: float) -> None:
    """Carry out a job of a run."""
    job = read_job(delivery.body)
    emit_age(job.task_id, age_of(delivery))
    run = await asyncio.to_thread(wiring.progress().tasks.get_run, job.run_id)
    outcomes = await wiring.job_runner(run).run(job, run, deliveries=delivery.number, seconds=seconds)
    emit_outcomes(job.task_id, outcomes)
    emit_governor(job.task_id, wiring.governor(job.task_id).report())


async def follow(delivery: Delivery, seconds: float) -> None:
    """Carry out what a message of the event queue asks for; one that no task can take is kept aside."""
    message = QueueMessage(delivery.message_id, delivery.body, delivery.sent_ms)
    jobs = await asyncio.to_thread(wiring.queue_entry().read, message)
    if jobs is None:
        count("StrayMessages")
        return
    runner = wiring.event_runner()
    runs = (runner.run(job, deliveries=delivery.number, seconds=seconds) for job in jobs)
    for job, (outcomes, lag) in zip(jobs, await asyncio.gather(*runs), strict=True):
        emit_age(job.task_id, age_of(delivery))
        emit_outcomes(job.task_id, outcomes)
        emit_lag(job.task_id, lag)
        emit_governor(job.task_id, wiring.governor(job.task_id).report())


def age_of(delivery: Delivery) -> float:
    """Return the seconds since a message was sent."""
    return time.time() - delivery.sent_ms / 1000


async def deliver(delivery: Delivery, seconds: float) -> None:
    """Carry out one message; raising makes the queue deliver it again."""
    is_event = wiring.event_queue().sent(delivery)
    try:
        await (follow if is_event else carry_out)(delivery, seconds)
    except Exception:
        queue = wiring.event_queue() if is_event else wiring.job_queue()
        await asyncio.to_thread(queue.back_off, delivery.receipt_handle, delivery.number)
        raise


async def deliver_all(deliveries: list[Delivery], seconds: float) -> list[str]:
    """Carry out messages side by side, none keeping another from its end; return those to deliver again."""
    ends = await asyncio.gather(*(deliver(one, seconds) for one in deliveries), return_exceptions=True)
    again = []
    for delivery, end in zip(deliveries, ends, strict=True):
        if isinstance(end, Exception):
            logger().error("the message %s comes again", delivery.message_id, exc_info=end)
            again.append(delivery.message_id)
        elif end is not None:
            raise end
    return again


@logger().inject_lambda_context
@traced
@metered
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Return the ids of the messages to deliver again, as a partial batch response."""
    seconds = (context.get_remaining_time_in_millis() - MARGIN_MS) / 1000
    deliveries = [Delivery.of(record) for record in event["Records"]]
    again = wiring.event_loop().run(deliver_all(deliveries, seconds))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}
