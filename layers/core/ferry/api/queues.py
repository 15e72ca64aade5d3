"""The deployment's queues, as the console shows them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from botocore.exceptions import BotoCoreError, ClientError

from ferry.api.backend import Queues

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

_KEEP_SECONDS: Final = 20.0
"""The metric is a minute old anyway, and every look costs."""
_LOOK_BACK: Final = timedelta(minutes=5)


class DeploymentQueues(Queues):
    """Asks SQS and CloudWatch.

    Args:
        sqs: Reaches SQS.
        cloudwatch: Reaches CloudWatch, which alone knows the age of messages.
        jobs: URL of the queue of runs.
        events: URL of the queue of notifications.
        dead_letters: URL of the dead-letter queue.
        clock: Returns seconds that only grow.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        cloudwatch: "CloudWatchClient",
        *,
        jobs: str,
        events: str,
        dead_letters: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sqs = sqs
        self._cloudwatch = cloudwatch
        self._jobs = jobs
        self._events = events
        self._dead_letters = dead_letters
        self._clock = clock
        self._kept: dict[str, tuple[float, float | None]] = {}

    @override
    def oldest_seconds(self, *, events: bool) -> float | None:
        """Return an age that CloudWatch measured in the last minutes; None also when it cannot be asked."""
        name = (self._events if events else self._jobs).rpartition("/")[2]
        read_at, age = self._kept.get(name, (-_KEEP_SECONDS, None))
        if self._clock() - read_at >= _KEEP_SECONDS:
            age = self._measured_age(name)
            self._kept[name] = (self._clock(), age)
        return age

    def _measured_age(self, queue: str) -> float | None:
        now = datetime.now(UTC)
        try:
            reply = self._cloudwatch.get_metric_data(
                MetricDataQueries=[
                    {
                        "Id": "age",
                        "MetricStat": {
                            "Metric": {
                                "Namespace": "AWS/SQS",
                                "MetricName": "ApproximateAgeOfOldestMessage",
                                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                            },
                            "Period": 60,
                            "Stat": "Maximum",
                        },
                    }
                ],
                StartTime=now - _LOOK_BACK,
                EndTime=now,
                ScanBy="TimestampDescending",
            )
        except (BotoCoreError, ClientError):
            # The rest of a page is worth more than this figure.
            return None
        values = [value for result in reply["MetricDataResults"] for value in result.get("Values", [])]
        return values[0] if values else None

    @override
    def dead_letters(self) -> int:
        """Ask SQS."""
        names = ["ApproximateNumberOfMessages"]
        reply = self._sqs.get_queue_attributes(QueueUrl=self._dead_letters, AttributeNames=names)  # type: ignore[arg-type]
        return int(reply["Attributes"]["ApproximateNumberOfMessages"])

    @override
    def send_event(self, body: str) -> None:
        """Send it."""
        self._sqs.send_message(QueueUrl=self._events, MessageBody=body)
