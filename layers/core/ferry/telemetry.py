"""Logger, tracer and metrics of the functions, and the names of the metrics."""

import os
import warnings
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ferry.objects import Notice
from ferry.outcome import Outcome, Result
from ferry.tasks.lag import Lag, seconds_of

NAMESPACE: Final = "Ferry"

_RESULT_METRICS: Final = {
    Result.COPIED: "ObjectsCopied",
    Result.CURRENT: "ObjectsCurrent",
    Result.GONE: "ObjectsGone",
    Result.DELETED: "ReplicasDeleted",
    Result.FAILED: "ObjectsFailed",
    Result.EXCLUDED: "ObjectsExcluded",
    Result.ARCHIVED: "ObjectsArchived",
}
_NOTICE_METRICS: Final = {
    Notice.UNVERIFIED: "ObjectsUnverified",
    Notice.METADATA_DROPPED: "ObjectsWithoutMetadata",
}


@lru_cache
def logger() -> Logger:
    """Return the function's structured logger."""
    return Logger()


@lru_cache
def metrics() -> Metrics:
    """Return the function's metrics, written as one log line per invocation."""
    # An invocation that moves nothing has none, which is no reason for a line in the log.
    warnings.filterwarnings("ignore", "No application metrics")
    return Metrics(namespace=NAMESPACE)


def traced[**P, T](handler: Callable[P, T]) -> Callable[P, T]:
    """Trace the invocations that X-Ray samples.

    The tracer takes half a second to import, so only the first sampled invocation of a process loads it.
    """

    @lru_cache
    def with_tracer() -> Callable[P, T]:
        from aws_lambda_powertools import Tracer

        captured: Callable[P, T] = Tracer(auto_patch=False).capture_lambda_handler(
            handler, capture_response=False
        )
        return captured

    @wraps(handler)
    def traced_if_sampled(*arguments: P.args, **named: P.kwargs) -> T:
        is_sampled = "Sampled=1" in os.environ.get("_X_AMZN_TRACE_ID", "")
        return (with_tracer() if is_sampled else handler)(*arguments, **named)

    return traced_if_sampled


def count(name: str, number: int = 1) -> None:
    """Add a count to the invocation's metrics, unless it is 0."""
    if number:
        metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def emit_outcomes(outcomes: list[Outcome]) -> None:
    """Add how objects ended to the invocation's metrics."""
    for result, name in _RESULT_METRICS.items():
        count(name, sum(outcome.result is result for outcome in outcomes))
    for notice, name in _NOTICE_METRICS.items():
        count(name, sum(notice in outcome.notices for outcome in outcomes))
    size = sum(outcome.size for outcome in outcomes)
    if size:
        metrics().add_metric(name="BytesCopied", unit=MetricUnit.Bytes, value=size)


def emit_lag(lag: Lag) -> None:
    """Add how far replicas were behind to the invocation's metrics."""
    for name, distribution in (("ReplicationLag", lag.change), ("NotificationLag", lag.notification)):
        for bucket, hits in distribution.counts.items():
            for _ in range(hits):
                metrics().add_metric(name=name, unit=MetricUnit.Seconds, value=seconds_of(bucket))
