"""One function in a process of its own: handles the events given on standard input, prints its answers.

Run by the scenario: ``python -m benchmarks.memory.function transfer < events.json``.
"""

import importlib
import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    started: float = field(default_factory=time.monotonic)
    memory_limit_in_mb: int = 1024
    aws_request_id: str = "benchmark"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of 15 minutes."""
        return int((900 - (time.monotonic() - self.started)) * 1000)


def main(name: str) -> None:
    """Handle every event and print the answers on the last line."""
    events: list[dict[str, Any]] = json.load(sys.stdin)
    app = importlib.import_module(f"functions.{name}.app")
    answers = [app.lambda_handler(event, Context(name)) for event in events]
    print(json.dumps(answers))


if __name__ == "__main__":
    main(sys.argv[1])
