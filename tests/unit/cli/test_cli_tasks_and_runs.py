"""``ferry task`` and ``ferry run`` on a table and a state machine that do nothing by themselves."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ferry.tasks.ledger import Ledger
from ferry.tasks.models import Counts, Failure, Found, Run, RunState, Shard
from ferry.tasks.store import TaskStore

from cli.app import main
from local.servers import OssAccess
from local.stack import LocalStack, _remember
from tests.support.aws import client_to, new_table, running_moto, unique_name

DEFINITION = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
CREATE = ("task", "create", "photos", "--source", "oss://photos/in", "--destination", "s3://replica/out")


@dataclass
class Deployed:
    """A stack, seen from below and through the command line."""

    tasks: TaskStore
    ledger: Ledger
    machine: str
    folder: Path
    run: Callable[..., tuple[int, str, str]]

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with ``--json`` that ends with this code."""
        ended, out, err = self.run(*arguments, "--json")
        assert ended == code, err
        return json.loads(out)


@pytest.fixture(scope="module")
def moto():
    with running_moto() as access:
        yield access


@pytest.fixture
def deployed(moto, tmp_path, monkeypatch, capsys):
    before = dict(os.environ)
    monkeypatch.setenv("FERRY_LOCAL", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        written = capsys.readouterr()
        return end.value.code, written.out, written.err

    with (
        new_table(moto) as table,
        client_to(moto, "stepfunctions") as workflows,
        client_to(moto, "sqs") as sqs,
    ):
        role = "arn:aws:iam::123456789012:role/runs"
        machine = workflows.create_state_machine(name=unique_name("run"), definition=DEFINITION, roleArn=role)
        outputs = {
            "TableName": table.name,
            "EventQueueUrl": sqs.create_queue(QueueName=unique_name("events"))["QueueUrl"],
            "RunStateMachineArn": machine["stateMachineArn"],
            "ScheduleGroupName": "default",
            "RunControlFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:run-control",
            "SchedulerRoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "BrokenOffQueueArn": "arn:aws:sqs:us-east-1:123456789012:broken-off",
            "RunBucketName": unique_name("runs"),
            "TaskTopicPrefix": f"arn:aws:sns:us-east-1:123456789012:{unique_name('ferry')}-task-",
        }
        oss = OssAccess("http://127.0.0.1:9", "cn-hangzhou", "id", "secret")
        _remember(LocalStack(tmp_path, moto, oss, {}, "replica", "arn:of:the:secret", outputs))
        yield Deployed(TaskStore(table), Ledger(table), outputs["RunStateMachineArn"], tmp_path, run)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def run_id(deployed: Deployed) -> str:
    deployed.json(*CREATE)
    return str(deployed.json("run", "start", "photos")["run_id"])


def test_a_task_keeps_how_its_replicas_are_written(deployed: Deployed):
    chosen = deployed.json(
        *CREATE,
        *("--storage-class-map", "IA=STANDARD_IA,Archive=GLACIER_IR", "--encryption", "sse-kms"),
        *("--kms-key", "alias/replicas", "--acl", "source", "--metadata-policy", "drop"),
        *("--oss-request-payer", "--s3-request-payer"),
    )
    _, shown, _ = deployed.run("task", "show", "photos")

    destination = chosen["destination"]
    assert destination["storage_class_map"]["archive"] == "GLACIER_IR"
    assert (destination["encryption"], destination["kms_key"]) == ("sse-kms", "alias/replicas")
    assert (destination["acl"], destination["metadata_policy"]) == ("source", "drop")
    assert (chosen["source"]["request_payer"], destination["request_payer"]) == (True, True)
    for words in (
        "STANDARD, IA=STANDARD_IA, Archive=GLACIER_IR",
        "sse-kms alias/replicas",
        "source",
        "drop",
        "OSS and S3",
    ):
        assert words in shown


def test_a_task_says_what_it_is_for(deployed: Deployed):
    created = deployed.json(*CREATE, "--description", "The album: 母亲")
    _, shown, _ = deployed.run("task", "show", "photos")

    assert created["description"] == "The album: 母亲"
    assert "The album: 母亲" in shown


def test_a_task_keeps_its_prefixes_in_order(deployed: Deployed):
    created = deployed.json(*CREATE, "--prefix", "in/b", "--prefix", "in/a/", "--prefix", "in/a/b")
    _, shown, _ = deployed.run("task", "show", "photos")
    code, _, err = deployed.run(*CREATE, "--prefix", "out/")

    assert created["source"]["prefixes"] == ["in/a/", "in/b"]
    assert "Only under" in shown
    assert code == 2
    assert "must each begin with the source prefix 'in/'" in " ".join(err.replace("│", " ").split())


def test_a_task_keeps_its_filters(deployed: Deployed):
    created = deployed.json(
        *CREATE,
        *("--include", "*.jpg", "--include", "re:^母", "--exclude", "tmp/", "--min-size", "1KiB"),
        *("--newer-than", "2026-01-31", "--older-than", "2026-02-28T20:00:00+08:00"),
        *("--storage-class-filter", "IA", "--storage-class-filter", "Standard"),
    )
    _, shown, _ = deployed.run("task", "show", "photos")

    assert created["filters"] == {
        "include": ["*.jpg", "re:^母"],
        "exclude": ["tmp/"],
        "min_size": 1024,
        "max_size": None,
        "modified_after": "2026-01-31T00:00:00Z",
        "modified_before": "2026-02-28T12:00:00Z",
        "storage_classes": ["Standard", "IA"],
    }
    for words in ("re:^母", "tmp/", "1,024 bytes", "2026-02-28 12:00:00 UTC", "Standard, IA"):
        assert words in shown


def test_a_task_says_what_becomes_of_archived_objects(deployed: Deployed):
    created = deployed.json(*CREATE, "--archived", "restore")
    _, shown, _ = deployed.run("task", "show", "photos")

    assert created["archived"] == "restore"
    assert "restored, then copied by a later run" in shown


def test_a_task_without_filters_has_none(deployed: Deployed):
    assert deployed.json(*CREATE)["filters"] is None


def finish(deployed: Deployed, run_id: str, state: RunState, **counts: int) -> None:
    """Let a run find 10 objects, 7 of them to copy, and end."""
    found = Found(objects=10, size=1000, current=3, planned_objects=7, planned_size=700, jobs=1)
    deployed.ledger.put_shards(run_id, [Shard(shard_id="0000", exhausted=True, found=found)])
    failures = [
        Failure(key=f"key {number}", reason="Archived", message="It is archived.")
        for number in range(counts.get("failed", 0))
    ]
    deployed.ledger.close_job(run_id, "0000.0.0", Counts(**counts), failures, datetime.now(UTC))
    deployed.tasks.end_run(run_id, state, datetime.now(UTC))


def test_a_task_is_created_listed_shown_and_deleted(deployed: Deployed):
    created = deployed.json(*CREATE, "--compare", "checksum", "--storage-class", "GLACIER_IR")
    listed = deployed.json("task", "list")
    shown = deployed.json("task", "show", "photos")
    _, table, _ = deployed.run("task", "list")
    _, facts, _ = deployed.run("task", "show", "photos")
    deleted = deployed.json("task", "delete", "photos")

    assert created == listed[0] == shown
    assert created["source"]["prefix"] == "in/"
    assert (created["source"]["region"], created["source"]["secret"]) == ("cn-hangzhou", "arn:of:the:secret")
    assert created["destination"]["storage_class"] == "GLACIER_IR"
    assert "oss://photos/in/" in table
    assert "s3://replica/out/" in facts
    assert deleted == {"deleted": "photos"}
    assert deployed.json("task", "list") == []


def test_a_name_is_taken_once(deployed: Deployed):
    deployed.json(*CREATE)

    code, _, err = deployed.run(*CREATE)

    assert code == 2
    assert err == "ferry: There is a task 'photos' already; choose another name or delete it first.\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--oss-region", "oss_hangzhou"], "--oss-region must be an OSS region such as cn-hangzhou"),
        (["--oss-endpoint", "oss-cn-hangzhou"], "--oss-endpoint must be a URL such as https://"),
        (["--destination-region", "Frankfurt"], "--destination-region must be an AWS region"),
        (["--exclude", "{a"], "--exclude must be a pattern that can be matched, unlike '{a': a '{' has no"),
        (["--storage-class-filter", "COLD"], "--storage-class-filter knows no OSS class 'COLD'"),
        (["--min-size", "2", "--max-size", "1"], "The filters contradict each other"),
        (["--delete", "--backup-prefix", "out/"], "must not hold the replicas themselves"),
    ],
)
def test_what_is_wrong_with_a_task_is_said_by_option(deployed: Deployed, options, words):
    code, out, err = deployed.run(*CREATE, *options)

    assert (code, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_a_run_that_is_starting_is_listed_and_shown(deployed: Deployed, run_id: str):
    listed = deployed.json("run", "list", "photos")
    shown = deployed.json("run", "show", run_id)
    _, table, _ = deployed.run("run", "list", "photos")

    assert [run["run_id"] for run in listed] == [run_id]
    assert (shown["state"], shown["task_id"], shown["found"]["objects"]) == ("starting", "photos", 0)
    assert run_id in table


@pytest.mark.parametrize(
    ("state", "counts", "code"),
    [
        (RunState.SUCCEEDED, {"copied": 7, "size": 700}, 0),
        (RunState.COMPLETED_WITH_FAILURES, {"copied": 4, "current": 1, "failed": 2, "size": 400}, 1),
    ],
)
def test_watching_a_run_ends_with_what_became_of_it(deployed: Deployed, run_id: str, state, counts, code):
    finish(deployed, run_id, state, **counts)

    ended, out, err = deployed.run("run", "watch", run_id, "--json")

    document = json.loads(out)
    ends = document["counts"]
    assert (ended, document["state"], ends["bytes"]) == (code, state.value, counts["size"])
    assert (ends["copied"], ends["failed"]) == (counts["copied"], counts.get("failed", 0))
    assert ends["current"] == 3 + counts.get("current", 0)
    assert err.count("failed: key ") == counts.get("failed", 0)


def test_watching_a_failed_run_says_why(deployed: Deployed, run_id: str):
    deployed.tasks.record_reason(run_id, "The source bucket is not there.")
    deployed.tasks.end_run(run_id, RunState.FAILED, datetime.now(UTC))

    code, out, err = deployed.run("run", "watch", run_id)

    assert code == 2
    assert "The run failed: The source bucket is not there." in err
    assert "failed" in out


def test_the_failures_of_a_run_are_listed_by_key(deployed: Deployed, run_id: str):
    finish(deployed, run_id, RunState.COMPLETED_WITH_FAILURES, copied=4, failed=3)

    document = deployed.json("run", "failures", run_id)
    _, table, _ = deployed.run("run", "failures", run_id)

    assert [failure["key"] for failure in document] == ["key 0", "key 1", "key 2"]
    assert "It is archived." in table


def test_a_second_run_waits_for_the_first(deployed: Deployed, run_id: str):
    code, _, err = deployed.run("run", "start", "photos")
    deleting, _, refusal = deployed.run("task", "delete", "photos")

    assert (code, deleting) == (2, 2)
    assert "is not over" in err
    assert "is not over" in refusal


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "start", "nothing"], "There is no task 'nothing'."),
        (["run", "list", "nothing"], "There is no task 'nothing'."),
        (["run", "show", "nothing"], "'nothing' is not the id of a run"),
        (["run", "watch", "nothing-20260131t120000z"], "There is no run 'nothing-20260131t120000z'."),
        (["run", "failures", "nothing-20260131t120000z"], "There is no run"),
        (["task", "show", "nothing"], "There is no task 'nothing'."),
        (["task", "delete", "nothing"], "There is no task 'nothing'."),
    ],
)
def test_what_does_not_exist_is_said_to_be_missing(deployed: Deployed, arguments, words):
    code, out, err = deployed.run(*arguments)

    assert (code, out) == (2, "")
    assert words in err


