"""Logger, tracer and metrics of the functions, and the names of the metrics."""

from functools import lru_cache
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ferry.outcome import Outcome, Result

NAMESPACE: Final = "Ferry"

_RESULT_METRICS: Final = {
    Result.COPIED: "ObjectsCopied",
    Result.CURRENT: "ObjectsCurrent",
    Result.GONE: "ObjectsGone",
    Result.FAILED: "ObjectsFailed",
}


@lru_cache
def logger() -> Logger:
    """Return the function's structured logger."""
    return Logger()


@lru_cache
def metrics() -> Metrics:
    """Return the function's metrics, written as one log line per invocation."""
    return Metrics(namespace=NAMESPACE)


def tracer() -> Any:
    """Return the function's tracer; importing it takes half a second, so only traced functions do."""
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False)


def emit_outcomes(outcomes: list[Outcome]) -> None:
    """Add how objects ended to the invocation's metrics."""
    for result, name in _RESULT_METRICS.items():
        count = sum(outcome.result is result for outcome in outcomes)
        if count:
            metrics().add_metric(name=name, unit=MetricUnit.Count, value=count)
    size = sum(outcome.size for outcome in outcomes)
    if size:
        metrics().add_metric(name="BytesCopied", unit=MetricUnit.Bytes, value=size)
