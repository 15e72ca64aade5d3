"""The steps of a run that was paused or that deletes."""

import pytest

from tests.support.stack_workflows import Fails, end_wait, execute

RUN = {"task_id": "photos", "run_id": "photos-20260101t000000z"}
HALFWAY = {"done": False, "position": {"shard_id": "0003", "sequence": 7}}
DONE = {"done": True, "position": {"shard_id": "", "sequence": 0}}
FAILED = {"state": "failed", "reason": "x"}


def start(**replies):
    chosen = {
        "run_control:open": {**RUN, "resumed": False},
        "run_control:plan": {"shards": [], "deletes": False},
        "finder:resend": DONE,
        "finder:delete": DONE,
        "run_control:seal": end_wait,
        "run_control:close": {"state": "succeeded", "reason": None},
    }
    return execute("run", RUN, chosen | {name.replace("__", ":"): reply for name, reply in replies.items()})


def resumed(**replies):
    return start(run_control__open={**RUN, "resumed": True}, **replies)


def deleting(**replies):
    return start(run_control__plan={"shards": [], "deletes": True}, **replies)


def test_a_run_that_was_never_paused_and_deletes_nothing_sends_no_recorded_jobs():
    execution = start()

    assert [call for call, _ in execution.calls if call.startswith("finder")] == []


def test_a_resumed_run_sends_its_open_jobs_again_before_it_plans():
    execution = resumed()

    assert execution.status == "SUCCEEDED"
    assert [call for call, _ in execution.calls] == [
        "run_control:open",
        "finder:resend",
        "run_control:plan",
        "run_control:seal",
        "run_control:close",
    ]


def test_deletes_are_sent_when_no_shard_is_left_and_before_the_wait():
    shard = {**RUN, "shard_id": "s1"}

    execution = start(
        run_control__plan=[{"shards": [shard], "deletes": False}, {"shards": [], "deletes": True}],
        finder={"shard_id": "s1", "exhausted": True},
    )

    assert [call for call, _ in execution.calls][2:] == [
        "finder",
        "run_control:plan",
        "finder:delete",
        "run_control:seal",
        "run_control:close",
    ]


@pytest.mark.parametrize(("begin", "action"), [(resumed, "resend"), (deleting, "delete")])
def test_sending_goes_on_where_a_call_ran_out_of_time(begin, action):
    execution = begin(**{f"finder__{action}": [HALFWAY, DONE]})

    assert execution.events(f"finder:{action}") == [
        {"action": action, **RUN},
        {"action": action, **RUN, "position": HALFWAY["position"]},
    ]
    assert execution.status == "SUCCEEDED"


@pytest.mark.parametrize(("begin", "action"), [(resumed, "resend"), (deleting, "delete")])
@pytest.mark.parametrize("error", ["TransientError", "States.Timeout", "Lambda.ServiceException", "KeyError"])
def test_sending_is_retried_from_the_same_position(begin, action, error):
    execution = begin(**{f"finder__{action}": [HALFWAY, Fails(error), DONE]})

    assert execution.events(f"finder:{action}")[2]["position"] == HALFWAY["position"]
    assert execution.status == "SUCCEEDED"


@pytest.mark.parametrize(("begin", "action"), [(resumed, "resend"), (deleting, "delete")])
def test_sending_that_cannot_go_on_closes_the_run_with_its_sentence(begin, action):
    execution = begin(
        **{f"finder__{action}": Fails("PermanentError", "a manifest is gone")}, run_control__close=FAILED
    )

    (closing,) = execution.events("run_control:close")
    assert closing == {
        "action": "close",
        **RUN,
        "error": {"Error": "PermanentError", "Cause": "a manifest is gone"},
    }
    assert execution.events("run_control:seal") == []


def test_a_shard_that_failed_lets_nothing_be_deleted():
    shards = [{**RUN, "shard_id": f"s{number}"} for number in range(2)]

    execution = start(
        run_control__plan=[{"shards": shards, "deletes": False}],
        finder=Fails("PermanentError", "may not list"),
        run_control__close=FAILED,
    )

    assert execution.events("finder:delete") == []


@pytest.mark.parametrize("state", ["paused", "stopped"])
def test_a_workflow_whose_run_was_taken_from_it_just_ends(state):
    execution = start(
        run_control__plan=Fails("PermanentError", f"The run is {state}."),
        run_control__close={"state": state, "reason": None},
    )

    assert (execution.status, execution.output) == ("SUCCEEDED", {"state": state, "reason": None})
