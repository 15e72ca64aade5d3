"""``ferry realtime``: following notifications of the source."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.console import fact_table, list_table, note, out, print_json, show_key
from cli.deployment import Deployment, find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption

if TYPE_CHECKING:
    from ferry.tasks.models import Task
    from ferry.tasks.real_time import RealTime

app = typer.Typer(
    name="realtime",
    help="Follow notifications of the source, so that replicas are seconds behind.",
    no_args_is_help=True,
    epilog="Example: ferry realtime enable photos",
)

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Name of the task.")]
_DURATION = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@app.command(epilog="Example: ferry realtime enable photos --deletes --require-signature")
def enable(  # noqa: PLR0913 - the options of a command
    task: TaskArgument,
    *,
    deletes: Annotated[
        bool | None,
        typer.Option(
            "--deletes/--no-deletes",
            help="Delete a replica when its source is deleted. Needs a stack with MirrorDeletes=Allowed.",
        ),
    ] = None,
    bare_messages: Annotated[
        bool | None,
        typer.Option(
            "--bare-messages/--no-bare-messages",
            help="Queue messages that name no bucket are for this task.",
        ),
    ] = None,
    require_signature: Annotated[
        bool | None,
        typer.Option(
            "--require-signature/--no-require-signature",
            help="Take only what SMQ or EventBridge has signed, beside the secret.",
        ),
    ] = None,
    topic_owner: Annotated[
        str | None,
        typer.Option(metavar="UID", help="The only account whose SMQ topics count; '' for any."),
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The only SMQ topic that counts; repeatable; '' for any."),
    ] = None,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a task follow notifications, or change how it does; its secret and what is not given stay."""
    from pydantic import ValidationError

    deployment = find_deployment(stack, aws_region, local=local)
    given = {
        "deletes": deletes,
        "takes_bare_messages": bare_messages,
        "requires_signature": require_signature,
        "topic_owner": topic_owner,
        "topic_names": topic,
    }
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    # An empty text takes a restriction off.
    chosen |= {name: None for name in ("topic_owner",) if chosen.get(name) == ""}
    chosen |= {name: () for name in ("topic_names",) if chosen.get(name) == [""]}
    try:
        changed = deployment.editor.follow(task, chosen)
    except ValidationError as error:
        option = {"topic_owner": "--topic-owner must be an account id, digits only"}
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
        sentences = [option.get(name, "--topic must be the name of an SMQ topic") for name in sorted(wrong)]
        raise typer.BadParameter(". ".join(sentences) + ".") from None
    if as_json:
        print_json(_document(deployment, changed))
    else:
        said = f"The task {task} follows notifications; `ferry realtime show {task}` says where to send them."
        note(out(), said)


