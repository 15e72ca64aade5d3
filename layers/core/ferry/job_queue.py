"""Sending jobs to SQS, all of them or an error."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from ferry.errors import TransientError
from ferry.jobs import Message, spell
from ferry.retry import RetryPolicy

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MAX_BACK_OFF_SECONDS: Final = 900
_BATCH: Final = 10
_BATCH_BYTES: Final = 1024**2


def postponed_seconds(times: int) -> int:
    """Return for how long a job is put off that was put off so often before, 20 to 900 seconds."""
    longest = min(MAX_BACK_OFF_SECONDS, 40 * 2 ** min(times, 5))
    return random.randint(longest // 2, longest)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that Lambda hands over.

    Attributes:
        number: How often it was delivered, counting this time.
        sent_ms: When it was sent, in milliseconds since 1970.
        queue_arn: Where it comes from.
    """

    message_id: str
    body: str
    receipt_handle: str
    number: int
    sent_ms: int
    queue_arn: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read a record of an SQS event."""
        attributes = record["attributes"]
        return cls(
            message_id=record["messageId"],
            body=record["body"],
            receipt_handle=record["receiptHandle"],
            number=int(attributes["ApproximateReceiveCount"]),
            sent_ms=int(attributes.get("SentTimestamp") or 0),
            queue_arn=record["eventSourceARN"],
        )


def _batches(bodies: Iterable[str]) -> Iterator[list[str]]:
    """Group messages into what one request takes, keeping their order.

    Source:
        Amazon SQS API reference, "SendMessageBatch": 10 messages and 1 MiB in all.
    """
    batch: list[str] = []
    size = 0
    for body in bodies:
        body_size = len(body.encode())
        if batch and (len(batch) == _BATCH or size + body_size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(body)
        size += body_size
    if batch:
        yield batch


class JobQueue:
    """One SQS queue of jobs."""

    def __init__(self, client: "SQSClient", queue_url: str, *, retry: RetryPolicy | None = None) -> None:
        self._client = client
        self._queue_url = queue_url
        self._retry = retry or RetryPolicy()

    def send(self, jobs: Sequence[Message], *, delay_seconds: int = 0) -> None:
        """Send every job at least once.

        Args:
            jobs: Any number.
            delay_seconds: How long they stay hidden first, 0 to 900.

        Raises:
            TransientError: SQS did not accept some of them; those before may have been sent.
        """
        for bodies in _batches(map(spell, jobs)):
            entries: dict[str, SendMessageBatchRequestEntryTypeDef] = {
                str(index): {"Id": str(index), "MessageBody": body, "DelaySeconds": delay_seconds}
                for index, body in enumerate(bodies)
            }
            self._retry.call(lambda entries=entries: self._send_batch(entries))  # type: ignore[misc]

    def sent(self, delivery: Delivery) -> bool:
        """Tell whether a message comes from this queue."""
        return delivery.queue_arn.rpartition(":")[2] == self._queue_url.rpartition("/")[2]

    def _send_batch(self, entries: "dict[str, SendMessageBatchRequestEntryTypeDef]") -> None:
        """Send what is left of a batch, taking out what SQS accepts."""
        reply = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=list(entries.values()))
        for accepted in reply.get("Successful", []):
            entries.pop(accepted["Id"], None)
        if entries:
            refused = reply.get("Failed", [])
            reason = refused[0]["Code"] if refused else "NotConfirmed"
            msg = f"SQS did not accept {len(entries)} of the jobs: {reason}"
            raise TransientError(msg, reason=reason)

    def back_off(self, receipt_handle: str, deliveries: int) -> None:
        """Let a message that could not be finished come again, the later the more often it came already.

        Without this it would come after the queue's whole visibility timeout. Five deliveries outlast about
        a quarter of an hour.
        """
        longest = min(MAX_BACK_OFF_SECONDS, 30 * 4 ** (deliveries - 1))
        self._client.change_message_visibility(
            QueueUrl=self._queue_url,
            ReceiptHandle=receipt_handle,
            VisibilityTimeout=random.randint(longest // 2, longest),
        )
