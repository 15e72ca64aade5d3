"""``ferry demo``: the whole way, on this machine."""

from typing import Final

import typer

from cli.console import err, out
from cli.options import JsonOption

demo_epilog: Final = "Example: ferry demo --json"


def demo(as_json: JsonOption = False) -> None:
    """Replicate real objects through the deployed application on this machine, and check every one.

    Needs no account. Exits with 0 only if every check holds.
    """
    from local.demo.run import run_demo

    raise typer.Exit(run_demo(as_json=as_json, console=err() if as_json else out()))
