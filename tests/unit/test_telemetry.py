"""Metrics and traces of the functions."""

import json
import subprocess
import sys

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from ferry.outcome import Outcome, Result
from ferry.telemetry import emit_outcomes, metrics

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


def test_outcomes_become_metrics_by_result(capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")
    metrics.cache_clear()

    emit_outcomes(
        [
            Outcome("a", Result.COPIED, size=7),
            Outcome("b", Result.COPIED, size=5),
            Outcome("c", Result.FAILED),
        ]
    )
    metrics().flush_metrics()

    metrics.cache_clear()
    emitted = json.loads(capsys.readouterr().out)
    assert (emitted["ObjectsCopied"], emitted["ObjectsFailed"], emitted["BytesCopied"]) == (
        [2.0],
        [1.0],
        [12.0],
    )
    units = {metric["Name"]: metric["Unit"] for metric in emitted["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units["BytesCopied"] == MetricUnit.Bytes.value
