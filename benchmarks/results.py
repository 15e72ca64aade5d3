"""Results: what a scenario's rounds came to, as JSON, with all that it takes to judge and repeat them."""

import json
import os
import platform
import ssl
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pycurl

from benchmarks import rclone
from benchmarks.measuring import Measured
from benchmarks.scenario import Goal, Round, Scenario

FOLDER = Path(__file__).with_name("results")
PACKAGES = ("pycurl", "anycrc", "boto3", "oss2", "pydantic", "aws-lambda-powertools", "uvloop", "aiohttp")


def write(name: str, scenario: Scenario, rounds: Sequence[Round]) -> Path:
    """Write the results of a scenario and return their file."""
    document = {
        "scenario": name,
        "title": scenario.title,
        "text": scenario.text,
        "unit": scenario.unit,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": {
            "processor": processor(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "kernel": platform.release(),
            "load": os.getloadavg()[2],
        },
        "versions": versions(),
        "goals": [_judged(goal, rounds) for goal in scenario.goals],
        "medians": medians(rounds),
        "rounds": [{contender: asdict(one) for contender, one in measured.items()} for measured in rounds],
    }
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def read_all() -> list[dict[str, Any]]:
    """Return all results there are, ascending by the first goal they are for, then by name."""
    found = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))]
    return sorted(found, key=lambda document: (_first_goal(document), document["scenario"]))


def medians(rounds: Sequence[Round]) -> dict[str, dict[str, Any]]:
    """Return the middle of what each contender took, and both ends of its CPU time."""
    table: dict[str, dict[str, Any]] = {}
    for contender in rounds[0]:
        runs = [measured[contender] for measured in rounds]
        cpu = [run.cpu_per_unit for run in runs]
        table[contender] = {
            "cpu_seconds_per_unit": statistics.median(cpu),
            "cpu_seconds_per_unit_range": [min(cpu), max(cpu)],
            "units_per_second": statistics.median(run.rate for run in runs),
            "peak_rss_mib": statistics.median(run.peak_rss_mib for run in runs),
            **_work(runs),
            "busiest_server": statistics.median(max(run.server_busy.values(), default=0.0) for run in runs),
        }
    return table


def _work(runs: Sequence[Measured]) -> dict[str, float]:
    """Return the CPU time without the start of the process, where a client tells it."""
    work = [run.details["work_cpu_seconds"] / run.units for run in runs if "work_cpu_seconds" in run.details]
    return {"work_cpu_seconds_per_unit": statistics.median(work)} if work else {}


def _judged(goal: Goal, rounds: Sequence[Round]) -> Mapping[str, Any]:
    figures = [goal.figure(measured) for measured in rounds]
    median = statistics.median(figures)
    return {
        "number": goal.number,
        "measure": goal.measure,
        "goal": f"{goal.is_best} {goal.limit:g}",
        "median": median,
        "range": [min(figures), max(figures)],
        "is_met": goal.is_met_by(median),
    }


def _first_goal(document: Mapping[str, Any]) -> tuple[bool, int]:
    numbers = [int(goal["number"].removeprefix("P")) for goal in document["goals"]]
    return (not numbers, min(numbers, default=0))


def commit() -> str:
    """Return the commit that is measured, with a plus sign when files differ from it."""
    git = ["git", "-C", str(FOLDER)]
    head = subprocess.check_output([*git, "rev-parse", "--short=12", "HEAD"], text=True).strip()
    changed = subprocess.check_output(
        [*git, "status", "--porcelain", "--", ":/layers", ":/functions"], text=True
    )
    return head + ("+" if changed.strip() else "")


def versions() -> dict[str, str]:
    """Return the versions of all that takes part."""
    curl = dict(part.split("/", 1) for part in pycurl.version.split() if "/" in part)
    return {
        "python": platform.python_version(),
        "libcurl": curl.get("libcurl", ""),
        "openssl of curl": curl.get("OpenSSL", ""),
        "openssl of python": ssl.OPENSSL_VERSION.split()[1],
        "rclone": rclone.version(),
        **{name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    """Return the processor's model as Linux names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()