def test_a_task_says_what_it_deletes(deployed: Deployed):
    document = deployed.json(*CREATE, "--delete", "--max-delete", "5%", "--backup-prefix", "deleted/")
    _, table, _ = deployed.run("task", "show", "photos")

    assert document["deletes"] == {"max_delete": "5%", "backup_prefix": "deleted/"}
    assert "replicas without a source, 5% at the most, kept under deleted/" in table


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--max-delete", "5%"], "give --delete too"),
        (["--backup-prefix", "deleted/"], "give --delete too"),
        (["--delete", "--max-delete", "many"], "--max-delete must be a number of objects"),
        (["--delete", "--backup-prefix", "deleted"], "--backup-prefix must end with '/'"),
    ],
)
def test_options_about_deletes_that_are_wrong_are_said_to_be(deployed: Deployed, options, words):
    code, out, err = deployed.run(*CREATE, *options)

    assert (code, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())


def test_a_run_is_paused_resumed_and_stopped(deployed: Deployed, run_id: str):
    states = [deployed.json("run", change, run_id)["state"] for change in ("pause", "resume", "stop")]

    assert states == ["paused", "running", "stopped"]
    code, out, err = deployed.run("run", "resume", run_id)
    assert (code, out) == (2, "")
    assert "is over (stopped), it cannot be resumed any more" in err


def test_failed_objects_are_taken_up_by_another_run(deployed: Deployed):
    deployed.json(*CREATE)
    earlier = Run.start(deployed.tasks.get_task("photos"), datetime(2026, 1, 31, tzinfo=UTC))
    deployed.tasks.create_run(earlier)
    finish(deployed, earlier.run_id, RunState.COMPLETED_WITH_FAILURES, copied=4, failed=3)

    document = deployed.json("run", "retry", earlier.run_id)

    assert (document["state"], document["retry_of"]) == ("starting", earlier.run_id)
    assert deployed.json("run", "show", document["run_id"])["retry_of"] == earlier.run_id


def test_failures_are_listed_by_reason_with_their_attempts(deployed: Deployed, run_id: str):
    finish(deployed, run_id, RunState.COMPLETED_WITH_FAILURES, failed=2)

    assert len(deployed.json("run", "failures", run_id, "--reason", "Archived")) == 2
    assert deployed.json("run", "failures", run_id, "--reason", "Busy") == []
    _, table, _ = deployed.run("run", "failures", run_id)
    assert "Attempts" in table
