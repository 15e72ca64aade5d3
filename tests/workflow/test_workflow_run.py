from typing import Any

import pytest

from tests.support.stack_workflows import Event, Execution, Fails, Reply, end_wait, execute, fail_wait

RUN = {"task_id": "photos", "run_id": "photos-20260101t000000z"}
SHARD = {**RUN, "shard_id": "s1"}
RETRIED = [
    "TransientError",
    "ThrottledError",
    "DamagedContentError",
    "Lambda.TooManyRequestsException",
    "ClientError",
]
NOT_RETRIED = ["ConfigurationError", "PermanentError", "ObjectNotFoundError", "ListingOrderError"]


def scanned(event: Event) -> Event:
    return {"shard_id": event["shard_id"], "exhausted": True, "listed": 12}


def start(**replies: Any) -> Execution:
    chosen: dict[str, Reply | list[Reply]] = {
        "run_control:open": RUN,
        "run_control:plan": [{"shards": [SHARD]}, {"shards": []}],
        "finder": scanned,
        "run_control:seal": end_wait,
        "run_control:close": {"state": "succeeded", "reason": None},
    }
    return execute("run", RUN, chosen | {name.replace("__", ":"): reply for name, reply in replies.items()})


def test_a_run_opens_scans_waits_and_closes():
    execution = start()

    assert execution.status == "SUCCEEDED"
    assert [call for call, _ in execution.calls] == [
        "run_control:open",
        "run_control:plan",
        "finder",
        "run_control:plan",
        "run_control:seal",
        "run_control:close",
    ]
    assert execution.events("finder") == [SHARD]
    assert execution.events("run_control:close") == [{"action": "close", **RUN}]


def test_a_run_without_shards_is_sealed_at_once():
    execution = start(run_control__plan={"shards": []})

    assert execution.states == [
        "Open",
        "WasItPaused",
        "PlanShards",
        "AnyShards",
        "Seal",
        "Close",
        "HowItEnded",
        "RunEnded",
    ]


def test_shards_are_planned_again_until_none_is_left():
    shards = [{**RUN, "shard_id": f"s{number}"} for number in range(5)]

    execution = start(run_control__plan=[{"shards": shards}, {"shards": shards[:2]}, {"shards": []}])

    assert execution.status == "SUCCEEDED"
    assert len(execution.events("finder")) == 7
    assert {event["shard_id"] for event in execution.events("finder")} == {"s0", "s1", "s2", "s3", "s4"}
    assert all(event == {"action": "plan", **RUN} for event in execution.events("run_control:plan"))


def test_sealing_gets_a_token_and_only_that_ends_the_wait():
    execution = start()

    (event,) = execution.events("run_control:seal")
    assert event == {"action": "seal", **RUN, "task_token": event["task_token"]}
    assert event["task_token"]


def test_a_lost_end_of_the_wait_is_found_by_sealing_again():
    execution = start(run_control__seal=[{}, {}, end_wait])

    assert execution.status == "SUCCEEDED"
    assert len(execution.events("run_control:seal")) == 3


def test_a_wait_that_is_failed_closes_the_run_with_the_error():
    execution = start(
        run_control__seal=fail_wait, run_control__close={"state": "stopped", "reason": "by a user"}
    )

    assert execution.status == "SUCCEEDED"
    assert execution.events("run_control:close") == [
        {"action": "close", **RUN, "error": {"Error": "ConfigurationError", "Cause": "by a user"}}
    ]


@pytest.mark.parametrize("call", ["run_control__open", "run_control__plan", "run_control__seal"])
def test_an_error_of_any_step_closes_the_run_with_its_sentence(call):
    failed = {"state": "failed", "reason": "the secret has no access_key_id"}

    execution = start(
        **{call: Fails("ConfigurationError", "the secret has no access_key_id")}, run_control__close=failed
    )

    (closing,) = execution.events("run_control:close")
    assert closing["error"] == {"Error": "ConfigurationError", "Cause": "the secret has no access_key_id"}
    assert (execution.status, execution.error) == ("FAILED", "RunFailed")
    assert execution.cause == "the secret has no access_key_id"


def test_an_error_of_one_shard_lets_the_others_finish_and_closes_the_run_with_its_sentence():
    shards = [{**RUN, "shard_id": f"s{number}"} for number in range(3)]

    def finder(event: Event) -> Event | Fails:
        return Fails("PermanentError", "may not list") if event["shard_id"] == "s1" else scanned(event)

    execution = start(
        run_control__plan=[{"shards": shards}],
        finder=finder,
        run_control__close={"state": "failed", "reason": "x"},
    )

    assert len(execution.events("finder")) == 3
    (closing,) = execution.events("run_control:close")
    assert closing == {
        "action": "close",
        **RUN,
        "error": {"Error": "PermanentError", "Cause": "may not list"},
    }


