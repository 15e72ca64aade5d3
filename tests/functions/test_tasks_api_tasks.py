"""Setting tasks up through the API."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from ferry import wiring
from ferry.tasks.audit import AuditLog

from functions.tasks_api.app import lambda_handler
from tests.support.api import call
from tests.support.deployments import Context, sample

TOKEN = "wish-0001"


@pytest.fixture
def settings(deployment):
    task = deployment.books.tasks.get_task("photos")
    return task.settings.model_dump(mode="json") | {"task_id": "more", "schedule": None}


def test_a_task_is_created_once_however_often_it_is_wished_for(deployment, settings):
    first = call("POST", "/tasks", settings | {"client_token": TOKEN})
    again = call("POST", "/tasks", settings | {"client_token": TOKEN})
    other = call("POST", "/tasks", settings | {"client_token": "wish-0002"})

    assert (first.status, again.status, other.status) == (201, 201, 409), other.text
    assert again.json == first.json
    assert first.headers["etag"] == f'"{first.json["revision"]}"'
    assert "choose another name" in other.json["detail"]


def test_tasks_are_listed_in_pages(deployment, settings):
    for name in ("a", "b", "z"):
        call("POST", "/tasks", settings | {"task_id": name})

    first = call("GET", "/tasks?limit=3").json
    second = call("GET", f"/tasks?limit=3&cursor={first['next_cursor']}").json

    names = [[row["task"]["task_id"] for row in page["tasks"]] for page in (first, second)]
    assert names == [["a", "b", "photos"], ["z"]]
    assert second["next_cursor"] is None
    assert first["tasks"][2]["last_run"]["run_id"] == deployment.run.run_id


@pytest.mark.parametrize("cursor", ["nonsense", "e30", "Ijo", "WyJhIl0"])
def test_a_cursor_of_nobodys_is_refused(deployment, cursor):
    refused = call("GET", f"/tasks?cursor={cursor}")

    assert refused.status in {200, 400}
    assert refused.status == 400 or refused.json["tasks"] == []


def test_a_task_is_changed_by_whoever_has_seen_it_last(deployment, settings):
    seen = call("GET", "/tasks/photos").headers["etag"]
    wanted = settings | {"task_id": "photos", "compare": "checksum"}

    blind = call("PUT", "/tasks/photos", wanted)
    first = call("PUT", "/tasks/photos", wanted, headers={"if-match": seen})
    late = call("PUT", "/tasks/photos", wanted | {"compare": "size"}, headers={"if-match": seen})

    assert (blind.status, first.status, late.status) == (428, 200, 412), blind.text
    assert first.json["compare"] == "checksum"
    assert "read it again" in late.json["detail"]
    assert deployment.books.tasks.get_task("photos").compare == "checksum"


def test_a_task_is_not_renamed_by_a_change(deployment, settings):
    seen = call("GET", "/tasks/photos").headers["etag"]

    refused = call("PUT", "/tasks/photos", settings, headers={"if-match": seen})

    assert (refused.status, "clone it" in refused.json["detail"]) == (400, True)


def test_a_clone_has_neither_schedule_nor_notifications(deployment):
    deployment.follow()
    call("PUT", "/tasks/photos/schedule", {"expression": "rate(1 day)"})

    clone = call("POST", "/tasks/photos/clone", {"task_id": "copy"})

    assert clone.status == 201, clone.text
    assert (clone.json["schedule"], clone.json["real_time"]) == (None, None)
    assert clone.json["source"] == call("GET", "/tasks/photos").json["source"]


def test_a_deleted_task_leaves_its_history(deployment):
    run_id = deployment.run.run_id
    busy = call("DELETE", "/tasks/photos")
    call("POST", f"/runs/{run_id}/stop")

    deleted = call("DELETE", "/tasks/photos")

    assert (busy.status, deleted.status, deleted.text) == (409, 204, "")
    assert call("GET", "/tasks/photos").status == 404
    assert [run["run_id"] for run in call("GET", "/tasks/photos/runs").json["runs"]] == [run_id]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"task_id": "Photos!"}, "task_id", "lower-case letters"),
        ({"source": {"region": "hangzhou", "bucket": "b12", "secret": "s"}}, "source.region", "cn-hangzhou"),
        ({"source": {"bucket": "b12", "secret": "s"}}, "source.region", "cn-hangzhou"),
        ({"destination": {"bucket": "B", "region": "us-east-1"}}, "destination.bucket", "S3 bucket"),
        ({"schedule": {"expression": "daily"}}, "schedule.expression", "rate(1 day)"),
        ({"compare": "guess"}, "compare", "checksum"),
        ({"colour": "red"}, "colour", "not permitted"),
    ],
)
def test_what_is_wrong_with_a_task_is_said_by_field(deployment, settings, change, field, words):
    refused = call("POST", "/tasks", settings | change)

    assert (refused.status, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in refused.json["errors"]] == [field]
    assert words in refused.json["errors"][0]["message"]
    assert field in refused.json["detail"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"'])
def test_a_body_that_is_no_document_is_refused(deployment, body):
    assert call("POST", "/tasks", body).status == 422


def test_a_schedule_is_shown_before_anybody_has_it(deployment):
    times = call("POST", "/schedule-times", {"expression": "cron(0 3 * * ? *)", "timezone": "Asia/Shanghai"})
    wrong = call("POST", "/schedule-times", {"expression": "cron(0 3)"})

    assert len(times.json["times"]) == 5
    assert all("T03:00:00+08:00" in time for time in times.json["times"])
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "expression")


def test_a_schedule_is_set_and_removed(deployment):
    shown = call("PUT", "/tasks/photos/schedule", {"expression": "rate(2 hours)"})
    removed = call("DELETE", "/tasks/photos/schedule")

    assert (shown.status, len(shown.json["next_times"]), removed.status) == (200, 5, 204)
    assert call("GET", "/tasks/photos").json["schedule"] is None


def test_every_change_is_written_down_with_who_and_what_became_of_it(deployment, settings):
    call("POST", "/tasks", settings, email="eve@example.com")
    call("POST", "/tasks", settings, email="eve@example.com")
    call("PUT", "/tasks/photos/schedule", {"expression": "rate(2 hours)"})

    entries = call("GET", "/audit").json["entries"]
    about_one = call("GET", "/audit?task_id=photos").json["entries"]

    assert [(entry["who"], entry["action"], entry["outcome"]) for entry in entries] == [
        ("admin@example.com", "schedule.set", "done"),
        ("eve@example.com", "task.create", "refused"),
        ("eve@example.com", "task.create", "done"),
    ]
    assert [entry["action"] for entry in about_one] == ["schedule.set"]


def test_the_audit_log_comes_in_pages(deployment, settings):
    for name in ("a", "b", "c"):
        call("POST", "/tasks", settings | {"task_id": name})

    first = call("GET", "/audit?limit=2").json
    second = call("GET", f"/audit?limit=2&cursor={first['next_cursor']}").json

    seen = [entry["task_id"] for page in (first, second) for entry in page["entries"]]
    assert (seen, second["next_cursor"]) == (["c", "b", "a"], None)


def test_changes_of_a_quiet_task_are_found_page_by_page(deployment, settings, monkeypatch):
    monkeypatch.setattr("ferry.tasks.paging.FILTERED_AT_ONCE", 2)
    monkeypatch.setattr("ferry.tasks.paging.PAGES_LOOKED_AT", 2)
    call("PUT", "/tasks/photos/schedule", {"expression": "rate(2 hours)"})
    for name in "abcdefgh":
        call("POST", "/tasks", settings | {"task_id": name})

    pages = [call("GET", "/audit?task_id=photos").json]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(call("GET", f"/audit?task_id=photos&cursor={cursor}").json)

    found = [entry["action"] for page in pages for entry in page["entries"]]
    assert (pages[0]["entries"], len(pages) > 2, found) == ([], True, ["schedule.set"])


def test_a_change_that_breaks_off_stays_in_the_log_as_such(deployment, settings, monkeypatch):
    def break_off(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("ferry.tasks.store.TaskStore.create_task", break_off)

    answered = call("POST", "/tasks", settings)

    (entry,) = AuditLog(deployment.books.tasks._table).list().rows
    assert (answered.status, answered.json["reason"]) == (500, "Unforeseen")
    assert entry.outcome == "broken_off"


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem"),
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "Query"),
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "CreateSchedule"),
        ClientError(
            {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "GetObject"
        ),
        ClientError({"Error": {"Code": "X"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "GetItem"),
        ClientError(
            {
                "Error": {"Code": "TransactionCanceledException"},
                "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
            },
            "TransactWriteItems",
        ),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
        ReadTimeoutError(endpoint_url="https://dynamodb"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
)
def test_a_moment_in_which_aws_does_not_answer_is_one_to_try_again(deployment, monkeypatch, error):
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("ferry.tasks.store.TaskStore.get_task", refuse)

    answered = call("GET", "/tasks/photos")

    assert (answered.status, answered.headers["content-type"]) == (503, "application/problem+json")
    assert answered.headers["retry-after"] == "5"
    assert "try again in a few seconds" in answered.json["detail"]


def test_what_aws_refuses_for_good_is_not_one_to_try_again(deployment, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetItem")

    monkeypatch.setattr("ferry.tasks.store.TaskStore.get_task", refuse)

    assert call("GET", "/tasks/photos").status == 500


def test_the_url_of_a_webhook_is_shown_to_administrators_alone(deployment, settings):
    url = "https://hooks.example.com/services/T0/secret"
    alerts = {"email": None, "webhook": url, "lag_seconds": None}
    created = call("POST", "/tasks", settings | {"alerts": alerts})

    assert created.json["alerts"]["webhook"] == url
    for answer in (
        call("GET", "/tasks/more", groups="[operator]"),
        call("GET", "/tasks"),
        call("GET", "/audit"),
    ):
        assert "hooks.example.com" in answer.text or "entries" in answer.text
        assert "secret" not in answer.text.replace(settings["source"]["secret"], "").replace('"secret"', "")


def test_a_webhook_that_comes_back_as_it_was_shown_stays_what_it_was(deployment, settings):
    url = "https://hooks.example.com/services/T0/secret"
    call("POST", "/tasks", settings | {"alerts": {"email": None, "webhook": url, "lag_seconds": None}})
    (listed,) = [
        row["task"] for row in call("GET", "/tasks").json["tasks"] if row["task"]["task_id"] == "more"
    ]
    sent = {name: listed[name] for name in settings} | {"compare": "size"}

    changed = call("PUT", "/tasks/more", sent, headers={"if-match": listed["revision"]})

    assert (changed.status, listed["alerts"]["webhook"]) == (200, "https://hooks.example.com/")
    assert deployment.books.tasks.get_task("more").alerts.webhook == url


@pytest.mark.parametrize("broken", ["ferry.tasks.schedules.Scheduler", "ferry.tasks.alerts.AlertTopics"])
@pytest.mark.parametrize(
    ("before", "after"),
    [(None, {"expression": "rate(2 hours)"}), ({"expression": "rate(2 hours)"}, None)],
)
def test_an_edit_that_broke_off_is_mended_by_making_it_again(
    deployment, settings, monkeypatch, broken, before, after
):
    def edit(schedule):
        alerts = {"email": "a@example.com"} if schedule else None
        wanted = settings | {"task_id": "photos", "schedule": schedule, "alerts": alerts}
        return call("PUT", "/tasks/photos", wanted, headers={"if-match": seen})

    def break_off(*_: object, **__: object) -> None:
        raise OSError

    seen = call("GET", "/tasks/photos").headers["etag"]
    edit(before)
    seen = call("GET", "/tasks/photos").headers["etag"]
    with monkeypatch.context() as patched:
        for method in ("put", "remove"):
            patched.setattr(f"{broken}.{method}", break_off)
        first = edit(after)

    again = edit(after)

    backend = wiring.api_backend()
    scheduled = [one["Name"] for one in backend.scheduler._client.list_schedules()["Schedules"]]
    topics = backend.topics._client.list_topics()["Topics"]
    assert (first.status, again.status) == (500, 200), again.text
    assert (len(scheduled), len(topics)) == ((1, 1) if after else (0, 0))


def test_a_document_is_read_as_json_whatever_its_sender_calls_it(deployment):
    event = sample("tasks_api-list-tasks")
    event["rawPath"] = event["requestContext"]["http"]["path"] = "/api/v1/tasks"
    event["requestContext"]["http"]["method"] = "POST"
    event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = "[admin]"
    event["headers"]["content-type"] = "text/plain"
    event["body"] = "{}"

    answered = lambda_handler(event, Context(function_name="tasks-api"))

    assert int(answered["statusCode"]) == 422
