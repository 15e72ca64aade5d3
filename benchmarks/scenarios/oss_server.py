"""How much one process of the OSS-compatible server serves, next to the bare HTTP stacks."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import Measured
from benchmarks.oss_server.servers import SERVER, filled_folder, running
from benchmarks.oss_server.stacks import STACKS
from benchmarks.oss_server.workloads import WORKLOADS
from benchmarks.scenario import Contender, Scenario

SECONDS, TINY_SECONDS = 3.0, 0.2


def contender(server: str, workload: str) -> Contender:
    """Return one server under one load; what is measured is the server."""

    def contend(is_tiny: bool) -> Measured:
        with running(server, Path(filled_folder().name)) as (port, pid):
            command = [sys.executable, "-m", "benchmarks.oss_server.client", workload, str(port), str(pid)]
            seconds = str(TINY_SECONDS if is_tiny else SECONDS)
            measures = json.loads(subprocess.check_output([*command, seconds], text=True))
        return Measured(
            units=measures[WORKLOADS[workload].unit] / 1000,
            cpu_seconds=measures["server_cpu_seconds"],
            wall_seconds=measures["wall_seconds"],
            peak_rss_mib=measures["server_peak_rss_mib"],
            details={"client_cpu_seconds": measures["client_cpu_seconds"]},
        )

    return contend


SCENARIO = Scenario(
    title="The OSS-compatible server",
    text="One process on loopback, signed requests back to back; the figures are the server's. The stacks "
    "that it was chosen from are in [ADR 5](adr/0005-oss-server-http-stack.md).",
    unit="1,000 requests or GB",
    contenders={
        f"{workload}: {server}": contender(server, workload)
        for workload in WORKLOADS
        for server in (SERVER, *STACKS)
    },
)
