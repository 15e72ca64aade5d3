"""Documents: no link leads nowhere, and both languages have the same pages about everything there is."""

import re
from functools import cache
from urllib.parse import unquote

import pytest

from local.deployment import ROOT
from tests.support.stack_template import template

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(path for name in ("docs", "console") for path in ROOT.glob(f"{name}/**/*.md"))]
)
DOCUMENTS = [path for path in DOCUMENTS if "node_modules" not in path.parts]
LANGUAGES = ("en", "zh")

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def named(path):
    return str(path.relative_to(ROOT))


@cache
def anchors(path):
    """The anchors that GitHub makes of a document's headings."""
    headings = _HEADING.findall(re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_leads_somewhere(document):
    links = _LINK.findall(_CODE.sub("", document.read_text()))

    dead = []
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = unquote(link).partition("#")
        found = (document.parent / path).resolve() if path else document
        if not found.exists() or (anchor and anchor not in anchors(found)):
            dead.append(link)

    assert dead == []


@pytest.mark.parametrize("folder", ["", "images"])
def test_both_languages_have_the_same_pages(folder):
    pages = [{path.name for path in (ROOT / "docs" / one / folder).iterdir()} for one in LANGUAGES]

    assert pages[0] == pages[1]


@pytest.mark.parametrize("page", [path for path in DOCUMENTS if path.parent.name in LANGUAGES], ids=named)
def test_every_page_leads_to_itself_in_the_other_language(page):
    (other,) = set(LANGUAGES) - {page.parent.name}

    assert f"](../{other}/{page.name})" in page.read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_of_the_stack_is_explained_with_its_default(language):
    rows = re.findall(
        r"^\| `(\w+)` \|.*\| ([^|]+) \| [^|]+ \|$",
        (ROOT / "docs" / language / "deployment.md").read_text(),
        flags=re.MULTILINE,
    )
    explained = {name: default.strip("`") for name, default in rows}
    nothing = {"en": ("none", "empty"), "zh": ("无", "空")}[language]

    parameters = template()["Parameters"]

    assert explained == {
        name: nothing[0] if "Default" not in one else str(one["Default"]) or nothing[1]
        for name, one in parameters.items()
    }