def test_the_first_of_many_errors_of_shards_is_told():
    shards = [{**RUN, "shard_id": f"s{number}"} for number in range(40)]

    execution = start(
        run_control__plan=[{"shards": shards}],
        finder=lambda event: Fails("PermanentError", event["shard_id"] + "." * 5000),
        run_control__close={"state": "failed", "reason": None},
    )

    (closing,) = execution.events("run_control:close")
    assert closing["error"]["Cause"] == "s0" + "." * 78
    assert execution.cause == "The run record says why."


def test_a_scan_that_ends_in_no_foreseen_way_closes_the_run():
    def finder(_event: Event) -> Event:
        raise MemoryError

    execution = start(
        run_control__plan=[{"shards": [SHARD]}],
        finder=finder,
        run_control__close={"state": "failed", "reason": "x"},
    )

    (closing,) = execution.events("run_control:close")
    assert closing["error"]["Error"] == "States.ExceedToleratedFailureThreshold"


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        ('{"errorMessage": "say \\"please\\" \\u4f60", "errorType": "X"}', 'say "please" 你'),
        ('{"errorMessage":"compact","stackTrace":["' + "x" * 40_000, "compact"),
        ('{"errorMessage": "cut off', '{"errorMessage": "cut off'),
        ("plain words", "plain words"),
        ("", ""),
    ],
)
def test_the_sentence_is_found_in_any_cause(cause, sentence):
    def seal(event: Event) -> Event:
        return fail_wait(event, cause=cause)

    execution = start(run_control__seal=seal, run_control__close={"state": "failed", "reason": "x"})

    assert execution.events("run_control:close")[0]["error"]["Cause"] == sentence


@pytest.mark.parametrize("error", RETRIED)
@pytest.mark.parametrize(
    ("call", "good"),
    [
        ("run_control__open", RUN),
        ("run_control__plan", {"shards": []}),
        ("run_control__seal", end_wait),
        ("run_control__close", {"state": "succeeded", "reason": None}),
    ],
)
def test_errors_that_pass_are_retried(call, good, error):
    execution = start(**{call: [Fails(error), Fails(error), good]})

    assert execution.status == "SUCCEEDED"
    assert execution.pauses == 2


@pytest.mark.parametrize("error", [*RETRIED, "States.Timeout", "Sandbox.Timedout", "Lambda.ServiceException"])
def test_a_scan_is_retried_by_itself(error):
    execution = start(finder=[Fails(error), {"shard_id": "s1", "exhausted": True}])

    assert execution.status == "SUCCEEDED"
    assert len(execution.events("finder")) == 2
    assert len(execution.events("run_control:plan")) == 2


@pytest.mark.parametrize("error", NOT_RETRIED)
@pytest.mark.parametrize("call", ["run_control__open", "run_control__plan", "finder", "run_control__seal"])
def test_errors_that_stay_are_not_retried(call, error):
    failed = {"state": "failed", "reason": "x"}

    execution = start(**{call: [Fails(error)], "run_control__close": failed})

    assert execution.pauses == 0
    assert execution.events("run_control:close")[0]["error"]["Error"] == error


@pytest.mark.parametrize("call", ["run_control__open", "run_control__plan", "finder", "run_control__seal"])
def test_an_error_that_nobody_foresaw_and_that_stays_closes_the_run_after_some_attempts(call):
    execution = start(**{call: Fails("KeyError"), "run_control__close": {"state": "failed", "reason": "x"}})

    assert execution.pauses == 4
    assert execution.events("run_control:close")[0]["error"]["Error"] == "KeyError"


def test_a_run_that_ends_with_failed_objects_has_run():
    execution = start(run_control__close={"state": "completed_with_failures", "reason": "3 objects"})

    assert execution.status == "SUCCEEDED"
    assert execution.output == {"state": "completed_with_failures", "reason": "3 objects"}


def test_a_run_that_cannot_be_closed_says_so():
    execution = start(run_control__close=Fails("PermanentError", "no table"))

    assert (execution.status, execution.error) == ("FAILED", "NotClosed")
    assert "no table" in (execution.cause or "")


def test_an_error_without_a_sentence_is_told_by_name():
    execution = start(
        run_control__open=Fails("Lambda.Unknown", ""), run_control__close={"state": "failed", "reason": ""}
    )

    assert execution.events("run_control:close")[0]["error"] == {"Error": "Lambda.Unknown", "Cause": ""}
