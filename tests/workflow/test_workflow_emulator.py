import json
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import lambda_svc, s3, scheduler, stepfunctions
from ministack.services.cloudformation import provisioners

from local.emulator import error_type, leading_keys, repair
from tests.support.stack_workflows import Event, Fails, end_wait, execute

TRACE = """some output
Traceback (most recent call last):
  File "/code/app.py", line 7, in lambda_handler
    raise SourceChangedError("changed: twice")
ferry.errors.SourceChangedError: changed: twice"""

repair()


@pytest.mark.parametrize(
    ("message", "log", "name"),
    [
        ("changed: twice", TRACE, "SourceChangedError"),
        ("'key'", "KeyError: 'key'", "KeyError"),
        ("", "Traceback\nferry.errors.TransientError", "TransientError"),
        ("two\nlines", "ferry.errors.PermanentError: two\nlines", "PermanentError"),
        ("out of memory", "Killed", None),
        ("changed", "", None),
    ],
)
def test_the_name_of_an_error_is_read_from_its_traceback(message, log, name):
    assert error_type(message, log) == name


def test_a_function_that_raises_is_reported_by_the_name_of_its_error(monkeypatch):
    failed = {"status": "error", "error": "changed: twice", "trace": TRACE}

    class Worker:
        def invoke(self, *_args: Any, **_options: Any) -> Event:
            return failed

    monkeypatch.setattr(lambda_svc, "acquire_worker", lambda *_args, **_options: (Worker(), "reused"))
    monkeypatch.setattr(lambda_svc, "release_worker", lambda _worker: None)

    result = lambda_svc._execute_function_warm(
        {"config": {"FunctionName": "f", "FunctionArn": "arn"}, "code_zip": b"x"}, {}, "request"
    )

    assert result["body"] == {"errorMessage": "changed: twice", "errorType": "SourceChangedError"}


def test_a_definition_in_yaml_becomes_json():
    text = provisioners._sfn_definition(
        {"DefinitionString": "StartAt: ${First}", "DefinitionSubstitutions": {"First": "A"}}
    )

    assert json.loads(text) == {"StartAt": "A"}


def test_a_token_counts_as_its_state_machine_while_it_is_waited_for():
    run = {"task_id": "t", "run_id": "r"}
    asked: list[str] = []

    def seal(event: Event) -> Event:
        body = json.dumps({"taskToken": event["task_token"]}).encode()
        asked.append(iam_actions.extract_resource_arn("states", "POST", "/", {}, body, {}, "", ""))
        return end_wait(event)

    execute(
        "run",
        run,
        {
            "run_control:open": run,
            "run_control:plan": {"shards": []},
            "run_control:seal": seal,
            "run_control:close": {"state": "succeeded", "reason": None},
        },
    )

    assert asked == ["arn:aws:states:us-east-1:000000000000:stateMachine:run"]
    late = iam_actions.extract_resource_arn("states", "POST", "/", {}, b'{"taskToken": "late"}', {}, "", "")
    assert late == "*"


def test_a_function_that_fails_before_its_callback_fails_the_wait():
    run = {"task_id": "t", "run_id": "r"}

    execution = execute(
        "run",
        run,
        {
            "run_control:open": run,
            "run_control:plan": {"shards": []},
            "run_control:seal": [Fails("PermanentError", "no such run")],
            "run_control:close": {"state": "failed", "reason": "no such run"},
        },
    )

    assert execution.cause == "no such run"
    assert stepfunctions._task_tokens.get("any") is None


def test_a_parameter_may_set_the_concurrency_of_an_event_source():
    mapping = {"ScalingConfig": {"MaximumConcurrency": "7"}}

    assert lambda_svc._sqs_esm_concurrency(mapping, {}, {}, {}) == 7


def test_loopback_counts_as_tls():
    app.pin_request_origin("127.0.0.1", False)

    assert iam_evaluator._request_origin.get() == ("127.0.0.1", True)


def test_functions_run_without_the_packages_of_this_environment():
    binary, _ = lambda_runtime._detect_runtime_binary("python3.13")

    assert not Path(binary).parent.with_name("pyvenv.cfg").exists()


