"""How much the benchmarks' own servers take, so that one knows that they are not what is measured."""

import json
import subprocess
import sys

from benchmarks.measuring import Measured
from benchmarks.object_server.options import Options
from benchmarks.object_server.processes import serving
from benchmarks.scenario import Contender, Scenario

MIB = 1024**2
SECONDS, TINY_SECONDS = 3.0, 0.2
SIZES = {"10 KiB": 10 * 1024, "8 MiB": 8 * MIB}


def contender(role: str, size: int, *, is_tls: bool) -> Contender:
    """Return one server under as much load as one process makes; what is measured is the server."""

    def contend(is_tiny: bool) -> Measured:
        with serving(Options(1, size, is_tls=is_tls)) as servers:
            place = [servers.urls[role], str(servers.ca_bundle) if is_tls else "", str(servers.pids[role])]
            seconds = str(TINY_SECONDS if is_tiny else SECONDS)
            command = [
                sys.executable,
                "-m",
                "benchmarks.object_server.load",
                role,
                *place,
                str(size),
                seconds,
            ]
            measures = json.loads(subprocess.check_output(command, text=True))
        return Measured(
            units=measures["requests"] / 1000 if size < MIB else measures["requests"] * size / 1024**3,
            cpu_seconds=measures["server_cpu_seconds"],
            wall_seconds=measures["wall_seconds"],
            peak_rss_mib=measures["server_peak_rss_mib"],
            details={"client_cpu_seconds": measures["client_cpu_seconds"]},
        )

    return contend


SCENARIO = Scenario(
    title="The benchmarks' own servers",
    text="Source and replica, one process each, under the load of one process; the figures are the servers'.",
    unit="1,000 requests or GiB",
    contenders={
        f"{role}, {name}, {scheme}": contender(role, size, is_tls=scheme == "https")
        for role in ("source", "replica")
        for name, size in SIZES.items()
        for scheme in ("http", "https")
    },
)
