"""``ferry sender``: the function that passes events of OSS on to Ferry, ready to upload."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.console import note, out, print_json
from cli.deployment import find_deployment
from cli.options import AwsRegionOption, JsonOption, LocalOption, StackOption
from cli.realtime import secret_of_task

if TYPE_CHECKING:
    from ferry.tasks.models import Task

app = typer.Typer(
    name="sender",
    help="Make the function that passes events of OSS on.",
    no_args_is_help=True,
    epilog="Example: ferry sender build --task photos",
)

Way = Literal["endpoint", "queue"]


@app.callback()
def sender() -> None:
    """Make the function that passes events of OSS on."""


@app.command(epilog="Example: ferry sender build --task photos --output ./sender-of-photos")
def build(  # noqa: PLR0913 - the options of a command
    *,
    task: Annotated[str, typer.Option(metavar="TASK", help="Whose events it passes on.")],
    via: Annotated[
        Way, typer.Option(help="Send to the HTTP endpoint, or to the queue with an access key of AWS.")
    ] = "endpoint",
    output: Annotated[
        Path, typer.Option(metavar="DIR", help="Where to write; made if it does not exist.")
    ] = Path("ferry-sender"),
    stack: StackOption = "ferry",
    aws_region: AwsRegionOption = "",
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write a function for Function Compute with all that it needs.

    The zip to upload, its environment variables, the events of its trigger, and the IAM policy of the user
    whose key it has if it sends to the queue.
    """
    from ferry.sender import package

    deployment = find_deployment(stack, aws_region, local=local)
    found = deployment.tasks.get_task(task)
    secret, entry = secret_of_task(deployment, found), deployment.event_entry
    documents = {
        "environment.json": package.sender_environment(entry, task, secret, via),
        "trigger.json": package.sender_trigger(found),
        "policy.json": package.sender_policy(entry, via),
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / "ferry-sender.zip").write_bytes(package.sender_zip())
    for name, document in documents.items():
        path = output / name
        # Only its owner may read what holds a secret.
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    if as_json:
        print_json({"directory": str(output), "files": ["ferry-sender.zip", *documents], "via": via})
        return
    for line in _next_steps(output, found, via):
        note(out(), line)


def _next_steps(output: Path, task: "Task", via: Way) -> list[str]:
    key = [
        "Make an IAM user with policy.json, and put its access key into environment.json.",
    ]
    return [
        f"Wrote the sender of {task.task_id} to {output}. Next:",
        *(key if via == "queue" else []),
        f"Make a function in Function Compute, in {task.source.region}, runtime Python 3.10 or later, "
        "from ferry-sender.zip; its handler is index.handler.",
        "Give it the variables of environment.json, asynchronous retries, and a failure destination.",
        f"Give it an OSS trigger on {task.source.bucket} with the events and the prefix of trigger.json.",
    ]
