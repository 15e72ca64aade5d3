"""``ferry local``: everything on this machine, no account needed."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from ferry.errors import ConfigurationError

from cli.console import err, fact_table, note, out, print_json
from cli.options import JsonOption
from cli.sessions import stack_folder
from local.oss.command import oss, oss_epilog

if TYPE_CHECKING:
    from local.stack import LocalStack

app = typer.Typer(
    name="local",
    help="Run Ferry on this machine: an OSS-compatible server, emulated AWS, and the deployed application.",
    no_args_is_help=True,
    epilog="Example: ferry local up",
)
app.command(epilog=oss_epilog)(oss)

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        envvar="FERRY_LOCAL",
        file_okay=False,
        metavar="DIR",
        help="Where the stack keeps everything; by default .ferry/stack here.",
    ),
]


@app.command(epilog="Example: ferry local up")
def up(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Start the stack; it keeps running in the background.

    Builds and deploys the real template with sam, which takes a minute.
    """
    from local.processes import StartError
    from local.stack import start_stack

    try:
        stack = start_stack(folder or stack_folder(), on_step=lambda step: note(err(), f"{step} …", "dim"))
    except StartError as error:
        msg = f"The local stack could not be started: {error}"
        raise ConfigurationError(msg, reason="StartFailed") from error
    _print(stack, as_json=as_json)


@app.command(epilog="Example: ferry local down")
def down(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Stop the stack and remove its data; logs and the build stay."""
    from local.stack import stop_stack

    stopped = stop_stack(folder or stack_folder())
    if as_json:
        print_json({"stopped": stopped})
    else:
        note(out(), "Stopped." if stopped else "No local stack was running.")


@app.command(epilog="Example: ferry local status --json")
def status(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show whether the stack runs, and how to reach it; exits with 1 when it does not run."""
    from local.stack import load_stack

    stack = load_stack(folder or stack_folder())
    if stack is not None and stack.is_running:
        _print(stack, as_json=as_json)
        return
    if as_json:
        print_json({"running": False})
    elif stack is None:
        note(out(), "No local stack runs; start one with `ferry local up`.")
    else:
        note(out(), f"The local stack is broken; see {stack.folder / 'logs'}, then `ferry local up` again.")
    raise typer.Exit(1)


@app.command(epilog="Example: ferry local mail --to admin@example.com")
def mail(
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="Only e-mails to this address.")] = "",
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the e-mails that AWS would have sent: invitations, codes, alarms; the newest last."""
    from local.mailbox import mails
    from local.stack import load_stack

    stack = load_stack(folder or stack_folder())
    if stack is None:
        msg = "No local stack runs; start one with `ferry local up`."
        raise ConfigurationError(msg, reason="NoLocalStack")
    found = mails(stack.mailbox, to)
    if as_json:
        print_json([{**asdict(one), "path": str(one.path), "date": one.date.isoformat()} for one in found])
        return
    if not found:
        note(out(), "No e-mail was sent.")
    for one in found:
        note(out(), f"{one.date:%Y-%m-%d %H:%M:%S} to {one.recipients}: {one.subject}", "bold")
        note(out(), one.text + "\n")


def _print(stack: "LocalStack", *, as_json: bool) -> None:
    from local.mailbox import temporary_password
    from local.stack import ADMIN_EMAIL

    portal_url = (stack.outputs or {}).get("PortalUrl", "")
    password = temporary_password(stack.mailbox, ADMIN_EMAIL)
    if as_json:
        document = {
            "running": True,
            "portal_url": portal_url,
            "admin_email": ADMIN_EMAIL,
            "temporary_password": password,
            "folder": str(stack.folder),
            "aws_endpoint": stack.aws.endpoint,
            "oss_endpoint": stack.oss.endpoint,
            "oss_region": stack.oss.region,
            "replica_bucket": stack.replica_bucket,
            "secret_arn": stack.secret_arn,
            "outputs": stack.outputs,
        }
        print_json(document)
        return
    rows = [
        ("AWS endpoint", stack.aws.endpoint),
        ("OSS endpoint", stack.oss.endpoint),
        ("Replica bucket", stack.replica_bucket),
        ("OSS secret", stack.secret_arn),
        ("Logs", str(stack.folder / "logs")),
    ]
    out().print(fact_table(rows))
    note(out(), "The portal, for a browser:", "bold")
    note(out(), portal_url)
    note(out(), f"Sign in as {ADMIN_EMAIL}, the first time with the temporary password {password}")
    note(out(), "To use it in this shell, for aws, ossutil and ferry:", "bold")
    for name, value in _environment(stack).items():
        note(out(), f"export {name}={value}")
    note(out(), "Then for example:", "bold")
    note(out(), f"aws s3 ls s3://{stack.replica_bucket}/")
    note(out(), f"ferry task create photos --source oss://BUCKET --destination s3://{stack.replica_bucket}")
    note(out(), "ferry run start photos --wait")


def _environment(stack: "LocalStack") -> dict[str, str]:
    return {"FERRY_LOCAL": str(stack.folder), **stack.aws.environment(), **stack.oss.environment()}
