"""The tutorial's way through the wizard."""

from collections.abc import Callable

from playwright.sync_api import expect

from local.stack import SECRET_NAME, LocalStack
from tests.support.browser import Visitor

PREFIX = "in/"
_NEXT = {"en": "Next", "zh": "下一步"}


def set_up_task(
    visitor: Visitor,
    stack: LocalStack,
    name: str,
    *,
    source: str,
    shown: Callable[[str], object] = lambda _: None,
) -> None:
    """Create a task of what lies under ``in/``, starting a run.

    Args:
        visitor: An administrator who is signed in.
        stack: The deployment.
        name: Of the task, and of its prefix of replicas.
        source: The OSS bucket.
        shown: Told the name of every step once it is filled in.
    """
    visitor.go("#/create-task")
    visitor.sees(visitor.text("createTask.engine.edition"))
    shown("engine")
    describe_source(visitor, stack, source)
    shown("source")
    _forward(visitor)
    bucket = visitor.page.get_by_label(visitor.text("createTask.destination.bucket"), exact=False).first
    bucket.fill(stack.replica_bucket)
    visitor.page.keyboard.press("Escape")
    visitor.choose("createTask.destination.region", stack.aws.region, search=True)
    visitor.fill("createTask.destination.prefix", f"{name}/")
    shown("destination")
    _forward(visitor)
    visitor.fill("createTask.naming.name", name)
    shown("options")
    _forward(visitor)
    visitor.sees(visitor.text("createTask.checks.allGood"))
    visitor.sees(visitor.text("createTask.estimate.again"))
    shown("review")
    visitor.page.get_by_role("checkbox", name=visitor.text("createTask.review.startNow")).check()
    visitor.press("createTask.create")
    expect(visitor.page).to_have_url(f"{visitor.url}#/tasks/{name}")


def describe_source(visitor: Visitor, stack: LocalStack, source: str) -> None:
    """Go from the first step of the wizard to the source, and fill it in."""
    _forward(visitor)
    visitor.fill("createTask.source.bucket", source)
    visitor.pick("createTask.scope.prefix")
    visitor.fill("createTask.scope.prefixLabel", PREFIX)
    visitor.choose("createTask.source.region", stack.oss.region, search=True)
    visitor.pick("createTask.endpoint.other")
    visitor.fill("createTask.endpoint.url", stack.oss.endpoint)
    visitor.choose("createTask.secret.label", SECRET_NAME)


def _forward(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=_NEXT[visitor.language]).first.click()
