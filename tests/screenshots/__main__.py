"""Takes the pictures of the tutorial from the running console, in both languages: ``make screenshots``."""

import tempfile
from functools import partial
from pathlib import Path

import oss2
from playwright.sync_api import expect

from local.deployment import ROOT
from local.stack import LocalStack
from tests.support.browser import Language, Visitor, running_browser, visiting
from tests.support.portal import PASSWORD, Portal
from tests.support.stack import running_stack
from tests.support.tutorial import PREFIX, set_up_task

OBJECTS = 240
WIDTH, HEIGHT = 1280, 800
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def fill_bucket(stack: LocalStack, name: str) -> None:
    """Make a source bucket with photos of several sizes."""
    auth = oss2.AuthV4(stack.oss.access_key_id, stack.oss.access_key_secret)
    bucket = oss2.Bucket(auth, stack.oss.endpoint, name, region=stack.oss.region)
    bucket.create_bucket()
    for number in range(OBJECTS):
        bucket.put_object(f"{PREFIX}2026/{number:04}.jpg", bytes(1000 + 997 * number))


def picture(visitor: Visitor, folder: Path, name: str) -> None:
    """Take a picture of the whole page, in a window as high as the page."""
    page = visitor.page
    expect(page.locator('[class*="awsui_rotator"]')).to_have_count(0)  # nothing is being loaded
    page.wait_for_timeout(600)  # for what moves to come to rest
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, height)})
    page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}.png", animations="disabled")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def take(visitor: Visitor, portal: Portal, language: Language) -> None:
    """Walk through the tutorial with a camera."""
    folder = ROOT / "docs" / language / "images"
    folder.mkdir(exist_ok=True)
    shoot = partial(picture, visitor, folder)
    email, name = f"{language}@example.com", "photos" if language == "en" else "zhaopian"
    temporary = portal.invite(email, "admin")
    shoot("sign-in")
    visitor.sign_in(email, temporary, new=PASSWORD)
    visitor.sees(visitor.text("tasks.title"))
    shoot("home")
    source = f"my-{name}"
    fill_bucket(portal.stack, source)
    set_up_task(visitor, portal.stack, name, source=source, shown=shoot)
    expect(visitor.page.get_by_text(f"{OBJECTS}").first).to_be_visible()
    visitor.sees(visitor.text("task.tabs.runs"))
    visitor.page.wait_for_timeout(12_000)  # until the run is over
    shoot("task")
    token = portal.sign_in(email)["IdToken"]
    assert portal.ask("PUT", f"tasks/{name}/real-time", token, json={}).ok
    visitor.go(f"#/tasks/{name}?tab=real-time")
    visitor.sees("ObjectCreated:PutObject")
    shoot("real-time")
    visitor.go("#/tasks")
    visitor.sees(name)
    shoot("tasks")
    visitor.go("#/audit")
    expect(visitor.page.get_by_role("link", name=name, exact=True).first).to_be_visible()
    shoot("audit")


def main() -> None:
    """Take all pictures on a stack of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder)) as stack,
        running_browser() as browser,
    ):
        portal = Portal(stack)
        for language in LANGUAGES:
            with visiting(browser, portal.url, language) as visitor:
                take(visitor, portal, language)


if __name__ == "__main__":
    main()
