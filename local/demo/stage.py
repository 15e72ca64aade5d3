"""The demonstration's own stack: started for it, removed after it, whatever happens in between."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import IO

from botocore.exceptions import BotoCoreError, ClientError

from local.deployment import ROOT
from local.servers import aws_client
from local.stack import LocalStack, load_stack, start_stack, stop_stack

STATE = ROOT / ".ferry"
_PREFIX = "demo-"
_LOCK = "demo.lock"


class Stage:
    """A folder of its own with a stack in it; a context manager.

    Attributes:
        folder: Where the stack keeps everything.
        keep_logs: Whether the logs stay when everything else is removed.
    """

    def __init__(self, state: Path = STATE) -> None:
        self.folder = state / f"{_PREFIX}{token_hex(4)}"
        self.keep_logs = True
        self._lock: IO[str] | None = None

    @property
    def logs(self) -> Path:
        """Where the logs are."""
        return self.folder / "logs"

    def __enter__(self) -> Stage:
        """Make the folder, after removing what killed demonstrations have left."""
        state = self.folder.parent
        state.mkdir(parents=True, exist_ok=True)
        # One at a time, so that nobody takes a folder that is just being made for an abandoned one.
        with (state / "demos.lock").open("w") as one_at_a_time:
            fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
            _remove_abandoned(state)
            self.folder.mkdir()
            self._lock = (self.folder / _LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def start(self, *, large_object_threshold: int, on_step: Callable[[str], None]) -> LocalStack:
        """Start the stack; raises StartError."""
        return start_stack(self.folder, large_object_threshold=large_object_threshold, on_step=on_step)

    def close(self) -> None:
        """Stop the stack and remove it; a second Ctrl-C does not keep it from that."""
        if self._lock is None:
            return
        with _undisturbed():
            if self.keep_logs:
                _save_function_logs(self.folder)
            _remove(self.folder, keep_logs=self.keep_logs)
            self._lock.close()
            self._lock = None

    def __exit__(self, *_: object) -> None:
        """Close, unless that was done already."""
        self.close()


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within the block, SIGTERM and SIGHUP unwind the program as Ctrl-C does."""

    def unwind(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {number: signal.signal(number, unwind) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _remove(folder: Path, *, keep_logs: bool) -> None:
    stop_stack(folder)
    if not keep_logs:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for entry in folder.iterdir():
        if entry.name == "logs":
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink()


def _remove_abandoned(state: Path) -> None:
    """Stop and remove the stacks of demonstrations that were killed before they could."""
    for lock in state.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(FileNotFoundError), lock.open("r+") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _remove(lock.parent, keep_logs=False)


def _save_function_logs(folder: Path) -> None:
    """Write what the functions logged, which would vanish with the emulator, next to the other logs."""
    stack = load_stack(folder)
    if stack is None or "aws" not in stack.processes or not stack.processes["aws"].is_alive():
        return
    with contextlib.suppress(BotoCoreError, ClientError):
        logs = aws_client(stack.aws, "logs")
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            lines = [event["message"].rstrip() for page in pages for event in page["events"]]
            if lines:
                target = folder / "logs" / f"{name.rpartition('/')[2]}.log"
                target.write_text("\n".join(lines) + "\n", encoding="utf-8")
