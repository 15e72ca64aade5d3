"""The tutorial in a browser, on the deployed stack, in both languages."""

import json

import pytest
import requests
from playwright.sync_api import Browser, expect

from local import mailbox
from local.stack import ADMIN_EMAIL
from tests.e2e.conftest import User
from tests.support.browser import Language, running_browser, visiting
from tests.support.portal import PASSWORD, Portal
from tests.support.tutorial import set_up_task
from tests.support.waiting import wait_for

OBJECTS = 12


@pytest.fixture(scope="module")
def portal(user: User) -> Portal:
    return Portal(user.stack)


@pytest.fixture(scope="module")
def browser():
    with running_browser() as started:
        yield started


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tutorial_from_the_temporary_password_to_a_replicated_change(
    user: User, portal: Portal, browser: Browser, language: Language
):
    name = f"tutorial-{language}"
    source = user.source(f"{name}-source")
    for number in range(OBJECTS):
        source.put_object(f"in/{number}.txt", f"object {number}")
    email = f"{language}@example.com"
    temporary = portal.invite(email, "admin")

    with visiting(browser, portal.url, language) as visitor:
        visitor.sign_in(email, temporary, new=PASSWORD)
        set_up_task(visitor, user.stack, name, source=f"{name}-source")
        visitor.sees(visitor.text("task.tabs.overview"))
        token = portal.sign_in(email)["IdToken"]
        wait_for(lambda: len(user.replicas(f"{name}/")) == OBJECTS)
        assert portal.ask("PUT", f"tasks/{name}/real-time", token, json={}).ok
        visitor.go(f"#/tasks/{name}?tab=real-time")
        shown = portal.ask("GET", f"tasks/{name}/real-time", token).json()
        visitor.sees("ObjectCreated:PutObject")
        source.put_object("in/new.txt", "just now")
        event = {
            "events": [
                {
                    "eventName": "ObjectCreated:PutObject",
                    "eventSource": "acs:oss",
                    "oss": {"bucket": {"name": f"{name}-source"}, "object": {"key": "in/new.txt", "size": 8}},
                }
            ]
        }
        assert requests.post(shown["url"], data=json.dumps(event), timeout=60).status_code == 202
        wait_for(lambda: user.replicas(f"{name}/").get("new.txt") == b"just now")
        assert visitor.complaints == []


def test_the_administrator_is_invited_by_the_deployment(portal: Portal):
    invitation = mailbox.mails(portal.stack.mailbox, ADMIN_EMAIL)[0]

    assert portal.url in invitation.text
    assert mailbox.temporary_password(portal.stack.mailbox, ADMIN_EMAIL)


@pytest.mark.parametrize("page", ["", "#/tasks", "#/create-task", "#/audit", "#/settings", "#/nowhere"])
def test_a_page_can_be_used_by_everybody(portal: Portal, browser: Browser, page: str):
    portal.join(f"axe{abs(hash(page))}@example.com", "admin")
    with visiting(browser, portal.url) as visitor:
        visitor.sign_in(f"axe{abs(hash(page))}@example.com", PASSWORD)
        visitor.go(page)
        expect(visitor.page.locator("h1").first).to_be_visible()

        assert visitor.faults() == []
        assert visitor.complaints == []


def test_a_viewer_sees_and_changes_nothing(portal: Portal, browser: Browser):
    portal.join("looker@example.com", "viewer")
    with visiting(browser, portal.url) as visitor:
        visitor.sign_in("looker@example.com", PASSWORD)
        visitor.go("#/create-task")

        visitor.sees(visitor.text("createTask.adminsOnly"))


def test_a_wrong_password_is_said_in_words(portal: Portal, browser: Browser):
    with visiting(browser, portal.url) as visitor:
        visitor.fill("auth.email", ADMIN_EMAIL)
        visitor.page.locator('input[type="password"]').first.fill("Nothing-like-it-9")
        visitor.press("auth.signIn")

        visitor.sees(visitor.text("auth.errors.NotAuthorizedException"))
