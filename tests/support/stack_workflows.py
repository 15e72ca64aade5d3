"""Runs a workflow's real definition in ministack's Step Functions engine, with functions that are played."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml
from ministack.services import lambda_svc, stepfunctions

from local.deployment import ROOT
from local.emulator import repair

_ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
_RUN_CONTROL = {"RunControlFunctionArn": "run_control", "FinderFunctionArn": "finder"}
_MULTIPART = {
    f"Multipart{step}FunctionArn": f"multipart_{step.lower()}" for step in ("Plan", "Copy", "Finish")
}
_SETTINGS = {"Partition": "aws", "ScanConcurrency": "2", "RangeConcurrency": "2"}

type Event = dict[str, Any]


@dataclass(frozen=True)
class Fails:
    """A function's exception, or a failure of Lambda itself."""

    error: str
    message: str = "it went wrong"


type Reply = Event | Fails | Callable[[Event], Event | Fails]


@dataclass
class Execution:
    """What an execution did.

    Attributes:
        status: SUCCEEDED or FAILED.
        output: Its output, parsed.
        error: The error it failed with, or None.
        cause: The cause it failed with, or None.
        states: Names of the states it entered, in order, without those inside of a Map.
        calls: The functions it called, in order, with their events; named as in ``execute``.
        pauses: How often it waited before a retry.
    """

    status: str = ""
    output: Any = None
    error: str | None = None
    cause: str | None = None
    states: list[str] = field(default_factory=list)
    calls: list[tuple[str, Event]] = field(default_factory=list)
    pauses: int = 0

    def events(self, call: str) -> list[Event]:
        """The events that one function got, in order."""
        return [event for name, event in self.calls if name == call]


def definition(name: str) -> dict[str, Any]:
    """A workflow of ``statemachines/`` with its placeholders filled in."""
    text = Path(ROOT / "statemachines" / f"{name}.asl.yaml").read_text()
    for placeholder, value in _SETTINGS.items():
        text = text.replace(f"${{{placeholder}}}", value)
    for placeholder, function in (_RUN_CONTROL | _MULTIPART).items():
        text = text.replace(f"${{{placeholder}}}", _ARN + function)
    return cast("dict[str, Any]", yaml.safe_load(text))


def execute(name: str, workflow_input: Event, replies: Mapping[str, Sequence[Reply] | Reply]) -> Execution:
    """Run a workflow to its end.

    Args:
        name: File name in ``statemachines/`` without its suffixes.
        workflow_input: The input.
        replies: What each function answers, call by call, by its name or by name and action
            ("run_control:open"). A single reply answers all calls; an unexpected call fails the test.
    """
    execution = Execution()
    with _played(execution, replies):
        states = definition(name)
        for state in states["States"].values():
            if str(state.get("Resource", "")).endswith(".waitForTaskToken"):
                state["TimeoutSeconds"] = 0  # a callback that has not come by now never comes
        created = _body(stepfunctions._create_state_machine({"name": name, "definition": json.dumps(states)}))
        arn = created["stateMachineArn"]
        ended = _body(
            stepfunctions._start_sync_execution({"stateMachineArn": arn, "input": json.dumps(workflow_input)})
        )
        history = stepfunctions._executions[ended["executionArn"]]["events"]
    execution.status, execution.error, execution.cause = (
        ended["status"],
        ended.get("error"),
        ended.get("cause"),
    )
    execution.output = json.loads(ended["output"])
    entered = (event.get("stateEnteredEventDetails") for event in history)
    execution.states = [details["name"] for details in entered if details]
    return execution


def end_wait(event: Event) -> Event:
    """Answer a call that carries a task token by ending the wait at once."""
    stepfunctions._send_task_success({"taskToken": event["task_token"], "output": '{"jobs": 1}'})
    return {}


def fail_wait(event: Event, *, cause: str = "by a user") -> Event:
    """Answer a call that carries a task token by failing the wait."""
    stepfunctions._send_task_failure(
        {"taskToken": event["task_token"], "error": "ConfigurationError", "cause": cause}
    )
    return {}


def _body(response: tuple[int, Any, bytes]) -> dict[str, Any]:
    status, _, body = response
    assert status == 200, body
    return cast("dict[str, Any]", json.loads(body))


@contextmanager
def _played(execution: Execution, replies: Mapping[str, Sequence[Reply] | Reply]) -> Iterator[None]:
    repair()
    left = {
        name: list(reply) if isinstance(reply, list | tuple) else reply for name, reply in replies.items()
    }

    def answer(record: Any, event: Event) -> dict[str, Any]:
        name = record["name"] + (f":{event['action']}" if "action" in event else "")
        execution.calls.append((name, event))
        assert name in left, f"nobody expected a call of {name}"
        queue = left[name]
        reply = queue.pop(0) if isinstance(queue, list) else queue
        found = reply(event) if callable(reply) else reply
        if isinstance(found, Fails):
            return {"error": True, "body": {"errorMessage": found.message, "errorType": found.error}}
        return {"body": found}

    def find(reference: str) -> tuple[dict[str, Any], dict[str, Any], str]:
        name = reference.rpartition(":")[2]
        return {"name": name}, {"FunctionName": name}, name

    def pause(_seconds: float) -> None:
        execution.pauses += 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lambda_svc, "_get_func_record_for_ref", find)
        patch.setattr(lambda_svc, "_execute_function_with_config_scope", answer)
        patch.setattr(stepfunctions, "_scaled_sleep", pause)
        patch.setattr(stepfunctions, "time", SimpleNamespace(sleep=lambda _seconds: None))
        try:
            yield
        finally:
            stepfunctions.reset()