@app.command(epilog="Example: ferry realtime disable photos")
def disable(
    task: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Follow notifications no more; its secrets are forgotten within seconds."""
    find_deployment(stack, aws_region, local=local).editor.stop_following(task)
    if as_json:
        print_json({"task_id": task, "enabled": False})
    else:
        note(out(), f"The task {task} follows no notifications any more.")


@app.command(epilog="Example: ferry realtime show photos --json")
def show(
    task: TaskArgument,
    *,
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show where senders send notifications to, with the secret they need."""
    from ferry.task_editor import following

    deployment = find_deployment(stack, aws_region, local=local)
    found = deployment.tasks.get_task(task)
    real_time = following(found)
    document = _document(deployment, found)
    if as_json:
        print_json(document)
        return
    # Lines that can be copied as they are, which no table leaves alone.
    for name, value in (
        ("URL for SMQ", document["url"]),
        ("URL for EventBridge", document["url_without_secret"]),
        ("Token for EventBridge", document["secret"]),
        ("Header of other senders", f"x-ferry-secret: {document['secret']}"),
        ("Queue", document["queue_url"]),
        ("ARN of the queue", document["queue_arn"]),
        ("Events", " ".join(document["events"])),
    ):
        note(out(), name, "dim")
        note(out(), f"  {value}")
    rows = [
        ("Deletes", "replicated" if real_time.deletes else "not replicated"),
        ("Bare messages", "are this task's" if real_time.takes_bare_messages else "see --bare-messages"),
        ("Signature", "required" if real_time.requires_signature else "checked if there is one"),
        ("Topic owner", real_time.topic_owner or "any"),
        ("Topics", ", ".join(real_time.topic_names) or "any"),
        ("Older secrets", _older(real_time)),
    ]
    out().print(fact_table(rows))
    note(out(), "Keep the secret to yourself: whoever has it can make Ferry look at this bucket.")


@app.command(epilog="Example: ferry realtime rotate photos --keep 7d")
def rotate(
    task: TaskArgument,
    *,
    keep: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="How long the old secret is still taken, such as 12h or 7d; 0 for not at all.",
        ),
    ] = "7d",
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give a task a new secret.

    The old one is taken for a while, so that senders can be changed one by one.
    """
    period = _period(keep)
    deployment = find_deployment(stack, aws_region, local=local)
    changed = deployment.editor.rotate_secret(task, keep=period)
    if as_json:
        print_json(_document(deployment, changed))
    else:
        until = f"the old one is taken for {keep} more" if period else "the old one is taken no more"
        note(out(), f"The task {task} has a new secret, {until}; see `ferry realtime show {task}`.")


@app.command(epilog="Example: ferry realtime strays")
def strays(
    *,
    send_again: Annotated[
        str, typer.Option(metavar="MESSAGE", help="Put this message on the queue again, and forget it here.")
    ] = "",
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """List messages of the queue that no task could take, or send one again."""
    deployment = find_deployment(stack, aws_region, local=local)
    if send_again:
        _send_again(deployment, send_again)
        if as_json:
            print_json({"sent_again": send_again})
        else:
            note(out(), f"The message {send_again} is on the queue again.")
        return
    found = list(deployment.strays.list())
    if as_json:
        print_json(
            [
                {
                    "stray_id": stray.stray_id,
                    "message_id": stray.message_id,
                    "received_at": stray.received.isoformat(),
                    "reason": stray.reason,
                    "body": stray.body,
                }
                for stray in found
            ]
        )
    elif not found:
        note(out(), "There are no stray messages.")
    else:
        rows = [
            (stray.stray_id, f"{stray.received:%Y-%m-%d %H:%M:%S}", stray.reason, show_key(stray.body[:60]))
            for stray in found
        ]
        out().print(list_table(["Message", "Received (UTC)", "Why", "Begins with"], rows, whole="Message"))


def secret_of_task(deployment: Deployment, task: "Task") -> str:
    """Return the secret that the task's senders are to use; raises NotFollowingError when it has none."""
    from ferry.events.secrets import current_secret
    from ferry.task_editor import following

    return current_secret(following(task), deployment.sender_key)


def _document(deployment: Deployment, task: "Task") -> dict[str, Any]:
    from ferry.events.models import FOLLOWED_EVENTS
    from ferry.task_editor import following

    url, secret = deployment.event_entry.url_of(task.task_id), secret_of_task(deployment, task)
    return {
        "task_id": task.task_id,
        "enabled": True,
        "url": f"{url}/{secret}",
        "url_without_secret": url,
        "secret": secret,
        "queue_url": deployment.event_entry.queue_url,
        "queue_arn": deployment.event_entry.queue_arn,
        "events": list(FOLLOWED_EVENTS),
        **following(task).model_dump(mode="json", exclude={"secrets"}),
    }


def _older(real_time: "RealTime") -> str:
    now = datetime.now(UTC)
    valid = [secret.valid_until for secret in real_time.secrets[1:] if secret.valid_until is not None]
    return ", ".join(f"until {until:%Y-%m-%d %H:%M} UTC" for until in valid if until > now) or "none"


def _period(text: str) -> timedelta:
    if text == "0":
        return timedelta()
    match = _DURATION.fullmatch(text)
    if match is None:
        msg = f"--keep must be such as 30m, 12h, 7d or 0, not {text!r}."
        raise typer.BadParameter(msg)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _send_again(deployment: Deployment, stray_id: str) -> None:
    from ferry.tasks.strays import MAX_BODY

    stray = deployment.strays.get(stray_id)
    if len(stray.body) >= MAX_BODY:
        msg = f"The message {stray_id} is not kept whole; send it again from where it came."
        raise typer.BadParameter(msg)
    sqs = deployment.session.client("sqs")
    sqs.send_message(QueueUrl=deployment.output("EventQueueUrl"), MessageBody=stray.body)
    deployment.strays.remove(stray)
