"""One function in a process of its own: ``python -m benchmarks.function transfer``.

It handles the events on its standard input, one a line, and prints its answers as JSON on the last line, with
what handling them took beside the start of the process.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ferry.stores.http import HttpTransport

CA_BUNDLE = "BENCHMARK_CA_BUNDLE"
"""The variable that names the certificates to trust instead of the public ones."""


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    started: float = field(default_factory=time.monotonic)
    memory_limit_in_mb: int = 1024
    aws_request_id: str = "benchmark"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of an hour, so that no benchmark is cut off."""
        return int((3600 - (time.monotonic() - self.started)) * 1000)


def trust_the_servers() -> None:
    """Let object bodies travel over TLS to the benchmark's own servers."""
    from ferry import wiring

    @lru_cache
    def http() -> "HttpTransport":
        from ferry.stores.http import HttpTransport

        return HttpTransport(ca_bundle=os.environ[CA_BUNDLE])

    wiring.http = http


type Handler = Callable[[dict[str, Any], Context], Any]


def handler(name: str) -> Handler:
    """Return a function's handler."""
    lambda_handler: Handler = importlib.import_module(f"functions.{name}.app").lambda_handler
    return lambda_handler


def large_object(job: dict[str, Any], context: Context) -> Any:
    """Carry out the steps of the large-object workflow, one after the other."""
    plan, copy, finish = (handler(f"multipart_{step}") for step in ("plan", "copy", "finish"))
    planned = plan(job, context)
    results = [copy({**planned, **piece}, context) for piece in planned["ranges"]]
    return finish({**planned, "results": results, "action": "complete"}, context)


def cpu_seconds() -> float:
    """Return the CPU time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(name: str) -> None:
    """Handle every event."""
    handle = large_object if name == "large_object" else handler(name)
    if CA_BUNDLE in os.environ:
        trust_the_servers()
    wall, cpu = time.perf_counter(), cpu_seconds()
    answers = [handle(json.loads(line), Context(name)) for line in sys.stdin]
    details = {"work_wall_seconds": time.perf_counter() - wall, "work_cpu_seconds": cpu_seconds() - cpu}
    print()
    print(json.dumps({"answers": answers, "details": details}))


if __name__ == "__main__":
    main(sys.argv[1])
