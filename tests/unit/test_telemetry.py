"""Metrics and traces of the functions."""

import json
import subprocess
import sys

import pytest
from ferry.errors import ThrottledError, TransientError
from ferry.outcome import Outcome, Result
from ferry.tasks.lag import Distribution, Lag
from ferry.telemetry import (
    count,
    emit_age,
    emit_lag,
    emit_outcomes,
    metered,
    metrics,
    note_retry,
    write_metrics,
)

TRACED = """
import sys
from ferry.telemetry import traced

@traced
def handler(event, context):
    return event

print(handler({"answer": 42}, None)["answer"], "aws_xray_sdk" in sys.modules)
"""


@pytest.mark.parametrize(("sampled", "loaded"), [("0", "False"), ("1", "True")])
def test_only_a_sampled_invocation_loads_the_tracer(sampled, loaded):
    environment = {
        "_X_AMZN_TRACE_ID": f"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled={sampled}",
        "POWERTOOLS_SERVICE_NAME": "test",
    }

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRACED],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["42", loaded]


@pytest.fixture
def written(capsys, monkeypatch):
    """The lines of metrics that an invocation writes, by the value of their dimension."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "transfer")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ferry/test")
    metrics.cache_clear()

    def lines():
        write_metrics()
        metrics().flush_metrics()
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return {line.get("task") or line["service"]: line for line in found}

    yield lines
    metrics.cache_clear()


def measured(line):
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}


def test_outcomes_become_metrics_of_the_function_and_of_their_task(written):
    copied = [Outcome("a", Result.COPIED, size=7), Outcome("b", Result.COPIED, size=5)]

    emit_outcomes("photos", [*copied, Outcome("c", Result.FAILED)])
    emit_outcomes("photos", [Outcome("d", Result.COPIED, size=1)])
    emit_outcomes("videos", [Outcome("e", Result.CURRENT)])
    lines = written()

    assert measured(lines["photos"]) == {
        "ObjectsCopied": [3.0],
        "ObjectsFailed": [1.0],
        "BytesCopied": [13.0],
    }
    assert measured(lines["videos"]) == {"ObjectsCurrent": [1.0]}
    assert measured(lines["transfer"]) == measured(lines["photos"]) | measured(lines["videos"])
    for name, dimension in (("photos", "task"), ("transfer", "service")):
        (directive,) = lines[name]["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("Ferry/test", [[dimension]])
        units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
        assert (units["BytesCopied"], units["ObjectsCopied"]) == ("Bytes", "Count")


def test_nothing_is_written_twice(written):
    emit_outcomes("photos", [Outcome("a", Result.COPIED, size=7)])
    written()

    with pytest.warns(UserWarning, match="No application metrics"):
        assert written() == {}


def test_a_thousand_lags_are_one_line_with_their_quantiles(written):
    lag = Lag(change=Distribution.of([1.0] * 950 + [60.0] * 50))

    emit_lag("photos", lag)
    emit_age("photos", 3.0)
    emit_age("photos", 2.0)
    lines = written()

    lags = sorted(measured(lines["photos"])["ReplicationLag"])
    assert len(lags) == 99
    assert lags[89] == pytest.approx(1.0, rel=0.06)
    assert lags[98] == pytest.approx(60.0, rel=0.06)
    assert measured(lines["photos"])["JobAge"] == [3.0]
    assert set(measured(lines["transfer"])) == {"ReplicationLag", "JobAge"}


def test_refusals_of_either_side_are_counted_by_side(written):
    note_retry(ThrottledError("OSS answered 503 SlowDown", side="source"), "photos")
    note_retry(ThrottledError("S3 answered 503 SlowDown", side="replica"))
    note_retry(TransientError("The connection broke."), "photos")
    lines = written()

    assert measured(lines["photos"]) == {"SourceThrottled": [1.0]}
    assert measured(lines["transfer"]) == {
        "SourceThrottled": [1.0],
        "ReplicaThrottled": [1.0],
        "RequestsRetried": [1.0],
    }


def test_an_invocation_that_fails_writes_its_metrics_too(written, capsys):
    @metered
    def handler(event, context):
        count("StrayMessages")
        raise KeyError

    with pytest.raises(KeyError):
        handler({}, None)

    assert measured(json.loads(capsys.readouterr().out)) == {"StrayMessages": [1.0]}
