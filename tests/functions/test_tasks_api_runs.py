"""Runs, failures, reports, notifications and checks through the API."""

import socket
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from ferry import wiring
from ferry.api.checks import check_settings
from ferry.tasks.models import Counts, Failure, RunState
from ferry.tasks.strays import Stray

from tests.support.api import call

REASONS = ["Archived"] * 3 + ["AccessDenied"] * 2


@pytest.fixture
def run_id(deployment):
    return deployment.run.run_id


@pytest.fixture
def failed(deployment, run_id):
    """The run, over, with five failed objects."""
    for number, reason in enumerate(REASONS):
        failure = Failure(key=f"k{number}", reason=reason, message=f"It was {reason}.")
        counts = Counts(copied=2, size=20, failed=1)
        deployment.books.ledger.close_job(run_id, f"0000.0.{number}", counts, [failure], datetime.now(UTC))
    deployment.books.tasks.end_run(run_id, RunState.COMPLETED_WITH_FAILURES, datetime.now(UTC))
    return run_id


def test_a_run_is_shown_with_how_far_it_is(deployment, run_id):
    run = call("GET", f"/runs/{run_id}").json

    assert (run["run_id"], run["task_id"], run["state"]) == (run_id, "photos", "running")
    assert (run["progress"]["share"], run["progress"]["eta_seconds"]) == (None, None)
    assert run["actions"] == ["pause", "stop"]


def test_a_run_is_paused_resumed_and_stopped(deployment, run_id):
    call("POST", f"/runs/{run_id}/stop")
    fresh = call("POST", "/tasks/photos/runs", {}).json["run_id"]

    answers = [call("POST", f"/runs/{fresh}/{change}") for change in ("pause", "resume", "stop")]
    again = call("POST", f"/runs/{fresh}/stop")

    assert [answer.json.get("state") for answer in answers] == ["paused", "running", "stopped"], answers
    assert (again.status, "is over (stopped)" in again.json["detail"]) == (409, True)


def test_a_run_is_started_once_however_often_it_is_wished_for(deployment, run_id):
    call("POST", f"/runs/{run_id}/stop")

    first = call("POST", "/tasks/photos/runs", {"dry_run": True, "client_token": "wish-0001"})
    again = call("POST", "/tasks/photos/runs", {"dry_run": True, "client_token": "wish-0001"})
    other = call("POST", "/tasks/photos/runs", {})

    assert (first.status, again.status, other.status) == (201, 201, 409)
    assert (first.json["run_id"], first.json["dry_run"]) == (again.json["run_id"], True)
    assert "run that is not over" in other.json["detail"]


def test_failures_come_in_pages_and_by_reason(deployment, failed):
    first = call("GET", f"/runs/{failed}/failures?limit=3").json
    second = call("GET", f"/runs/{failed}/failures?limit=3&cursor={first['next_cursor']}").json
    denied = call("GET", f"/runs/{failed}/failures?reason=AccessDenied").json

    assert [failure["key"] for page in (first, second) for failure in page["failures"]] == [
        "k0",
        "k1",
        "k2",
        "k3",
        "k4",
    ]
    assert second["next_cursor"] is None
    assert [failure["key"] for failure in denied["failures"]] == ["k3", "k4"]


def test_failures_are_counted_by_reason(deployment, failed):
    found = call("GET", f"/runs/{failed}/failure-reasons").json

    assert [(one["reason"], one["count"], one["example_key"]) for one in found["reasons"]] == [
        ("Archived", 3, "k0"),
        ("AccessDenied", 2, "k3"),
    ]
    assert found["is_complete"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({}, 201),
        ({"reason": "Archived"}, 201),
        ({"keys": ["k1", "k4"]}, 201),
        ({"keys": ["k9"]}, 409),
        ({"reason": "Archived", "keys": ["k4"]}, 409),
        ({"keys": ["k"] * 101}, 422),
    ],
)
def test_failed_objects_are_taken_up_again_all_or_some(deployment, failed, wish, status):
    answered = call("POST", f"/runs/{failed}/retry", wish)

    assert answered.status == status, answered.text
    if status == 201:
        assert answered.json["retry_of"] == failed


