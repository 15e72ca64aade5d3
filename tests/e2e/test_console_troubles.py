"""What the console says and does when something is wrong, in a browser on the deployed stack."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import User
from tests.support.browser import Visitor, running_browser, visiting
from tests.support.portal import PASSWORD, Portal
from tests.support.tutorial import describe_source
from tests.support.waiting import wait_for

EMAIL = "troubled@example.com"
API = "**/api/v1/**"


@pytest.fixture(scope="module")
def portal(user: User) -> Portal:
    portal = Portal(user.stack)
    portal.join(EMAIL, "admin")
    return portal


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as started:
        yield started


@pytest.fixture
def visitor(portal: Portal, browser: Browser) -> Iterator[Visitor]:
    """An administrator who is signed in."""
    with visiting(browser, portal.url) as visitor:
        visitor.sign_in(EMAIL, PASSWORD)
        yield visitor


def row_of(page: Page, text: str):
    """The line of the list of checks that holds a text."""
    return page.get_by_role("listitem").filter(has_text=text).first


def check_source(visitor: Visitor, user: User, bucket: str) -> None:
    visitor.go("#/create-task")
    describe_source(visitor, user.stack, bucket)
    visitor.press("createTask.checks.start")
    visitor.sees(visitor.text("createTask.checks.someFailed_one"))


def test_a_bucket_that_is_not_there_is_found_before_anything_is_created(visitor: Visitor, user: User):
    check_source(visitor, user, "no-such-bucket")

    wrong = row_of(visitor.page, visitor.text("createTask.check.source_bucket"))
    expect(wrong).to_contain_text("check the name of the source bucket")
    skipped = row_of(visitor.page, visitor.text("createTask.check.source_list"))
    expect(skipped).to_contain_text(visitor.text("createTask.checks.skipped"))


def test_a_secret_of_another_form_is_found_before_anything_is_created(visitor: Visitor, user: User):
    user.source("secretive")
    secrets, arn = user.aws("secretsmanager"), user.stack.secret_arn
    before = secrets.get_secret_value(SecretId=arn)["SecretString"]
    secrets.put_secret_value(SecretId=arn, SecretString="AKID:not-shown")
    try:
        check_source(visitor, user, "secretive")
    finally:
        secrets.put_secret_value(SecretId=arn, SecretString=before)

    wrong = row_of(visitor.page, visitor.text("createTask.check.secret"))
    expect(wrong).to_contain_text("is not JSON")
    assert "not-shown" not in visitor.page.content()


def test_a_lost_session_leads_back_to_where_one_was(visitor: Visitor):
    visitor.go("#/audit")
    expect(visitor.page.locator("h1")).to_be_visible()
    visitor.page.route(API, lambda route: route.fulfill(status=401, json={"message": "Unauthorized"}))
    visitor.sees(visitor.text("auth.expired"))
    visitor.page.unroute(API)

    visitor.sign_in(EMAIL, PASSWORD)

    expect(visitor.page).to_have_url(f"{visitor.url}#/audit")
    visitor.sees(visitor.text("task.columns.time"))


def test_an_api_that_cannot_be_reached_is_said_and_tried_again(visitor: Visitor, user: User):
    user.source("patient")
    user.create_task("patient", "oss://patient/")
    visitor.page.route(API, lambda route: route.abort())
    visitor.go("#/tasks/patient")
    visitor.sees(visitor.text("common.errors.unreachableTitle"))
    visitor.page.unroute(API)

    visitor.press("common.retry")

    visitor.sees(visitor.text("task.tabs.overview"))


def test_what_failed_is_shown_with_its_reason_and_taken_up_again(visitor: Visitor, user: User):
    bucket = user.source("frozen")
    bucket.put_object("warm", b"warm")
    bucket.put_object("cold", b"cold", headers={"x-oss-storage-class": "ColdArchive"})
    user.create_task("frozen", "oss://frozen/")
    first = user.ferry("run", "start", "frozen", "--wait", "--json").json["run_id"]
    visitor.go("#/tasks/frozen?tab=failures")
    visitor.sees("Archived")
    visitor.sees("cold")

    visitor.press("run.actions.retryAll")

    def retried() -> bool:
        return first in [run["retry_of"] for run in user.ferry("run", "list", "frozen", "--json").json]

    wait_for(retried)
