"""The inside of a function's process: reads one event per line, calls the handler, answers per line.

Runs as a script with nothing but the standard library, so that a function sees only what it brings.
"""

import base64
import importlib.util
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class FunctionMeta:
    """What a handler is told about its function."""

    name: str
    handler: str
    memory: int
    timeout: float
    version_id: str = ""
    qualifier: str = "LATEST"


@dataclass(frozen=True)
class Context:
    """What a handler is told about an invocation, as Python 3.12 functions see it."""

    account_id: str
    request_id: str
    function: FunctionMeta
    logger: logging.Logger
    region: str
    log_project: str = ""
    log_store: str = ""


def main() -> None:
    """Serve events from standard input until it ends; what the handler prints goes to the log."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.INFO)
    path, name = Path(sys.argv[1]), sys.argv[2]
    function = FunctionMeta(
        os.environ["FC_FUNCTION_NAME"],
        os.environ["FC_FUNCTION_HANDLER"],
        int(os.environ["FC_FUNCTION_MEMORY_SIZE"]),
        float(os.environ["FC_FUNCTION_TIMEOUT"]),
    )
    handler: Callable[[bytes, Context], object] | None = None
    for line in sys.stdin.buffer:
        invocation = json.loads(line)
        problem = ""
        try:
            handler = handler or load_handler(path, name)
            handler(base64.b64decode(invocation["event"]), _context(invocation, function))
        except Exception as error:  # noqa: BLE001 (whatever a handler raises is the invocation's result)
            traceback.print_exc()
            problem = f"{type(error).__name__}: {error}"
        sys.stdout.flush()
        answers.write(json.dumps({"error": problem}).encode() + b"\n")
        answers.flush()


def load_handler(path: Path, name: str) -> Callable[[bytes, Context], object]:
    """Import a module by its path; it finds the modules beside it.

    Raises:
        ImportError: There is no such module.
        AttributeError: It has no such function.
    """
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    handler: Callable[[bytes, Context], object] = getattr(module, name)
    return handler


def _context(invocation: dict[str, Any], function: FunctionMeta) -> Context:
    return Context(
        invocation["account_id"],
        invocation["request_id"],
        function,
        logging.getLogger(),
        invocation["region"],
    )


if __name__ == "__main__":
    main()