def test_tags_are_those_of_the_last_write():
    s3._create_bucket("tagged", b"", {})

    s3._put_object("tagged", "key", b"one", {"x-amz-tagging": "team=ferry&empty="})
    assert s3._object_tags["tagged", "key", None] == {"team": "ferry", "empty": ""}
    s3._put_object("tagged", "key", b"two", {})
    assert ("tagged", "key", None) not in s3._object_tags


def test_a_multipart_upload_hands_its_tags_to_the_object():
    s3._create_bucket("tagged", b"", {})
    begun = s3._create_multipart_upload("tagged", "large", {"x-amz-tagging": "team=ferry"})
    query = {"uploadId": re.search(r"<UploadId>(.+)</UploadId>", begun[2].decode())[1], "partNumber": "1"}
    part = s3._upload_part("tagged", "large", b"content", query, {})
    listed = f"<C><Part><PartNumber>1</PartNumber><ETag>{part[1]['ETag']}</ETag></Part></C>"

    s3._complete_multipart_upload("tagged", "large", listed.encode(), query, {})

    assert s3._object_tags["tagged", "large", None] == {"team": "ferry"}


def test_an_upload_is_listed_with_who_began_it():
    arn = "arn:aws:sts::000000000000:assumed-role/planner/plan"
    s3._create_bucket("begun", b"", {})
    reset = iam_evaluator._request_caller_arn.set(arn)

    s3._create_multipart_upload("begun", "large", {})
    iam_evaluator._request_caller_arn.reset(reset)
    s3._create_multipart_upload("begun", "large", {})

    listed = s3._list_multipart_uploads("begun", {"prefix": ["large"]})[2].decode()
    found = re.findall(r"<Initiator><ID>([^<]*)</ID>", listed)
    assert sorted(found) == ["arn:aws:iam::000000000000:root", arn]


def test_functions_share_an_unpacked_layer(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as archive:
        archive.writestr("python/module.py", "NAME = 1")
    folders = [tmp_path / name / "layer_0" for name in ("one", "two")]

    for folder in folders:
        folder.mkdir(parents=True)
        with lambda_runtime.zipfile.ZipFile(tmp_path / "layer.zip") as archive:
            archive.extractall(str(folder))

    assert folders[0].resolve() == folders[1].resolve()
    assert all((folder / "python" / "module.py").read_text() == "NAME = 1" for folder in folders)


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"Key": {"pk": {"S": "LEASE#a"}, "sk": {"S": "-"}}}, ["LEASE#a"]),
        ({"Item": {"pk": {"S": "SEEN#a"}, "sk": {"S": "-"}}}, ["SEEN#a"]),
        (
            {
                "KeyConditionExpression": "#n0 = :v0",
                "ExpressionAttributeNames": {"#n0": "pk"},
                "ExpressionAttributeValues": {":v0": {"S": "TASKS"}},
            },
            ["TASKS"],
        ),
        ({"TableName": "t"}, []),
    ],
)
def test_policies_see_which_partitions_a_request_names(request_, keys):
    assert leading_keys(request_) == keys


def schedule(expression, zone="UTC"):
    return {
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": zone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:lambda:us-east-1:1:function:f", "RoleArn": "arn:aws:iam::1:role/r"},
    }


def test_a_schedule_for_once_is_read_in_its_time_zone_and_may_follow_another():
    name = "photos-at"
    try:
        scheduler._create_schedule(name, schedule("rate(1 minute)"))
        place = (scheduler.get_account_id(), scheduler.get_region(), f"default/{name}")
        scheduler._schedule_last_fired[place] = 1.0

        scheduler._update_schedule(name, schedule("at(2026-12-24T03:00:00)", "Asia/Shanghai"))

        kept = scheduler._schedules.get(f"default/{name}")
        moment = datetime(2026, 12, 23, 19, tzinfo=UTC)
        assert scheduler._at_time_epoch(kept["ScheduleExpression"]) == moment.timestamp()
        assert scheduler._at_time_epoch("at(2026-12-23T19:00:00)") == moment.timestamp()
        assert scheduler._at_time_epoch("rate(1 minute)") is None
        assert place not in scheduler._schedule_last_fired
        assert json.loads(json.dumps(kept))["ScheduleExpression"] == "at(2026-12-24T03:00:00)"
    finally:
        scheduler._delete_schedule(name, {})
