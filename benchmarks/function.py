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
    from mypy_boto3_sqs import SQSClient

CA_BUNDLE = "BENCHMARK_CA_BUNDLE"
"""The variable that names the certificates to trust instead of the public ones."""
MAX_DELIVERIES = 5
REFERENCE = "benchmarks.reference_function"


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
    module = REFERENCE if name == "reference" else f"functions.{name}.app"
    lambda_handler: Handler = importlib.import_module(module).lambda_handler
    return lambda_handler


def large_object(job: dict[str, Any], context: Context) -> Any:
    """Carry out the steps of the large-object workflow, one after the other."""
    plan, copy, finish = (handler(f"multipart_{step}") for step in ("plan", "copy", "finish"))
    planned = plan(job, context)
    results = [copy({**planned, **piece}, context) for piece in planned["ranges"]]
    return finish({**planned, "results": results, "action": "complete"}, context)


def redelivered(event: dict[str, Any], context: Context) -> Any:
    """Deliver a job as often as its queue would, without the queue's pauses; tell how often that was."""
    transfer = handler("transfer")
    for count in range(1, MAX_DELIVERIES + 1):
        event["Records"][0]["attributes"]["ApproximateReceiveCount"] = str(count)
        if not transfer(event, context)["batchItemFailures"]:
            return {"deliveries": count, "is_dead": False}
    return {"deliveries": MAX_DELIVERIES, "is_dead": True}


def replicated(event: dict[str, Any], context: Context) -> Any:
    """Take in a notification and carry out its jobs; tell the seconds that both functions took."""
    intake, transfer = handler("intake"), handler("transfer")
    started = time.perf_counter()
    answer = intake(event, context)
    seconds = time.perf_counter() - started
    if answer["statusCode"] != 202:
        raise RuntimeError(f"the notification was answered {answer['statusCode']}")
    # The service that hands messages to functions is not ours.
    messages = queue().receive_message(QueueUrl=os.environ["FERRY_EVENT_QUEUE_URL"])["Messages"]
    records = [record(message["MessageId"], message["Body"], "events") for message in messages]
    started = time.perf_counter()
    again = transfer({"Records": records}, context)["batchItemFailures"]
    return {"seconds": seconds + time.perf_counter() - started, "jobs": len(records), "again": len(again)}


@lru_cache
def queue() -> "SQSClient":
    """Return what takes messages from the queue in the place of Lambda's poller."""
    import boto3

    return boto3.client("sqs")


SEVERAL: dict[str, Handler] = {
    "large_object": large_object,
    "redelivered": redelivered,
    "replicated": replicated,
}
"""What takes more than one function, or one more than once."""


def record(message_id: str, body: str, queue: str = "jobs") -> dict[str, Any]:
    """Return a message as Lambda gets it from SQS."""
    return {
        "messageId": message_id,
        "receiptHandle": message_id,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(int(time.time() * 1000)),
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue}",
    }


def cpu_seconds() -> float:
    """Return the CPU time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(name: str) -> None:
    """Handle every event."""
    handle = SEVERAL.get(name) or handler(name)
    if CA_BUNDLE in os.environ and name != "reference":
        trust_the_servers()
    wall, cpu = time.perf_counter(), cpu_seconds()
    answers = [handle(json.loads(line), Context(name)) for line in sys.stdin]
    details = {"work_wall_seconds": time.perf_counter() - wall, "work_cpu_seconds": cpu_seconds() - cpu}
    print()
    print(json.dumps({"answers": answers, "details": details}))


if __name__ == "__main__":
    main(sys.argv[1])
