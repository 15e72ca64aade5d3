"""Measure the candidates side by side and write ``benchmarks/results/transport.json``.

Run from the repository's root: ``python -m benchmarks.transport [--rounds 5]``.
"""

import argparse
import datetime as dt
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from benchmarks.transport.candidates import CANDIDATES
from benchmarks.transport.workloads import WORKLOADS

RESULTS = Path(__file__).parents[1] / "results" / "transport.json"
PACKAGES = ("pycurl", "aiohttp", "uvloop", "anycrc")

type Measures = dict[str, float]
type Rounds = dict[str, dict[str, list[Measures]]]


@contextmanager
def object_server(reply_delay_seconds: float) -> Iterator[str]:
    """Run the server in a process of its own and yield its URLs as JSON."""
    command = [sys.executable, "-m", "benchmarks.transport.server", str(reply_delay_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield server.stdout.readline()
        finally:
            server.stdin.close()


def run_rounds(rounds: int, reply_delay_seconds: float) -> Rounds:
    """Run every candidate once per round and workload, so that a busy minute hits all of them."""
    measured: Rounds = {workload: {name: [] for name in CANDIDATES} for workload in WORKLOADS}
    for number in range(rounds):
        for workload in WORKLOADS:
            for candidate in CANDIDATES:
                with object_server(reply_delay_seconds) as urls:
                    command = [sys.executable, "-m", "benchmarks.transport.candidates"]
                    output = subprocess.check_output([*command, candidate, workload, urls], text=True)
                measured[workload][candidate].append(json.loads(output))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr, flush=True)
    return measured


def medians(measured: Rounds) -> dict[str, dict[str, Measures]]:
    """Return per workload and candidate the medians, CPU and wall per unit of the workload."""
    table: dict[str, dict[str, Measures]] = {}
    for name, candidates in measured.items():
        units = WORKLOADS[name].units
        table[name] = {
            candidate: {
                "cpu_seconds_per_unit": statistics.median(m["cpu_seconds"] for m in runs) / units,
                "wall_seconds_per_unit": statistics.median(m["wall_seconds"] for m in runs) / units,
                "peak_rss_mib": statistics.median(m["peak_rss_mib"] for m in runs),
            }
            for candidate, runs in candidates.items()
        }
    return table


def print_table(table: dict[str, dict[str, Measures]]) -> None:
    """Print the medians, one line per workload and candidate."""
    print(f"{'workload':<22}{'candidate':<22}{'CPU s':>8}{'wall s':>8}  per {'':<12}{'RSS MiB':>8}")
    for workload, candidates in table.items():
        for candidate, measures in candidates.items():
            cpu, wall, rss = measures.values()
            unit = WORKLOADS[workload].unit
            print(f"{workload:<22}{candidate:<22}{cpu:>8.3f}{wall:>8.3f}  {unit:<16}{rss:>8.0f}")


def processor() -> str:
    """Return the processor's model as Linux names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reply-delay-seconds", type=float, default=0.0)
    arguments = parser.parse_args()

    measured = run_rounds(arguments.rounds, arguments.reply_delay_seconds)
    table = medians(measured)

    print_table(table)
    result = {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {"processor": processor(), "system": platform.platform()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "reply_delay_seconds": arguments.reply_delay_seconds,
        "medians": table,
        "rounds": measured,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