def test_the_finder_of_a_retry_sees_only_what_was_chosen(deployment, failed):
    retry_id = call("POST", f"/runs/{failed}/retry", {"reason": "AccessDenied", "keys": ["k4"]}).json[
        "run_id"
    ]

    retry = deployment.books.tasks.get_run(retry_id)
    assert [failure.key for failure in wiring._failures_to_retry(retry)] == ["k4"]


def test_what_a_run_did_is_shown_over_time(deployment, failed):
    series = call("GET", f"/runs/{failed}/series").json

    assert (series["step_seconds"] % 60, series["next_cursor"]) == (0, None)
    totals = [sum(point[name] for point in series["points"]) for name in ("objects", "bytes", "failed")]
    assert totals == [15, 100, 5]


def test_a_run_without_a_report_says_so(deployment, run_id):
    early = call("GET", f"/runs/{run_id}/report")
    deployment.books.tasks.end_run(run_id, RunState.STOPPED, datetime.now(UTC))
    lost = call("GET", f"/runs/{run_id}/report")

    assert (early.status, lost.status) == (409, 404)


def test_notifications_are_followed_shown_rotated_and_left(deployment):
    off = call("GET", "/tasks/photos/real-time")
    first = call("PUT", "/tasks/photos/real-time", {"deletes": True}).json
    second = call("POST", "/tasks/photos/real-time/rotation", {"keep_seconds": 3600}).json
    package = call("GET", "/tasks/photos/real-time/sender.zip")
    left = call("DELETE", "/tasks/photos/real-time")

    assert (off.status, left.status) == (404, 204)
    assert first["url"] == f"{first['url_without_secret']}/{first['secret']}"
    assert first["sender"]["environment"]["endpoint"]["FERRY_SECRET"] == first["secret"]
    assert first["deletes"] is second["deletes"] is True
    assert (second["secret"] != first["secret"], len(second["older_secrets"])) == (True, 1)
    assert (package.status, package.headers["content-type"]) == (200, "application/zip")


def test_a_sound_task_passes_every_check(deployment):
    settings = deployment.books.tasks.get_task("photos").settings.model_dump(mode="json")

    checks = call("POST", "/checks", settings).json["checks"]

    assert {check["state"] for check in checks} == {"passed"}
    assert [check["check"] for check in checks] == [
        "secret",
        "source_endpoint",
        "source_bucket",
        "source_list",
        "source_read",
        "destination_bucket",
        "destination_list",
        "destination_write",
    ]


@pytest.mark.parametrize(
    ("side", "change", "failed", "words"),
    [
        ("source", {"secret": "nothing"}, "secret", "There is no secret"),
        ("source", {"bucket": "nothing-here"}, "source_bucket", "check the name of the source bucket"),
        ("source", {"endpoint": "http://127.0.0.1:9"}, "source_endpoint", "cannot be reached"),
        ("destination", {"bucket": "nothing-here"}, "destination_bucket", "create the destination bucket"),
        (
            "destination",
            {"kms_key": "alias/none", "encryption": "sse-kms"},
            "destination_key",
            "KMS answered",
        ),
    ],
)
def test_what_is_wrong_is_said_by_the_check_that_found_it(deployment, side, change, failed, words):
    settings = deployment.books.tasks.get_task("photos").settings.model_dump(mode="json")
    settings[side] |= change

    checks = {check["check"]: check for check in call("POST", "/checks", settings).json["checks"]}

    assert (checks[failed]["state"], words in checks[failed]["detail"]) == ("failed", True), checks
    assert [name for name, check in checks.items() if check["state"] == "failed"] == [failed]


