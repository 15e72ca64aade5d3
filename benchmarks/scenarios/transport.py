"""Which HTTP client carries object bodies for the least CPU."""

import os
import sys
from dataclasses import replace

from benchmarks.measuring import Measured, copying, launched
from benchmarks.object_server.options import Options
from benchmarks.object_server.processes import Servers
from benchmarks.scenario import Contender, Scenario
from benchmarks.transport.candidates import CANDIDATES
from benchmarks.transport.workloads import WORKLOADS


def contender(candidate: str, workload: str) -> Contender:
    """Return one client doing one kind of copies."""
    chosen = WORKLOADS[workload]

    def options(is_tiny: bool) -> Options:  # noqa: ARG001 - there is no less to do
        return Options(1, chosen.object_size, is_tls=chosen.scheme == "https")

    def client(servers: Servers) -> Measured:
        urls = [servers.urls["source"], servers.urls["replica"], str(servers.ca_bundle)]
        command = [sys.executable, "-m", "benchmarks.transport.candidates", candidate, workload, *urls]
        ended = launched(command, os.environ, has_answers=True)
        return replace(ended.measured, details=ended.answers)

    return copying(options, client, chosen.units, copies=False)


SCENARIO = Scenario(
    title="HTTP clients",
    text="Every copy is verified and the PUT waits for it, but for streamed ones. What was chosen and why is "
    "in [ADR 1](adr/0001-http-transport.md).",
    unit="1,000 copies or GiB",
    contenders={
        f"{workload}: {candidate}": contender(candidate, workload)
        for workload in WORKLOADS
        for candidate in CANDIDATES
    },
)
