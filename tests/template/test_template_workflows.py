import re

import pytest

from local.deployment import ROOT
from tests.support.stack_template import Node, properties, resources, states, workflow

NAMES = sorted(path.name.removesuffix(".asl.yaml") for path in (ROOT / "statemachines").glob("*.asl.yaml"))
MACHINES = {
    properties(name)["DefinitionUri"]: properties(name) for name in resources("AWS::Serverless::StateMachine")
}
TASKS = [
    pytest.param(name, state, id=f"{name}-{label}")
    for name in NAMES
    for label, state in states(workflow(name))
    if state["Type"] == "Task"
]
TRANSIENT = {"TransientError", "ThrottledError", "DamagedContentError", "Lambda.TooManyRequestsException"}
NEVER_RETRIED = {
    "ConfigurationError",
    "PermanentError",
    "ObjectNotFoundError",
    "SourceChangedError",
    "ConflictError",
    "States.ALL",
    "States.TaskFailed",
}


def machine(name: str) -> Node:
    """The resource that deploys a workflow."""
    return MACHINES[f"statemachines/{name}.asl.yaml"]


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_ends_after_its_function_would_have(name, task):
    placeholder = task["Arguments"]["FunctionName"].strip("${}")
    function = properties(machine(name)["DefinitionSubstitutions"][placeholder]["Fn::GetAtt"][0])

    assert function["Timeout"] < task["TimeoutSeconds"] <= 930


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_retries_each_class_of_error_with_jitter(name, task):
    retried = [error for retrier in task["Retry"] for error in retrier["ErrorEquals"]]

    assert len(retried) == len(set(retried))
    assert set(retried) >= TRANSIENT | {"States.Timeout", "Lambda.ServiceException", "Lambda.Unknown"}
    assert not set(retried) & NEVER_RETRIED
    for retrier in task["Retry"]:
        assert retrier["JitterStrategy"] == "FULL"
        assert retrier["MaxAttempts"] >= 1
        assert retrier["BackoffRate"] == 1 or retrier["MaxDelaySeconds"] <= 120


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_catches_what_is_left(name, task):
    assert task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", NAMES)
def test_a_map_catches_what_is_left_and_tolerates_nothing(name):
    maps = [state for _, state in states(workflow(name)) if state["Type"] == "Map"]

    assert maps
    for state in maps:
        assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
        assert state["ToleratedFailurePercentage"] == 0
        assert state["ItemProcessor"]["ProcessorConfig"] == {
            "Mode": "DISTRIBUTED",
            "ExecutionType": "STANDARD",
        }


@pytest.mark.parametrize("name", NAMES)
def test_every_state_is_reached_and_every_transition_arrives(name):
    for level in [
        workflow(name),
        *(s["ItemProcessor"] for _, s in states(workflow(name)) if s["Type"] == "Map"),
    ]:
        reached = {level["StartAt"]}
        for state in level["States"].values():
            branches = [state, *state.get("Choices", []), *state.get("Catch", [])]
            reached |= {branch[key] for branch in branches for key in ("Next", "Default") if key in branch}

        assert reached == level["States"].keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_template_fills_in_exactly_the_placeholders(name):
    text = (ROOT / "statemachines" / f"{name}.asl.yaml").read_text()

    assert set(re.findall(r"\$\{(\w+)\}", text)) == machine(name)["DefinitionSubstitutions"].keys()
    assert "arn:aws" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_is_standard_and_logs_errors_without_contents(name):
    assert machine(name)["Type"] == "STANDARD"
    assert machine(name)["Logging"]["Level"] == "ERROR"
    assert machine(name)["Logging"]["IncludeExecutionData"] is False
