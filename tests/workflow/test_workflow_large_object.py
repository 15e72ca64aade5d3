import json
from typing import Any

import pytest

from tests.support.stack_workflows import Event, Execution, Fails, Reply, execute

JOB = {
    "task_id": "photos",
    "run_id": "photos-20260101t000000z",
    "job_id": "j1",
    "key": "a b/c.bin",
    "replica_etag": None,
    "attempt": 1,
}
PINNED = {"upload_id": "u1", "etag": "E1", "size": 300, "part_size": 100, "decision": "copy"}
RANGES = [{"first": 1, "last": 2}, {"first": 3, "last": 3}]
RETRIED = [
    "TransientError",
    "ThrottledError",
    "DamagedContentError",
    "Lambda.ServiceException",
    "ClientError",
]
NOT_RETRIED = ["ConfigurationError", "PermanentError", "ObjectNotFoundError", "InvalidKeyError"]


def plan(event: Event) -> Event:
    return {**event, **PINNED, "ranges": RANGES}


def copied(event: Event) -> Event:
    return {"first": event["first"], "last": event["last"], "crc64": "7", "size": 100, "problem": None}


def next_attempt(event: Event) -> Event:
    return {name: event[name] for name in JOB} | {"attempt": event["attempt"] + 1}


def start(**replies: Any) -> Execution:
    chosen: dict[str, Reply | list[Reply]] = {
        "multipart_plan": plan,
        "multipart_copy": copied,
        "multipart_finish:complete": {"state": "copied"},
        "multipart_finish:abort": next_attempt,
        "multipart_finish:fail": {},
    }
    chosen |= {name.replace("__", ":"): reply for name, reply in replies.items()}
    return execute("large_object", JOB, chosen)


def test_an_object_is_planned_copied_and_completed():
    execution = start()

    assert (execution.status, execution.output) == ("SUCCEEDED", {"state": "copied"})
    assert execution.events("multipart_plan") == [JOB]
    copies = sorted(execution.events("multipart_copy"), key=lambda event: event["first"])
    assert copies == [{**JOB, **PINNED, **part_range} for part_range in RANGES]
    (completion,) = execution.events("multipart_finish:complete")
    results = [copied(part_range) for part_range in RANGES]
    assert completion == {**JOB, **PINNED, "action": "complete", "results": results}


def test_a_single_range_stays_a_list():
    execution = start(multipart_plan=lambda event: {**event, **PINNED, "ranges": RANGES[:1]})

    (completion,) = execution.events("multipart_finish:complete")
    assert completion["results"] == [copied(RANGES[0])]


def test_nothing_is_copied_when_the_plan_says_so():
    execution = start(multipart_plan={**JOB, "decision": "done"})

    assert execution.states == ["Plan", "AnythingToCopy", "Done"]


def test_an_object_that_is_current_meanwhile_is_fine():
    execution = start(multipart_finish__complete={"state": "current"})

    assert (execution.status, execution.output) == ("SUCCEEDED", {"state": "current"})


@pytest.mark.parametrize("error", ["SourceChangedError", "ConflictError"])
def test_an_object_that_changes_is_aborted_and_planned_again(error):
    execution = start(multipart_finish__complete=[Fails(error), {"state": "copied"}])

    assert execution.status == "SUCCEEDED"
    assert execution.pauses == 0
    assert execution.events("multipart_finish:abort") == [{**JOB, **PINNED, "action": "abort"}]
    assert execution.events("multipart_plan") == [JOB, {**JOB, "attempt": 2}]


def test_an_object_that_keeps_changing_is_given_up_after_three_attempts():
    execution = start(multipart_finish__complete=Fails("SourceChangedError", "it changed again"))

    assert [event["attempt"] for event in execution.events("multipart_plan")] == [1, 2, 3]
    assert len(execution.events("multipart_finish:abort")) == 3
    failure = {"Error": "SourceChangedError", "Cause": "it changed again"}
    assert execution.events("multipart_finish:fail") == [
        {**JOB, "attempt": 4, "action": "fail", "error": failure}
    ]
    assert (execution.status, execution.error, execution.cause) == ("FAILED", *failure.values())


def test_a_range_that_reports_a_problem_is_judged_at_the_end():
    problem = {"error": "SourceChangedError", "reason": "412", "message": "the etag changed"}

    execution = start(multipart_copy=lambda event: {**copied(event), "crc64": None, "problem": problem})

    (completion,) = execution.events("multipart_finish:complete")
    assert [result["problem"] for result in completion["results"]] == [problem, problem]


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("PermanentError", "PermanentError"),
        ("SourceChangedError", "SourceChangedError"),
        ("ConfigurationError", "ConfigurationError"),
        ("States.DataLimitExceeded", "PermanentError"),
    ],
)
def test_a_range_that_fails_reports_its_error_as_a_problem(error, problem):
    def copy(event: Event) -> Event | Fails:
        return Fails(error, "no luck") if event["first"] == 3 else copied(event)

    execution = start(multipart_copy=copy)

    (completion,) = execution.events("multipart_finish:complete")
    assert completion["results"][0] == copied(RANGES[0])
    assert completion["results"][1] == {
        "first": 3,
        "last": 3,
        "problem": {"error": problem, "reason": error, "message": "no luck"},
    }


