"""A real browser, and somebody who uses the console in it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from local.deployment import ROOT

type Language = Literal["en", "zh"]

CONSOLE = ROOT / "console"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_MS = 30_000
_NAMES = {
    "common": "common",
    "auth": "auth",
    "createTask": "create-task",
    "task": "task",
    "tasks": "tasks",
    "run": "run",
}


def chromium_path() -> str:
    """The browser to use: CHROMIUM, or the first of the usual names on PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    assert found, "no Chromium was found: install one (Debian: apt-get install chromium), or set CHROMIUM"
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run a browser that shows no window."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@cache
def _texts(language: Language, namespace: str) -> Any:
    return json.loads((CONSOLE / "src" / "locales" / language / f"{_NAMES[namespace]}.json").read_text())


@dataclass
class Visitor:
    """Somebody at a page of the console, who reads one language.

    Attributes:
        complaints: What the browser's console said was wrong.
    """

    page: Page
    url: str
    language: Language
    complaints: list[str]

    def text(self, place: str, **values: str) -> str:
        """A text of the console, by namespace and key such as ``auth.signIn``."""
        namespace, *keys = place.split(".")
        found = _texts(self.language, namespace)
        for key in keys:
            found = found[key]
        for name, value in values.items():
            found = found.replace("{{" + name + "}}", value)
        return str(found)

    def go(self, place: str = "") -> None:
        """Open a page, such as ``#/tasks``."""
        self.page.goto(self.url + place)

    def press(self, place: str, **values: str) -> None:
        """Press the button of a text."""
        self.page.get_by_role("button", name=self.text(place, **values), exact=True).first.click()

    def field(self, place: str) -> Locator:
        """The text field of a label."""
        return self.page.get_by_role("textbox", name=self.text(place)).first

    def fill(self, place: str, value: str) -> None:
        """Type into the field of a label."""
        self.field(place).fill(value)

    def choose(self, place: str, option: str, *, search: bool = False) -> None:
        """Choose an option, by a part of its text, of the list with a label; long lists are searched."""
        self.page.get_by_role("button", name=self.text(place)).first.click()
        if search:
            self.page.keyboard.type(option)
        self.page.get_by_role("option").filter(has_text=option).first.click()

    def pick(self, place: str) -> None:
        """Pick the radio button of a text."""
        self.page.get_by_role("radio", name=self.text(place)).first.check()

    def sees(self, text: str) -> None:
        """Wait until a text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def sign_in(self, email: str, password: str, *, new: str | None = None) -> None:
        """Sign in, and choose a password of one's own when ``new`` is given."""
        self.fill("auth.email", email)
        self.page.locator('input[type="password"]').first.fill(password)
        self.press("auth.signIn")
        if new is not None:
            self.sees(self.text("auth.newPasswordTitle"))
            for place in self.page.locator('input[type="password"]').all():
                place.fill(new)
            self.press("auth.setPassword")
        expect(self.page.get_by_role("navigation").first).to_be_visible()

    def faults(self) -> list[str]:
        """What axe finds wrong with the page for people who cannot see it or use a mouse."""
        axe = (CONSOLE / "node_modules" / "axe-core" / "axe.min.js").read_text()
        self.page.evaluate(axe)
        found = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@contextmanager
def visiting(browser: Browser, url: str, language: Language = "en", **options: Any) -> Iterator[Visitor]:
    """Open the console for somebody who was never there before."""
    locale = {"en": "en-GB", "zh": "zh-CN"}[language]
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    visitor = Visitor(page, url, language, [])
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    try:
        visitor.go()
        yield visitor
    except BaseException:
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/failed-{language}.png", full_page=True)
        raise
    finally:
        context.close()
