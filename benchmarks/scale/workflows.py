"""History events, transitions and payloads of the workflows, by their definitions."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Final

import yaml
from ferry.multipart.plan import part_size_for, plan_ranges
from ferry.multipart.ranges import CopiedRange
from ferry.multipart.steps import LargeObjectJob
from ferry.multipart.upload import PartRange, UploadPlan

from benchmarks.scale.scanning import Scan, made_up_run

_FOLDER: Final = Path(__file__).parents[2] / "statemachines"
_EVENTS: Final = {"Task": 5, "Choice": 2, "Pass": 2, "Wait": 2, "Map": 6, "Succeed": 2}
"""Entered and exited; a task is scheduled, starts and succeeds, too; a Map and its run start and end."""
_EXECUTION_EVENTS: Final = 2
_LOST_WAIT_EVENTS: Final = 4
"""Of a wait for a task token that times out: scheduled, started, submitted, timed out."""
SEAL_WAIT_SECONDS: Final = 900


@cache
def _states(workflow: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the states of a workflow, those of its Maps' children among them."""
    document = yaml.safe_load((_FOLDER / f"{workflow}.asl.yaml").read_text())
    states: dict[str, Mapping[str, Any]] = dict(document["States"])
    for state in document["States"].values():
        states |= state.get("ItemProcessor", {}).get("States", {})
    return states


def history_events(workflow: str, path: Iterable[str]) -> int:
    """Return the history events of an execution that takes these states, none of which fails."""
    return _EXECUTION_EVENTS + sum(_EVENTS[_states(workflow)[name]["Type"]] for name in path)


def run_path(rounds: int) -> list[str]:
    """Return the states of a run that deletes nothing."""
    plan = ["PlanShards", "AnyShards"]
    scans = [*plan, "ScanShards", "AnyShardFailed"] * rounds
    return ["Open", "WasItPaused", *scans, *plan, "Seal", "Close", "HowItEnded", "RunEnded"]


def run_events(rounds: int, waiting_seconds: float) -> int:
    """Return the history events of a run's execution.

    Args:
        rounds: Of scanning.
        waiting_seconds: For the last job, after everything was scanned.
    """
    waits = int(waiting_seconds // SEAL_WAIT_SECONDS)
    return history_events("run", run_path(rounds)) + 1 + waits * _LOST_WAIT_EVENTS


def run_transitions(scan: Scan, waiting_seconds: float) -> int:
    """Return the transitions of a run's execution and its children."""
    children = scan.calls * len(["ScanShard"])
    return len(run_path(scan.rounds)) + children + int(waiting_seconds // SEAL_WAIT_SECONDS)


def shard_events() -> int:
    """Return the history events of the execution that scans a shard."""
    return history_events("run", ["ScanShard"])


def object_path() -> list[str]:
    """Return the states of a large object's execution."""
    return ["Plan", "AnythingToCopy", "CopyRanges", "Complete", "Done"]


def range_path(calls: int, waits: int = 0) -> list[str]:
    """Return the states of the execution that copies a range."""
    copies = ["CopyRange", "WholeRange"] * calls
    return [*copies, *["CopyRange", "WholeRange", "WaitForLimits"] * waits, "RangeEnded"]


def object_transitions(size: int, calls_per_range: int) -> int:
    """Return the transitions of a large object's execution and its children."""
    return len(object_path()) + ranges_of(size) * len(range_path(calls_per_range))


def part_size_of(size: int) -> int:
    """Return the bytes of a part."""
    return part_size_for(size)


def parts_of(size: int) -> int:
    """Return the number of parts."""
    return ceil(size / part_size_for(size))


def ranges_of(size: int) -> int:
    """Return the number of ranges."""
    return len(plan_ranges(size, part_size_for(size)))


def plan_payload(shards: int) -> int:
    """Return the bytes that the step that plans returns, with names as long as may be."""
    run = made_up_run()
    ids = {"task_id": run.task.task_id, "run_id": run.run_id}
    return _spelled({"shards": [{**ids, "shard_id": f"{number:04}"} for number in range(shards)]})


def scans_payload(shards: int, letter: str = "") -> int:
    """Return the bytes of what a round hands on.

    Args:
        shards: Of the round.
        letter: What the failure of each is spelled with, as long as it may be; empty for none.
    """
    error = {"Error": "E" * 40, "Cause": letter * 80}
    rows = [
        {"shard_id": f"{number:04}", **({"error": error} if letter else {"exhausted": True})}
        for number in range(shards)
    ]
    run = made_up_run()
    ids = [f"{number:04}" for number in range(shards)]
    return _spelled({"task_id": run.task.task_id, "run_id": run.run_id, "shards": ids, "scans": rows})


def object_payload(size: int, letter: str = "") -> int:
    """Return the bytes that a large object's execution holds when all its ranges are copied.

    Args:
        size: Of the object, whose key is as long as may be.
        letter: What the failure of each range is spelled with; empty for none. With more than 100 ranges the
            workflow leaves nothing but plain ASCII of it.
    """
    run = made_up_run()
    part_size = part_size_for(size)
    ranges = plan_ranges(size, part_size)
    job = LargeObjectJob(
        task_id=run.task.task_id, run_id=run.run_id, job_id="0999.00009999.99", key="k" * 1023, etag="E" * 32
    )
    plan = UploadPlan(
        key=job.key,
        upload_id="u" * 128,
        etag=job.etag,
        expected="E" * 36,
        size=size,
        crc64=str(2**64 - 1),
        part_size=part_size,
        ranges=tuple(PartRange(first=first, last=last) for first, last in ranges),
    )
    message = "?" * 80 if len(ranges) > 100 else letter * 350
    problem = {"error": "ConfigurationError", "reason": "E" * 40, "message": message}
    results: list[dict[str, Any]] = [
        {"first": first, "last": last, "problem": problem}
        if letter
        else {
            "copied": CopiedRange(
                first=first, last=last, size=(last - first + 1) * part_size, crc64=str(2**64 - 1)
            ).model_dump()
        }
        for first, last in ranges
    ]
    planned = plan.model_dump(mode="json")
    rows = planned.pop("ranges")
    return _spelled({"job": job.model_dump() | planned, "ranges": rows, "letters": 80, "results": results})


def _spelled(document: Mapping[str, Any]) -> int:
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
