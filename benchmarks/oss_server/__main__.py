"""Measure the server and the bare stacks side by side and write ``benchmarks/results/oss_server.json``.

Run from the repository's root: ``python -m benchmarks.oss_server [--rounds 5] [--seconds 3]``.
"""

import argparse
import datetime as dt
import json
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from benchmarks.oss_server.stacks import STACKS
from benchmarks.oss_server.workloads import (
    ACCESS_KEY_ID,
    BUCKET,
    LARGE_KEY,
    LARGE_SIZE,
    SECRET,
    SMALL_SIZE,
    WORKLOADS,
    signed_request,
)
from benchmarks.transport.__main__ import processor
from local.processes import free_port

RESULTS = Path(__file__).parents[1] / "results" / "oss_server.json"
PACKAGES = ("aiohttp", "uvloop", "uvicorn", "httptools", "granian", "hypercorn", "h11")
SERVER = "ferry-oss"
START_SECONDS = 20

type Measures = dict[str, float]
type Rounds = dict[str, dict[str, list[Measures]]]


@contextmanager
def running(name: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Run the server on a folder, or a stack, in a process of its own; yield its port and process id."""
    port = free_port()
    if name == SERVER:
        options = ["--data", str(folder), "--bucket", BUCKET, "--access-key", f"{ACCESS_KEY_ID}:{SECRET}"]
        command = ["-m", "local.oss", *options, "--port", str(port)]
    else:
        command = ["-m", "benchmarks.oss_server.stacks", name, str(port)]
    # Some stacks complain about connections that are broken off, which is how every measurement ends.
    stderr = None if name == SERVER else subprocess.DEVNULL
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=stderr) as server:
        try:
            _wait_until_it_listens(server, port)
            yield port, server.pid
        finally:
            server.kill()


def _wait_until_it_listens(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the server did not start")


def fill(folder: Path) -> None:
    """Put the objects that are read later."""
    keys = {LARGE_KEY: LARGE_SIZE} | dict.fromkeys(WORKLOADS["GET 10 KiB"].keys, SMALL_SIZE)
    with running(SERVER, folder) as (port, _), socket.create_connection(("127.0.0.1", port)) as connection:
        for key, size in keys.items():
            connection.sendall(signed_request("PUT", key, f"127.0.0.1:{port}", size))
            reply = connection.recv(65536)
            if not reply.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(reply.decode("utf-8", "replace"))


def run_rounds(rounds: int, seconds: float, folder: Path) -> Rounds:
    """Measure every server once per round and workload, so that a busy minute hits all of them."""
    servers = [SERVER, *STACKS]
    measured: Rounds = {workload: {name: [] for name in servers} for workload in WORKLOADS}
    for number in range(rounds):
        for workload in WORKLOADS:
            for name in servers:
                with running(name, folder) as (port, pid):
                    command = [sys.executable, "-m", "benchmarks.oss_server.client"]
                    arguments = [workload, str(port), str(pid), str(seconds)]
                    output = subprocess.check_output([*command, *arguments], text=True)
                measured[workload][name].append(json.loads(output))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr, flush=True)
    return measured


def summary(measured: Rounds) -> dict[str, dict[str, Measures]]:
    """Return per workload and server the rate's median and range, and the medians of what it cost."""
    table: dict[str, dict[str, Measures]] = {}
    for name, servers in measured.items():
        unit = WORKLOADS[name].unit
        table[name] = {}
        for server, runs in servers.items():
            rates = [run[unit] / run["wall_seconds"] for run in runs]
            table[name][server] = {
                "per_second": statistics.median(rates),
                "lowest": min(rates),
                "highest": max(rates),
                "server_cpu_seconds_per_1000": statistics.median(
                    run["server_cpu_seconds"] / run[unit] * 1000 for run in runs
                ),
                "client_cpu_seconds_per_1000": statistics.median(
                    run["client_cpu_seconds"] / run[unit] * 1000 for run in runs
                ),
                "server_peak_rss_mib": statistics.median(run["server_peak_rss_mib"] for run in runs),
            }
    return table


def print_table(table: dict[str, dict[str, Measures]]) -> None:
    """Print one line per workload and server; CPU seconds are per 1,000 requests or megabytes."""
    columns = ("median/s", "lowest", "highest", "server CPU", "client CPU", "RSS MiB")
    print(f"{'workload':<13}{'server':<20}" + "".join(f"{column:>11}" for column in columns))
    for workload, servers in table.items():
        for server, measures in servers.items():
            per_second, lowest, highest, server_cpu, client_cpu, rss = measures.values()
            print(
                f"{workload:<13}{server:<20}{per_second:>11.0f}{lowest:>11.0f}{highest:>11.0f}"
                f"{server_cpu:>11.3f}{client_cpu:>11.3f}{rss:>11.0f}  {WORKLOADS[workload].unit}"
            )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="ferry-oss-") as folder:
        fill(Path(folder))
        measured = run_rounds(arguments.rounds, arguments.seconds, Path(folder))
    table = summary(measured)

    print_table(table)
    result = {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": {"processor": processor(), "system": platform.platform()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "seconds": arguments.seconds,
        "medians": table,
        "rounds": measured,
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
