"""Running the ``ferry`` command as a user would, on the demonstration's stack."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.demo.display import Display
from local.stack import LocalStack


class CommandError(Exception):
    """A ``ferry`` command failed or printed something else than one JSON document."""


def ferry(stack: LocalStack, arguments: Sequence[str], display: Display) -> dict[str, Any]:
    """Run ``ferry ARGUMENTS --json`` and show what it shows.

    Args:
        stack: Where.
        arguments: What.
        display: Gets the command as typed. Progress and errors go straight to this process's stderr.

    Returns:
        The document that it printed.

    Raises:
        CommandError: It did not do what it was told; it has said why.
    """
    shown = shlex.join(["ferry", *arguments])
    display.command(shown)
    program = Path(sys.executable).parent / "ferry"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OSS_", "FERRY_"))
    }
    environment |= {"FERRY_LOCAL": str(stack.folder)}
    with subprocess.Popen(
        [str(program), *arguments, "--json"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            printed, _ = process.communicate()
        except BaseException:
            process.terminate()
            raise
    try:
        document = json.loads(printed)
    except json.JSONDecodeError:
        document = None
    # 1 means that some objects failed, which the document tells.
    if process.returncode not in {0, 1} or not isinstance(document, dict):
        raise CommandError(f"`{shown}` ended with status {process.returncode}; it printed: {printed[:500]!r}")
    return document
