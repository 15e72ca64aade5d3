"""Who is told about a task, and the reports of runs, on the command line."""

import json
from datetime import UTC, datetime

import pytest
from ferry.tasks.models import RunState

from tests.support.aws import client_to
from tests.unit.cli.test_cli_tasks_and_runs import CREATE, deployed, moto, run_id  # noqa: F401 - fixtures

TOLD = ("--alarm-email", "a@example.com", "--alarm-webhook", "https://hooks.example.com/secret")


@pytest.fixture
def sns(moto):  # noqa: F811
    with client_to(moto, "sns") as client:
        yield client


def subscribed(sns):
    """The addresses of every topic of the task."""
    return [one["Endpoint"] for one in sns.list_subscriptions()["Subscriptions"]]


def words(text):
    return " ".join(text.replace("│", " ").split())


@pytest.fixture(autouse=True)
def _no_topics(sns):
    for topic in sns.list_topics()["Topics"]:
        sns.delete_topic(TopicArn=topic["TopicArn"])


def test_a_task_says_who_is_told_and_keeps_the_webhook_to_itself(deployed, sns):  # noqa: F811
    created = deployed.json(*CREATE, *TOLD, "--alarm-lag", "600")
    _, shown, _ = deployed.run("task", "show", "photos")

    assert created["alerts"] == {
        "email": "a@example.com",
        "webhook": "https://hooks.example.com/secret",
        "lag_seconds": 600,
    }
    assert "a@example.com and a webhook at hooks.example.com, lag over 600 s too" in words(shown)
    assert "secret" not in shown.replace("arn:of:the:secret", "").replace("Secret", "")
    assert subscribed(sns) == ["a@example.com"]


def test_who_is_told_can_be_changed_and_ends_with_the_task(deployed, sns):  # noqa: F811
    deployed.json(*CREATE, *TOLD)

    deployed.json("task", "alerts", "photos", "--alarm-email", "b@example.com")
    assert subscribed(sns) == ["b@example.com"]
    assert deployed.json("task", "show", "photos")["alerts"]["webhook"] is None

    assert deployed.json("task", "alerts", "photos") == {"task_id": "photos", "alerts": None}
    assert subscribed(sns) == []

    deployed.json("task", "alerts", "photos", "--alarm-email", "c@example.com")
    deployed.json("task", "delete", "photos")
    assert subscribed(sns) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--alarm-email", "nobody"], "--alarm-email must be one e-mail address"),
        (["--alarm-webhook", "http://hooks.example.com/x"], "--alarm-webhook must be a URL such as https://"),
        (["--alarm-webhook", "https://127.0.0.1/x"], "--alarm-webhook must name a host on the internet"),
        (["--alarm-lag", "60"], "--alarm-lag needs --alarm-email or --alarm-webhook"),
        ([*TOLD, "--alarm-lag", "5"], "--alarm-lag must be between 60 and 604800 seconds, not 5."),
    ],
)
def test_options_about_alerts_that_are_wrong_are_said_to_be(deployed, options, sentence):  # noqa: F811
    code, out, err = deployed.run(*CREATE, *options)
    assert (code, out) == (2, "")
    assert sentence in words(err)

    deployed.json(*CREATE)
    code, out, err = deployed.run("task", "alerts", "photos", *options)
    assert (code, out) == (2, "")
    assert sentence in words(err)


def put_report(moto, deployed, run_id, content):  # noqa: F811
    bucket = json.loads((deployed.folder / "stack.json").read_text())["outputs"]["RunBucketName"]
    with client_to(moto, "s3") as s3:
        s3.create_bucket(Bucket=bucket)
        if content is not None:
            s3.put_object(Bucket=bucket, Key=f"reports/{run_id}.csv", Body=content)


def test_a_report_is_downloaded_to_a_file_or_written_out(moto, deployed, run_id, tmp_path):  # noqa: F811
    put_report(moto, deployed, run_id, b"key\r\n")
    file = tmp_path / "report.csv"

    document = deployed.json("run", "report", run_id, "--output", str(file))
    code, out, _ = deployed.run("run", "report", run_id, "--output", "-")

    assert document == {"run_id": run_id, "format": "csv", "file": str(file), "bytes": 5}
    assert file.read_bytes() == b"key\r\n"
    assert (code, out.splitlines()) == (0, ["key"])


@pytest.mark.parametrize(
    ("is_over", "sentence"),
    [(False, "is not over; its report is written when it ends"), (True, "is not written yet; try again")],
)
def test_a_report_that_is_not_there_is_said_to_be_missing(moto, deployed, run_id, is_over, sentence):  # noqa: F811
    put_report(moto, deployed, run_id, None)
    if is_over:
        deployed.tasks.end_run(run_id, RunState.SUCCEEDED, datetime.now(UTC))

    code, out, err = deployed.run("run", "report", run_id)

    assert (code, out) == (2, "")
    assert sentence in err
