import importlib
import pkgutil
import re

import ferry
import pytest
from ferry.errors import FerryError, LimitReachedError, RequestError, TransientError

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


def machine(name: str) -> Node:
    """The resource that deploys a workflow."""
    return MACHINES[f"statemachines/{name}.asl.yaml"]


def errors_that_stay() -> set[str]:
    """The errors of the library that trying again cannot help."""
    found: set[str] = set()
    left = [FerryError]
    for module in pkgutil.walk_packages(ferry.__path__, "ferry."):
        importlib.import_module(module.name)
    while left:
        # Requests of people are no concern of workflows, and a limit reached makes them wait, not fail.
        others = (TransientError, RequestError, LimitReachedError)
        kinds = [kind for kind in left.pop().__subclasses__() if not issubclass(kind, others)]
        # What notifications come to is no concern of workflows.
        found |= {
            kind.__name__
            for kind in kinds
            if kind.__module__.startswith("ferry.") and not kind.__module__.startswith("ferry.events.")
        }
        left += kinds
    return found


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_ends_after_its_function_would_have(name, task):
    placeholder = task["Arguments"]["FunctionName"].strip("${}")
    function = properties(machine(name)["DefinitionSubstitutions"][placeholder]["Fn::GetAtt"][0])

    assert function["Timeout"] < task["TimeoutSeconds"] <= 930


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_retries_each_class_of_error_with_jitter(name, task):
    retriers = task["Retry"][1:]
    retried = [error for retrier in retriers for error in retrier["ErrorEquals"]]

    assert len(retried) == len(set(retried))
    assert set(retried) >= TRANSIENT | {"States.Timeout", "Lambda.ServiceException", "Lambda.Unknown"}
    for retrier in retriers:
        assert retrier["JitterStrategy"] == "FULL"
        assert retrier["MaxAttempts"] >= 1
        assert retrier["BackoffRate"] == 1 or retrier["MaxDelaySeconds"] <= 120


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_never_repeats_what_ferry_says_will_stay(name, task):
    assert task["Retry"][0] == {"ErrorEquals": task["Retry"][0]["ErrorEquals"], "MaxAttempts": 0}
    assert set(task["Retry"][0]["ErrorEquals"]) == errors_that_stay()


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_a_task_retries_at_last_what_nobody_foresaw(name, task):
    everything = [error for retrier in task["Retry"] for error in retrier["ErrorEquals"]]

    assert task["Retry"][-1]["ErrorEquals"] == ["States.TaskFailed"]
    assert everything.count("States.TaskFailed") == 1
    assert "States.ALL" not in everything


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