@pytest.fixture
def silent_endpoint():
    """Where connections are taken and nothing is ever answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_an_endpoint_that_does_not_answer_takes_no_time_from_the_other_side(deployment, silent_endpoint):
    settings = deployment.books.tasks.get_task("photos").settings
    silent = settings.source.model_copy(update={"endpoint": silent_endpoint})
    began = time.monotonic()

    checks = list(
        check_settings(
            wiring.api_backend(),
            settings.model_copy(update={"source": silent}),
            attempt_seconds=1,
        )
    )

    states = {check.check: check.state for check in checks}
    assert time.monotonic() - began < 10
    assert (states["source_endpoint"], states["source_list"], states["source_read"]) == (
        "failed",
        "skipped",
        "skipped",
    )
    assert states["destination_write"] == "passed"
    assert "did not answer in time" in checks[1].detail


def test_checks_that_there_is_no_time_for_say_so(deployment, silent_endpoint):
    settings = deployment.books.tasks.get_task("photos").settings

    checks = list(check_settings(wiring.api_backend(), settings, seconds=0))

    assert {check.state for check in checks if check.state != "skipped"} == {"failed"}
    assert "no time left" in checks[0].detail


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "DescribeKey"), "AWS is too busy"),
        (RuntimeError("boom"), "nobody foresaw"),
    ],
)
def test_whatever_goes_wrong_in_a_check_is_its_own_result(deployment, error, words):
    def fail(*_):
        raise error

    backend = replace(wiring.api_backend(), check_kms_key=fail)
    settings = deployment.books.tasks.get_task("photos").settings
    encrypted = {"kms_key": "alias/k", "encryption": "sse-kms"}
    destination = settings.destination.model_copy(update=encrypted)

    *others, last = check_settings(backend, settings.model_copy(update={"destination": destination}))

    assert (last.check, last.state, words in last.detail) == ("destination_key", "failed", True)
    assert {check.state for check in others if check.check != "destination_write"} == {"passed"}


def test_a_destination_that_cannot_be_opened_is_the_result_of_its_check(deployment):
    def refuse(_: object) -> None:
        raise OSError

    settings = deployment.books.tasks.get_task("photos").settings
    backend = replace(wiring.api_backend(), replica=refuse)

    *_, last = check_settings(backend, settings)

    assert (last.check, last.state) == ("destination_bucket", "failed")


@pytest.mark.parametrize("path", ["/checks", "/estimates", "/tasks"])
def test_an_endpoint_that_is_none_is_refused_as_a_field(deployment, path):
    settings = deployment.books.tasks.get_task("photos").settings.model_dump(mode="json")
    settings["source"] |= {"endpoint": "https://["}

    refused = call("POST", path, settings)

    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "source.endpoint")
    assert "such as https://oss-cn-hangzhou.aliyuncs.com" in refused.json["detail"]


@pytest.fixture
def deployed_elsewhere(monkeypatch):
    """The API as it is deployed, which reaches sources on the internet alone."""
    monkeypatch.setenv("FERRY_PRIVATE_SOURCES", "Refused")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9001", "http://169.254.169.254", "http://10.0.0.1"])
def test_nobody_is_led_to_addresses_inside(deployment, deployed_elsewhere, endpoint):
    settings = deployment.books.tasks.get_task("photos").settings.model_dump(mode="json")
    settings["source"] |= {"endpoint": endpoint}

    checks = {check["check"]: check for check in call("POST", "/checks", settings).json["checks"]}
    estimate = call("POST", "/estimates", settings)

    assert checks["source_endpoint"]["state"] == "failed"
    assert "is not on the internet" in checks["source_endpoint"]["detail"]
    assert (estimate.status, estimate.json["reason"]) == (400, "PrivateHost")


def test_an_estimate_adds_up_the_source(deployment):
    settings = deployment.books.tasks.get_task("photos").settings.model_dump(mode="json")

    found = call("POST", "/estimates", settings).json

    assert (found["objects"], found["is_complete"]) == (4, True)
    parts = {name: cost for name, cost in found["usd"].items() if name != "total"}
    assert found["usd"]["total"] == pytest.approx(sum(parts.values()), abs=1e-5)


def test_the_deployment_tells_what_it_is(deployment):
    shown = call("GET", "/deployment").json
    overview = call("GET", "/overview").json
    secrets = call("GET", "/secrets").json["secrets"]

    assert (shown["stack"], shown["edition"], shown["me"]["role"]) == ("ferry", "Lambda on Graviton", "admin")
    assert shown["replica_buckets"] == [deployment.replica.store.bucket]
    assert (overview["tasks"], overview["running"]) == (1, 1)
    assert [secret["problem"] for secret in secrets] == [None]
    assert "access" not in call("GET", "/secrets").text


def test_regions_are_data(deployment):
    oss = call("GET", "/oss-regions").json["regions"]
    aws = call("GET", "/aws-regions").json["regions"]

    assert {"cn-hangzhou", "ap-southeast-1"} <= {region["region"] for region in oss}
    assert {"us-east-1", "cn-north-1"} <= {region["region"] for region in aws}


def keep_stray(deployment, number, body):
    stray = Stray(f"m-{number}", datetime(2026, 1, 1, 12, number, tzinfo=UTC), "Nobody took it.", body)
    deployment.strays.keep(stray)
    return stray


def test_strays_come_in_pages_with_the_beginning_of_their_bodies(deployment):
    for number in range(5):
        keep_stray(deployment, number, "é" * 40_000)

    first = call("GET", "/strays?limit=3").json
    second = call("GET", f"/strays?limit=3&cursor={first['next_cursor']}").json

    shown = [stray for page in (first, second) for stray in page["strays"]]
    assert [stray["message_id"] for stray in shown] == ["m-4", "m-3", "m-2", "m-1", "m-0"]
    assert second["next_cursor"] is None
    assert {(len(stray["body"].encode()), stray["is_shortened"]) for stray in shown} == {(4096, True)}
    assert call("GET", "/overview").json["stray_messages"] == 5


def test_bodies_of_strays_are_not_for_viewers(deployment):
    keep_stray(deployment, 1, "secret words")

    (seen,) = call("GET", "/strays", groups="[viewer]").json["strays"]
    (shown,) = call("GET", "/strays", groups="[operator]").json["strays"]

    assert (seen["body"], seen["is_shortened"], seen["reason"]) == (None, False, "Nobody took it.")
    assert (shown["body"], shown["is_shortened"]) == ("secret words", False)


def test_a_stray_is_sent_again_whole_and_forgotten(deployment):
    keep_stray(deployment, 1, "other")
    keep_stray(deployment, 2, "x" * 5000)
    (wanted, other) = call("GET", "/strays").json["strays"]

    sent = call("POST", f"/strays/{wanted['stray_id']}/redrive")
    again = call("POST", f"/strays/{wanted['stray_id']}/redrive")

    (message,) = deployment.sqs.receive_message(QueueUrl=deployment.event_queue_url)["Messages"]
    assert (sent.status, again.status, message["Body"]) == (204, 404, "x" * 5000)
    assert [stray["stray_id"] for stray in call("GET", "/strays").json["strays"]] == [other["stray_id"]]


def test_a_secret_is_rotated_once_however_often_it_is_wished_for(deployment):
    call("PUT", "/tasks/photos/real-time", {})
    wish = {"keep_seconds": 3600, "client_token": "wish-0001"}

    answers = [call("POST", "/tasks/photos/real-time/rotation", wish).json for _ in range(2)]
    other = call("POST", "/tasks/photos/real-time/rotation", wish | {"client_token": "wish-0002"}).json
    late = call("POST", "/tasks/photos/real-time/rotation", wish).json

    assert answers[0] == answers[1]
    assert (other["secret"] != answers[0]["secret"], len(other["older_secrets"])) == (True, 2)
    assert late == other
