"""Logger, tracer and metrics of the functions, and the names of the metrics.

Metrics of the deployment have the dimension ``service``, the function that wrote them; those of a task have
the dimension ``task`` alone, so that what several functions write about it adds up. Either is one log line
per invocation, and per task that it worked for.
"""

import json
import os
import threading
import warnings
from collections.abc import Callable
from functools import lru_cache, wraps
from math import isfinite
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from ferry.errors import ThrottledError, TransientError
from ferry.objects import Notice
from ferry.outcome import Outcome, Result
from ferry.tasks.lag import Distribution, Lag

if TYPE_CHECKING:
    from ferry.pacing.governor import GovernorState

_NAMESPACE: Final = "Ferry"
_MOST_VALUES: Final = 99
"""Values of one metric in a line. Powertools writes one out at 100, which is what CloudWatch takes."""

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
_UNITS: Final = {"BytesCopied": MetricUnit.Bytes, "LimitWaitMilliseconds": MetricUnit.Milliseconds}
_THROTTLED: Final = {"source": "SourceThrottled", "replica": "ReplicaThrottled"}
"""Answers of either side that Ferry is too fast for it."""


class Meter:
    """What an invocation measures, for the deployment or for one task, added up until it ends.

    Calls may come from several threads.
    """

    def __init__(self) -> None:
        self._sums: dict[str, int] = {}
        self._lags: dict[str, Distribution] = {}
        self._age_seconds = 0.0
        self._gauges: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, name: str, number: int) -> None:
        """Add to a count; 0 makes no metric."""
        if number:
            with self._lock:
                self._sums[name] = self._sums.get(name, 0) + number

    def add_lag(self, name: str, lag: Distribution) -> None:
        """Add how far replicas were behind."""
        with self._lock:
            self._lags[name] = self._lags.get(name, Distribution()) + lag

    def add_age(self, seconds: float) -> None:
        """Note how long a job had been waiting; the longest counts."""
        with self._lock:
            self._age_seconds = max(self._age_seconds, seconds)

    def add_gauge(self, name: str, per_second: float) -> None:
        """Note a rate; the last one counts."""
        with self._lock:
            self._gauges[name] = per_second

    def write_to(self, line: EphemeralMetrics | Metrics) -> None:
        """Add everything to a line of metrics."""
        for name, number in self._sums.items():
            unit = _UNITS.get(name, MetricUnit.Count)
            line.add_metric(name=name, unit=unit, value=number)
        for name, lag in self._lags.items():
            for seconds in lag.sample(_MOST_VALUES):
                line.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)
        for name, rate in self._gauges.items():
            line.add_metric(name=name, unit=MetricUnit.CountPerSecond, value=rate)
        if self._age_seconds:
            line.add_metric(name="JobAge", unit=MetricUnit.Seconds, value=self._age_seconds)


_deployment: Final[dict[str, Meter]] = {}
_tasks: Final[dict[str, Meter]] = {}


@lru_cache
def logger() -> Logger:
    """Return the function's structured logger."""
    return Logger()


@lru_cache
def metrics() -> Metrics:
    """Return the function's metrics, written as one log line per invocation."""
    # An invocation that moves nothing has none, which is no reason for a line in the log.
    warnings.filterwarnings("ignore", "No application metrics")
    return Metrics(namespace=_namespace())


def _namespace() -> str:
    """Return the namespace of this stack's metrics, apart from those of others in the account."""
    return os.environ.get("POWERTOOLS_METRICS_NAMESPACE", _NAMESPACE)


def metered[**P, T](handler: Callable[P, T]) -> Callable[P, T]:
    """Write the metrics of every invocation when it ends, whichever way."""

    @wraps(handler)
    def measured(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return handler(*arguments, **named)
        finally:
            write_metrics()

    written: Callable[P, T] = metrics().log_metrics(measured)
    return written


def write_metrics() -> None:
    """Write what was measured for each task, leave the deployment's to its line, and begin anew."""
    for meter in _deployment.values():
        meter.write_to(metrics())
    for task_id, meter in _tasks.items():
        line = EphemeralMetrics(namespace=_namespace())
        meter.write_to(line)
        if line.metric_set:
            document = line.serialize_metric_set(dimensions={"task": task_id})
            print(json.dumps(document, separators=(",", ":")))  # noqa: T201 - a metric is a line of the log
    _deployment.clear()
    _tasks.clear()


def _meters(task_id: str | None = None) -> list[Meter]:
    """Return the meter of the deployment, and that of a task if one is given."""
    deployment = _deployment.setdefault("", Meter())
    return [deployment] if task_id is None else [deployment, _tasks.setdefault(task_id, Meter())]


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
    """Add a count to the deployment's metrics, unless it is 0."""
    for meter in _meters():
        meter.add(name, number)


def emit_outcomes(task_id: str, outcomes: list[Outcome]) -> None:
    """Add how objects of a task ended."""
    for meter in _meters(task_id):
        for result, name in _RESULT_METRICS.items():
            meter.add(name, sum(outcome.result is result for outcome in outcomes))
        meter.add("BytesCopied", sum(outcome.size for outcome in outcomes))
    # For the deployment alone: every metric of a task costs.
    for notice, name in _NOTICE_METRICS.items():
        count(name, sum(notice in outcome.notices for outcome in outcomes))


def emit_lag(task_id: str, lag: Lag) -> None:
    """Add how far replicas of a task were behind."""
    for meter in _meters(task_id):
        meter.add_lag("ReplicationLag", lag.change)
    for meter in _meters():
        meter.add_lag("NotificationLag", lag.notification)


def emit_age(task_id: str, seconds: float) -> None:
    """Add how long a job of a task had been waiting when it came in, for SQS knows no task's age."""
    for meter in _meters(task_id):
        meter.add_age(seconds)


def emit_governor(task_id: str, state: "GovernorState") -> None:
    """Note how a task's copies are held back: by what the sides take, and by its limits."""
    for meter in _meters(task_id):
        if isfinite(state.copies_per_second):
            meter.add_gauge("CopyRate", state.copies_per_second)
        meter.add("LimitWaitMilliseconds", round(state.waited_seconds * 1000))


def note_retry(error: TransientError, task_id: str | None = None) -> None:
    """Add a request that is tried again, of a task or of what several tasks may share."""
    if isinstance(error, ThrottledError):
        for meter in _meters(task_id):
            meter.add(_THROTTLED[error.side], 1)
    else:
        count("RequestsRetried")
