"""What the first event of a fresh process costs."""

from collections.abc import Callable
from typing import Any

from ferry.tasks.models import Run

from benchmarks import ferry_client
from benchmarks.ferry_client import function, job_objects, large_object_job, notification, start_run
from benchmarks.measuring import Measured, copying
from benchmarks.object_server.keys import key_of
from benchmarks.object_server.options import Options
from benchmarks.object_server.processes import Servers
from benchmarks.scenario import Contender, Goal, Round, Scenario, cpu_ratio

SIZE = 5 * 1024**2
REFERENCE = "boto3, oss2 and Powertools"
HANDLERS = ("transfer", "finder", "multipart_plan", "multipart_copy", "multipart_finish", "intake")

type Event = Callable[[Servers, Run], dict[str, Any]]


def copied_by_reference(servers: Servers) -> Measured:
    """Start what a handler is made of as a rule, and let it copy what `transfer` is asked to copy."""
    run = start_run(servers)
    return function("reference", servers, [EVENTS["transfer"](servers, run)]).measured


def start_ratio(name: str) -> Callable[[Round], float]:
    """Return what compares the CPU time until the first event can be handled."""
    return lambda measured: start_cpu(measured[name]) / start_cpu(measured[REFERENCE])


def start_cpu(measured: Measured) -> float:
    """Return the CPU seconds from the start of the process until the first event."""
    return measured.cpu_seconds - measured.details["work_cpu_seconds"]


def planned(servers: Servers, run: Run) -> dict[str, Any]:
    """Return the plan of the only object's upload."""
    plan: dict[str, Any] = function("multipart_plan", servers, [large_object_job(run, key_of(0))]).answers[0]
    return plan


def only_range(servers: Servers, run: Run) -> dict[str, Any]:
    """Return the event that copies all parts."""
    plan = planned(servers, run)
    return {**plan, **plan["ranges"][0]}


def copied(servers: Servers, run: Run) -> dict[str, Any]:
    """Return the event that completes the upload, whose parts are there."""
    piece = only_range(servers, run)
    reports = function("multipart_copy", servers, [piece]).answers
    return {**piece, "results": reports, "action": "complete"}


EVENTS: dict[str, Event] = {
    "transfer": lambda servers, run: next(
        iter(ferry_client.transfer_events(run, job_objects(servers.options)))
    ),
    "finder": lambda _, run: {"run_id": run.run_id, "shard_id": "0000"},
    "multipart_plan": lambda _, run: large_object_job(run, key_of(0)),
    "multipart_copy": only_range,
    "multipart_finish": copied,
    "intake": lambda _, run: notification(run, key_of(0)),
}


def first_event(name: str) -> Contender:
    """Return a function that starts and handles one event, about one object."""

    def client(servers: Servers) -> Measured:
        run = start_run(servers, real_time=name == "intake")
        return function(name, servers, [EVENTS[name](servers, run)]).measured

    return copying(lambda _: Options(1, SIZE), client, 1, copies=False)


SCENARIO = Scenario(
    title="Cold starts",
    text="A fresh interpreter from its start to the end of its first event, about one object of 5 MiB. The "
    "reference is a handler with clients of boto3 (s3, sqs) and oss2 and Powertools' Logger, Metrics, Tracer "
    "and BatchProcessor, which reads and writes the object and keeps no accounts.",
    unit="start",
    contenders={
        REFERENCE: copying(lambda _: Options(1, SIZE), copied_by_reference, 1),
        **{name: first_event(name) for name in HANDLERS},
    },
    goals=tuple(
        Goal("P9", f"CPU of a cold start{what}, `{name}` / reference", "≤", 0.35, ratio(name))
        for name in HANDLERS
        for what, ratio in (
            ("", start_ratio),
            (" and the first event", lambda name: cpu_ratio(name, REFERENCE)),
        )
    ),
    rounds=9,
)
