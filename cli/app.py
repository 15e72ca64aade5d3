"""The ``ferry`` command line: its commands, its version, and what an error looks like."""

import logging
import os
import sys
import warnings
from typing import Annotated

import typer

from cli import local_stack, realtime, reports, run_control, runs, schedules, sender, tasks
from cli.console import err, note, out
from cli.copy import copy, copy_epilog
from cli.demo import demo, demo_epilog
from cli.errors import explain
from cli.verify import verify, verify_epilog

app = typer.Typer(
    name="ferry",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="Example: ferry copy --oss-region cn-hangzhou oss://my-bucket s3://my-replica",
)
app.command(epilog=copy_epilog)(copy)
app.command(epilog=verify_epilog)(verify)
app.add_typer(tasks.app)
run_control.add_commands(runs.app)
runs.app.command(epilog="Example: ferry run report photos-20260131t235959z --format json")(reports.report)
app.add_typer(runs.app)
app.add_typer(realtime.app)
app.add_typer(schedules.app)
app.add_typer(sender.app)
app.add_typer(local_stack.app)
app.command(epilog=demo_epilog)(demo)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        out().print(f"ferry {version('ferry')}")
        raise typer.Exit


@app.callback()
def ferry(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Replicate Alibaba Cloud OSS buckets into Amazon S3."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 all well, 1 something failed or differs, 2 nothing could be done."""
    # The SDKs warn about their retries; what Ferry itself warns about is for the user.
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("ferry").addHandler(logging.StreamHandler())
    # oss2 2.19.1 on Python 3.13.
    warnings.filterwarnings("ignore", message=".*invalid escape sequence", category=SyntaxWarning)
    try:
        app(arguments)
    except SystemExit as end:
        if end.code in {130, 143}:
            # Threads may still wait for an answer that nobody wants any more.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(int(end.code))
        raise
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        note(err(), f"ferry: {sentence}", "red")
        sys.exit(2)
