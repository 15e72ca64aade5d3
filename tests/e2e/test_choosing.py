"""A task that means only some objects, on the deployed local stack: prefixes, filters, archives, once."""

from datetime import UTC, datetime, timedelta

from ferry.tasks.run_ids import real_time_run_id

from tests.e2e.conftest import User
from tests.support.notifications import events_body
from tests.support.waiting import wait_for

CONTENTS = {
    name: name.encode() for name in ("2024/a", "2025/a", "2025/b.tmp", "2026/a", "2026/deep/b", "2026/c.tmp")
}


def test_a_task_means_what_lies_under_its_prefixes_and_passes_its_filters(user: User):
    bucket = user.source("chosen")
    for name, content in CONTENTS.items():
        bucket.put_object(f"in/{name}", content)
    bucket.put_object("in/2026/cold", b"cold", headers={"x-oss-storage-class": "ColdArchive"})
    s3, replica_bucket = user.aws("s3"), user.stack.replica_bucket
    for name in ("2026/gone", "2026/gone.tmp", "2024/gone", "gone"):
        s3.put_object(Bucket=replica_bucket, Key=f"chosen/{name}", Body=b"R")
    created = user.ferry(
        *("task", "create", "chosen", "--source", "oss://chosen/in/", "--description", "Some of it"),
        *("--destination", f"s3://{replica_bucket}/chosen/", "--prefix", "in/2026/", "--prefix", "in/2025/"),
        *("--exclude", "*.tmp", "--archived", "restore", "--delete", "--max-delete", "1", "--json"),
    )

    first = user.ferry("run", "start", "chosen", "--wait", "--json")
    failures = user.ferry("run", "failures", first.json["run_id"], "--json")
    retried = user.ferry("run", "retry", first.json["run_id"], "--wait", "--json")
    shown = user.ferry("task", "show", "chosen")

    assert created.json["source"]["prefixes"] == ["in/2025/", "in/2026/"], created.stderr
    counts = {name: first.json["counts"][name] for name in ("copied", "failed", "excluded", "deleted")}
    assert counts == {"copied": 3, "failed": 1, "excluded": 2, "deleted": 1}, first.stderr
    assert [(one["key"], one["reason"]) for one in failures.json] == [("in/2026/cold", "RestoreStarted")]
    assert (retried.code, retried.json["counts"]["copied"]) == (0, 1), retried.stderr
    assert user.replicas("chosen/") == {
        **{name: CONTENTS[name] for name in ("2025/a", "2026/a", "2026/deep/b")},
        "2026/cold": b"cold",
        **dict.fromkeys(("2026/gone.tmp", "2024/gone", "gone"), b"R"),
    }
    assert "Some of it" in shown.stdout


def test_archived_objects_are_left_out_and_counted_when_the_task_says_so(user: User):
    bucket = user.source("leftout")
    bucket.put_object("warm", b"warm")
    bucket.put_object("cold", b"cold", headers={"x-oss-storage-class": "Archive"})
    user.create_task("leftout", "oss://leftout/", archived="skip")

    run = user.ferry("run", "start", "leftout", "--wait", "--json")

    counts = tuple(run.json["counts"][name] for name in ("copied", "archived"))
    assert (run.code, run.json["state"], counts) == (0, "succeeded", (1, 1)), run.stderr
    assert user.replicas("leftout/") == {"warm": b"warm"}


def test_messages_about_other_objects_change_nothing_and_are_counted(user: User):
    bucket = user.source("noticed")
    user.create_task("noticed", "oss://noticed/", exclude="*.tmp", max_size="4", archived="skip")
    assert user.ferry("realtime", "enable", "noticed").code == 0
    for name, content, storage_class in (
        ("fits", b"1234", "Standard"),
        ("large", b"12345", "Standard"),
        ("x.tmp", b"1", "Standard"),
        ("cold", b"1", "Archive"),
    ):
        bucket.put_object(name, content, headers={"x-oss-storage-class": storage_class})
    body = events_body("fits", "large", "x.tmp", "cold", bucket="noticed").decode()

    user.aws("sqs").send_message(QueueUrl=user.stack.outputs["EventQueueUrl"], MessageBody=body)
    day = real_time_run_id("noticed", datetime.now(UTC).date())
    wait_for(lambda: user.ferry("run", "show", day, "--json").code == 0)
    wait_for(lambda: user.ferry("run", "show", day, "--json").json["counts"]["copied"])
    run = user.ferry("run", "show", day, "--json").json["counts"]

    assert (run["copied"], run["excluded"], run["archived"], run["failed"]) == (1, 1, 1, 0)
    assert user.replicas("noticed/") == {"fits": b"1234"}


def test_a_schedule_for_once_starts_one_run(user: User):
    user.source("once").put_object("a", b"1")
    user.create_task("once", "oss://once/")

    past = user.ferry("schedule", "set", "once", "at(2020-01-01T00:00:00)")
    soon = datetime.now(UTC) + timedelta(seconds=30)
    made = user.ferry("schedule", "set", "once", f"at({soon:%Y-%m-%dT%H:%M:%S})", "--json")
    assert made.code == 0, made.stderr
    wait_for(lambda: user.replicas("once/"))
    later = user.ferry("schedule", "show", "once")

    assert past.code == 2
    assert "lies in the past" in past.stderr
    assert len(made.json["next_runs"]) == 1
    assert "none, it has passed" in later.stdout
    assert user.aws("scheduler").list_schedules(NamePrefix="once")["Schedules"] == []
    assert user.ferry("task", "delete", "once").code in {0, 2}
