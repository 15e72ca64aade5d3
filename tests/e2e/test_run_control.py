"""Stopping, pausing, resuming and retrying runs, and mirror deletes, on the deployed local stack."""

from local.processes import wait_until
from tests.e2e.conftest import User

OBJECTS = 1200


def seed(user: User, name: str, count: int = OBJECTS) -> dict[str, bytes]:
    """Fill a source bucket and make a task of it."""
    bucket = user.source(name)
    content = {f"{number % 5}/object-{number:05}": str(number).encode() for number in range(count)}
    for key, body in content.items():
        bucket.put_object(key, body)
    assert user.create_task(name, f"oss://{name}/").code == 0
    return content


def start(user: User, name: str) -> str:
    """Start a run and return its id."""
    started = user.ferry("run", "start", name, "--json")
    assert started.code == 0, started.stderr
    return str(started.json["run_id"])


def drained(user: User) -> bool | None:
    """Tell whether the job queue is empty."""
    outputs = user.stack.outputs or {}
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = user.aws("sqs")
    found = sqs.get_queue_attributes(QueueUrl=outputs["JobQueueUrl"], AttributeNames=names)["Attributes"]
    return True if all(int(found[name]) == 0 for name in names) else None


def test_a_paused_run_rests_and_goes_on_to_exact_counts_when_it_is_resumed(user: User):
    content = seed(user, "pausable")
    run_id = start(user, "pausable")

    paused = user.ferry("run", "pause", run_id, "--json")
    wait_until(lambda: drained(user), user.stack.processes["aws"], timeout_seconds=120)
    again = user.ferry("run", "pause", run_id)
    other = user.ferry("run", "start", "pausable")
    resting = user.ferry("run", "show", run_id, "--json")
    resumed = user.ferry("run", "resume", run_id, "--wait", "--json")

    assert (paused.code, paused.json["state"], resting.json["state"]) == (0, "paused", "paused"), (
        paused.stderr
    )
    assert (again.code, other.code) == (2, 2)
    assert "is paused already" in again.stderr
    assert "is not over" in other.stderr
    assert (resumed.code, resumed.json["state"]) == (0, "succeeded"), resumed.stderr
    assert (resumed.json["counts"]["copied"], resumed.json["counts"]["failed"]) == (OBJECTS, 0)
    assert user.replicas("pausable/") == content
    assert "is over (succeeded)" in user.ferry("run", "resume", run_id).stderr


def test_a_stopped_run_stays_stopped_and_its_task_starts_another(user: User):
    content = seed(user, "stoppable")
    run_id = start(user, "stoppable")

    stopped = user.ferry("run", "stop", run_id, "--json")
    wait_until(lambda: drained(user), user.stack.processes["aws"], timeout_seconds=120)
    left = len(user.replicas("stoppable/"))
    shown = user.ferry("run", "show", run_id, "--json")
    following = user.ferry("run", "start", "stoppable", "--wait", "--json")

    assert (stopped.code, shown.json["state"], shown.json["reason"]) == (0, "stopped", None), stopped.stderr
    assert (following.code, following.json["counts"]["copied"]) == (0, OBJECTS - left), following.stderr
    assert user.replicas("stoppable/") == content
    assert user.ferry("run", "watch", run_id).code == 2
    assert "is over (stopped)" in user.ferry("run", "stop", run_id).stderr


def test_only_what_failed_is_taken_up_again(user: User):
    bucket = user.source("retried")
    bucket.put_object("fine", b"fits")
    bucket.put_object("k" * 1020, b"has no room behind the prefix")
    user.create_task("retried", "oss://retried/")
    first = user.ferry("run", "start", "retried", "--wait", "--json")
    bucket.put_object("later", b"not failed, so not taken up")

    second = user.ferry("run", "retry", first.json["run_id"], "--wait", "--json")
    failures = user.ferry("run", "failures", second.json["run_id"], "--reason", "KeyTooLong", "--json")
    none = user.ferry("run", "failures", second.json["run_id"], "--reason", "Archived", "--json")

    assert (second.code, second.json["retry_of"]) == (1, first.json["run_id"]), second.stderr
    assert (second.json["found"]["objects"], second.json["counts"]["failed"]) == (1, 1)
    assert [(failure["key"], failure["attempts"]) for failure in failures.json] == [("k" * 1020, 1)]
    assert none.json == []
    assert user.replicas("retried/") == {"fine": b"fits"}


def test_replicas_without_a_source_are_counted_capped_kept_aside_and_deleted(user: User):
    content = seed(user, "mirrored", 40)
    bucket = user.source("mirrored")
    assert user.ferry("run", "start", "mirrored", "--wait").code == 0
    for number in range(10):
        bucket.delete_object(f"{number % 5}/object-{number:05}")
        del content[f"{number % 5}/object-{number:05}"]
    place = f"s3://{user.stack.replica_bucket}/mirrored/"
    backups = {"max_delete": "50%", "backup_prefix": "mirrored/deleted/"}
    create = ("task", "create", "--source", "oss://mirrored/", "--destination", place, "--delete")
    words = [word for name, value in backups.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert user.ferry(*create, "capped").code == 0
    assert user.ferry(*create, "mirroring", *words).code == 0

    counted = user.ferry("run", "start", "mirroring", "--dry-run", "--wait", "--json")
    capped = user.ferry("run", "start", "capped", "--wait", "--json")
    before = user.replicas("mirrored/")
    mirrored = user.ferry("run", "start", "mirroring", "--wait", "--json")

    assert (counted.code, counted.json["found"]["extra"]) == (0, 10), counted.stderr
    assert (capped.code, capped.json["state"]) == (1, "completed_with_failures"), capped.stderr
    assert "10 of 40 replicas have no source any more" in capped.json["reason"]
    assert (capped.json["counts"]["deleted"], len(before)) == (0, 40)
    assert (mirrored.code, mirrored.json["counts"]["deleted"], mirrored.json["counts"]["failed"]) == (
        0,
        10,
        0,
    ), mirrored.stderr
    kept = user.replicas(f"mirrored/deleted/{mirrored.json['run_id']}/mirrored/")
    assert {key: body for key, body in before.items() if key not in content} == kept
    left = user.replicas("mirrored/")
    assert {key: body for key, body in left.items() if not key.startswith("deleted/")} == content

    again = user.ferry("run", "start", "mirroring", "--wait", "--json")

    assert (again.json["counts"]["deleted"], again.json["found"]["extra"]) == (0, 0), again.stderr
