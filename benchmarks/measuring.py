"""What a client used, as the kernel counts it for the whole process with all its threads and children."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.object_server.options import Options
from benchmarks.object_server.processes import Servers, serving

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Measured:
    """One contender of one round.

    Attributes:
        units: How many of the scenario's units it did.
        objects: How many objects it did.
        cpu_seconds: User and system time of the process from its start to its end.
        wall_seconds: Likewise.
        peak_rss_mib: The most memory it had resident.
        requests: By server and kind.
        server_busy: By server, the share of the wall time that its one thread was at work.
        details: What the client says of itself, such as the seconds without its start.
    """

    units: float
    cpu_seconds: float
    wall_seconds: float
    peak_rss_mib: float
    objects: int = 1
    requests: dict[str, int] = field(default_factory=dict)
    server_busy: dict[str, float] = field(default_factory=dict)
    details: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_per_unit(self) -> float:
        """CPU seconds of one unit."""
        return self.cpu_seconds / self.units

    @property
    def rate(self) -> float:
        """Units per second of wall time."""
        return self.units / self.wall_seconds


@dataclass(frozen=True)
class Finished:
    """A client that has ended.

    Attributes:
        measured: What it used; units are for the caller to say.
        answers: The JSON on its last line, if it was asked for.
    """

    measured: Measured
    answers: Any = None


def launched(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    standard_input: str = "",
    has_answers: bool = False,
) -> Finished:
    """Run a client to its end.

    Raises:
        RuntimeError: It failed; the message holds what it said.
    """
    with (
        tempfile.NamedTemporaryFile() as report,
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as printed,
        tempfile.TemporaryFile("w+") as complaints,
    ):
        given.write(standard_input)
        given.seek(0)
        ended = subprocess.run(
            [sys.executable, "-IS", str(_LAUNCH), report.name, *command],
            env=dict(environment),
            stdin=given,
            stdout=printed if has_answers else subprocess.DEVNULL,
            stderr=complaints,
            check=False,
        )
        complaints.seek(0)
        if ended.returncode:
            msg = f"{' '.join(command)} ended with {ended.returncode}: {complaints.read()[-4000:]}"
            raise RuntimeError(msg)
        used = json.loads(Path(report.name).read_text())
        printed.seek(0)
        answers = json.loads(printed.read().splitlines()[-1]) if has_answers else None
    return Finished(Measured(units=1, **used), answers)


def copying(
    options: Callable[[bool], Options],
    client: Callable[[Servers], Measured],
    units_per_object: float,
    *,
    copies: bool = True,
) -> Callable[[bool], Measured]:
    """Return a contender: a client that works against fresh servers.

    Args:
        options: The servers', given whether next to nothing is to be done.
        client: Runs the client and returns what it used.
        units_per_object: How many of the scenario's units one object is.
        copies: Whether every object has to have a replica afterwards, else the contender raises RuntimeError.
    """

    def contend(is_tiny: bool) -> Measured:
        chosen = options(is_tiny)
        with serving(chosen) as servers:
            measured = client(servers)
        replica = servers.reports["replica"]
        if replica["counts"].get("damaged") or (copies and replica["replicas"] != chosen.objects):
            msg = f"{replica['replicas']} of {chosen.objects} objects were copied: {servers.counts()}"
            raise RuntimeError(msg)
        busy = {
            role: round(report["cpu_seconds"] / measured.wall_seconds, 3)
            for role, report in servers.reports.items()
        }
        return replace(
            measured,
            units=chosen.objects * units_per_object,
            objects=chosen.objects,
            requests=servers.counts(),
            server_busy=busy,
        )

    return contend
