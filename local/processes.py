"""Background processes that outlive the command which started them, and can be found and stopped later."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


class StartError(Exception):
    """A process of the one-machine stack ended early or did not answer in time. The message names its log."""


@dataclass(frozen=True)
class BackgroundProcess:
    """A process that leads a process group of its own, so that its children can be stopped with it.

    Attributes:
        pid: Process id, and id of the group.
        started: When the system says it started. Together with the pid it is never used twice.
        log: Where its output goes.
    """

    pid: int
    started: str
    log: Path

    def is_alive(self) -> bool:
        """Whether this very process, not another with its pid, still runs."""
        return bool(self.started) and _started(self.pid) == self.started


def free_port() -> int:
    """A port of the loopback interface that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_process(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
) -> BackgroundProcess:
    """Start a command in the background, in a session of its own, so that Ctrl-C does not reach it.

    Args:
        command: The program and its arguments.
        environment: Its whole environment; nothing is inherited.
        folder: Its working directory.
        log: Gets its output, after what is already there.

    Raises:
        StartError: The command ended at once.
    """
    process = _spawn(command, environment, folder, log)
    # To collect the object of a process that still runs is a ResourceWarning; outliving us is the point here.
    _CHILDREN[process.pid] = process
    started = _started(process.pid)
    if not started:
        raise StartError(f"{command[0]} ended at once: see {log}")
    return BackgroundProcess(process.pid, started, log)


def run_command(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path) -> None:
    """Run a command to its end; when this is interrupted, it and its children are stopped.

    Args:
        command: The program and its arguments.
        environment: Its whole environment; nothing is inherited.
        folder: Its working directory.
        log: Gets its output, after what is already there.

    Raises:
        StartError: It failed; the message quotes the end of its output.
    """
    process = _spawn(command, environment, folder, log)
    try:
        status = process.wait()
    except BaseException:
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if status:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise StartError(f"{' '.join(command[:2])} failed with status {status} ({log}):\n{tail}")


def wait_until[T](answer: Callable[[], T | None], process: BackgroundProcess, *, timeout_seconds: float) -> T:
    """Ask until there is an answer, first often, then every quarter of a second.

    Args:
        answer: Returns what was waited for, or None when it is not there yet.
        process: Who is to bring it about.
        timeout_seconds: How long to ask at most.

    Raises:
        StartError: The process ended, or the time is over.
    """
    deadline = time.monotonic() + timeout_seconds
    pause = 0.02
    while (found := answer()) is None:
        reap(process)
        if not process.is_alive():
            raise StartError(f"it ended before it was ready: see {process.log}")
        if time.monotonic() > deadline:
            raise StartError(f"it was not ready after {timeout_seconds:.0f} s: see {process.log}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)
    return found


def stop_process(process: BackgroundProcess, *, grace_seconds: float = 5) -> None:
    """Stop a process and everything in its group; a process that is gone already is fine.

    Args:
        process: Whom to stop.
        grace_seconds: How long it may take to end by itself before it is killed.
    """
    if process.is_alive():
        _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        while process.is_alive() and time.monotonic() < deadline:
            time.sleep(0.05)
            reap(process)
    elif _started(process.pid):
        return  # the pid belongs to somebody else by now
    _signal_group(process.pid, signal.SIGKILL)
    if process.pid in _CHILDREN:
        _CHILDREN[process.pid].wait()
        reap(process)


def reap(process: BackgroundProcess) -> None:
    """Collect the exit status of a child that ended; one started by another command is not our child."""
    child = _CHILDREN.get(process.pid)
    if child is not None and child.poll() is not None:
        del _CHILDREN[process.pid]


def _spawn(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _started(pid: int) -> str:
    """When a process started, in ticks or in the words of ``ps``; empty when it ended."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The second field, the name in parentheses, may hold spaces.
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] == "Z" else fields[19]
    found = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = found.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()
