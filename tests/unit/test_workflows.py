import json

import pytest
from botocore.exceptions import ClientError
from ferry.workflows import Workflows
from hypothesis import given

from tests.support.builders import RUN_ID
from tests.support.strategies import MAX_KEYS

JOB = {"task_id": "photos", "run_id": RUN_ID, "job_id": "0000.0.0", "key": "k", "etag": "E"}


class StepFunctions:
    """A Step Functions that notes its calls, and refuses them with a code if given one."""

    def __init__(self, refusal=None):
        self.refusal = refusal
        self.calls = []

    def __getattr__(self, operation):
        def call(**arguments):
            self.calls.append((operation, arguments))
            if self.refusal:
                raise ClientError({"Error": {"Code": self.refusal}}, operation)
            return {"executionArn": "arn:execution"}

        return call


def test_a_run_is_started_under_its_own_name():
    client = StepFunctions()

    arn = Workflows(client).start_run("arn:run", task_id="photos", run_id=RUN_ID, name=RUN_ID)

    assert arn == "arn:execution"
    ((operation, arguments),) = client.calls
    assert (operation, arguments["name"]) == ("start_execution", RUN_ID)
    assert json.loads(arguments["input"]) == {"task_id": "photos", "run_id": RUN_ID}


@given(MAX_KEYS)
def test_the_name_of_a_large_objects_workflow_is_one_that_step_functions_takes(key):
    client = StepFunctions()
    run_id = "t" * 40 + "-20260131t120000z"

    Workflows(client).start_large_object("arn:large", {**JOB, "run_id": run_id, "key": key})

    name = client.calls[0][1]["name"]
    assert len(name) <= 80
    assert name.replace("-", "").isalnum()


@pytest.mark.parametrize("field", ["run_id", "job_id", "key", "etag"])
def test_another_version_run_or_object_has_a_workflow_of_its_own(field):
    client = StepFunctions()
    workflows = Workflows(client)

    for job in (JOB, JOB, {**JOB, field: JOB[field] + "2"}):
        workflows.start_large_object("arn:large", job)

    first, again, other = (arguments["name"] for _, arguments in client.calls)
    assert first == again != other


def test_starting_the_same_large_object_again_changes_nothing():
    Workflows(StepFunctions("ExecutionAlreadyExists")).start_large_object("arn:large", JOB)


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_waking_a_workflow_that_no_longer_waits_is_harmless(code):
    workflows = Workflows(StepFunctions(code))

    workflows.wake("token", 3)
    workflows.wake_failed("token", "reason")


@pytest.mark.parametrize(
    "call",
    [
        lambda workflows: workflows.start_large_object("arn:large", JOB),
        lambda workflows: workflows.wake("token", 3),
        lambda workflows: workflows.wake_failed("token", "reason"),
    ],
)
def test_any_other_refusal_is_raised(call):
    with pytest.raises(ClientError):
        call(Workflows(StepFunctions("AccessDeniedException")))


def test_a_woken_workflow_learns_how_many_jobs_there_were():
    client = StepFunctions()

    Workflows(client).wake("token", 3)

    assert client.calls == [("send_task_success", {"taskToken": "token", "output": '{"jobs": 3}'})]


def test_the_reason_that_fails_a_workflow_fits_its_limit():
    client = StepFunctions()

    Workflows(client).wake_failed("token", "r" * 40_000)

    arguments = client.calls[0][1]
    assert (arguments["error"], len(arguments["cause"])) == ("ConfigurationError", 32_000)