@pytest.mark.parametrize(
    ("letter", "count", "message"),
    [
        ("m", 2, "m" * 350),
        ("中", 2, "中" * 350),
        ("m", 101, "m" * 80),
        ("中", 101, "?" * 80),
        ("\x01", 101, "?" * 80),
        ("\\", 101, "?" * 80),
        ("中 m", 101, ("? m" * 27)[:80]),
    ],
)
@pytest.mark.parametrize("raised", [True, False])
def test_the_messages_of_all_ranges_fit_into_one_state(raised, letter, count, message):
    said = (letter * 1000)[:1000]
    problem = {"error": "ConfigurationError", "reason": "AccessDenied", "message": said}
    ranges = [{"first": number, "last": number} for number in range(1, count + 1)]

    execution = start(
        multipart_plan=lambda event: {**event, **PINNED, "ranges": ranges},
        multipart_copy=Fails("ConfigurationError", said) if raised else {"problem": problem},
    )

    (completion,) = execution.events("multipart_finish:complete")
    assert len(completion["results"]) == count
    for result in completion["results"]:
        assert result["problem"]["error"] == "ConfigurationError"
        assert result["problem"]["message"] == message
    if count > 100:
        assert len(json.dumps(completion["results"])) / count < 220


@pytest.mark.parametrize("call", ["multipart_plan", "multipart_finish__complete"])
def test_an_error_that_nobody_foresaw_and_that_stays_fails_the_object_after_some_attempts(call):
    execution = start(**{call: Fails("KeyError", "what?")})

    assert execution.events("multipart_finish:fail")[0]["error"] == {"Error": "KeyError", "Cause": "what?"}
    assert execution.pauses == 4


@pytest.mark.parametrize("error", NOT_RETRIED)
@pytest.mark.parametrize("call", ["multipart_plan", "multipart_finish__complete"])
def test_any_other_error_fails_the_object_at_once(call, error):
    execution = start(**{call: [Fails(error, "it cannot be")]})

    (failing,) = execution.events("multipart_finish:fail")
    assert failing["error"] == {"Error": error, "Cause": "it cannot be"}
    assert failing["job_id"] == "j1"
    assert ("upload_id" in failing) == (call != "multipart_plan")
    assert (execution.status, execution.error, execution.cause) == ("FAILED", error, "it cannot be")
    assert execution.pauses == 0


def test_an_abort_that_fails_fails_the_object_with_its_upload():
    execution = start(
        multipart_finish__complete=[Fails("ConflictError")],
        multipart_finish__abort=Fails("PermanentError", "no"),
    )

    (failing,) = execution.events("multipart_finish:fail")
    assert failing["upload_id"] == "u1"
    assert failing["error"] == {"Error": "PermanentError", "Cause": "no"}


def test_an_object_that_cannot_be_failed_fails_the_execution_for_dead_letters():
    execution = start(
        multipart_plan=[Fails("PermanentError")],
        multipart_finish__fail=Fails("ConfigurationError", "no table"),
    )

    assert (execution.status, execution.error) == ("FAILED", "ConfigurationError")


@pytest.mark.parametrize("error", RETRIED)
@pytest.mark.parametrize(
    ("call", "good"),
    [
        ("multipart_plan", plan),
        ("multipart_finish__complete", {"state": "copied"}),
    ],
)
def test_errors_that_pass_are_retried(call, good, error):
    execution = start(**{call: [Fails(error), Fails(error), good]})

    assert execution.status == "SUCCEEDED"
    assert execution.pauses == 2


@pytest.mark.parametrize("error", [*RETRIED, "States.Timeout", "Sandbox.Timedout"])
def test_a_range_is_retried_by_itself(error):
    failures = {3: [Fails(error)]}

    def copy(event: Event) -> Event | Fails:
        return failures[3].pop() if event["first"] == 3 and failures[3] else copied(event)

    execution = start(multipart_copy=copy)

    assert execution.status == "SUCCEEDED"
    assert sorted(event["first"] for event in execution.events("multipart_copy")) == [1, 3, 3]


@pytest.mark.parametrize("error", RETRIED)
def test_aborting_and_failing_are_retried_too(error):
    execution = start(
        multipart_finish__complete=Fails("SourceChangedError"),
        multipart_finish__abort=[Fails(error), next_attempt, next_attempt, next_attempt],
        multipart_finish__fail=[Fails(error), {}],
    )

    assert (execution.status, execution.error) == ("FAILED", "SourceChangedError")
    assert execution.pauses == 2


def test_a_range_that_ends_in_no_foreseen_way_fails_the_object():
    def copy(_event: Event) -> Event:
        raise MemoryError

    execution = start(multipart_copy=copy)

    (failing,) = execution.events("multipart_finish:fail")
    assert failing["upload_id"] == "u1"
    assert failing["error"]["Error"] == "States.ExceedToleratedFailureThreshold"
    assert execution.status == "FAILED"


def test_a_range_that_the_limits_leave_no_room_for_waits_and_goes_on_where_it_was():
    some = {"first": 1, "last": 1, "crc64": "7", "size": 100}
    replies = [
        {"wait_seconds": 200},
        {"copied": some, "wait_seconds": 150},
        {"copied": {**some, "last": 2, "size": 200}},
    ]

    execution = start(
        multipart_plan=lambda event: {**event, **PINNED, "ranges": RANGES[:1]}, multipart_copy=replies
    )

    assert (execution.status, execution.output) == ("SUCCEEDED", {"state": "copied"})
    assert [event.get("copied") for event in execution.events("multipart_copy")] == [None, None, some]
    (completion,) = execution.events("multipart_finish:complete")
    assert completion["results"] == [replies[-1]]
