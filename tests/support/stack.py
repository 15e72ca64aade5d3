"""A one-machine stack for the length of some tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.servers import NO_FAULTS, Faults
from local.stack import LocalStack, start_stack, stop_stack


@contextmanager
def running_stack(
    folder: Path, *, large_object_threshold: int = 8 << 20, faults: Faults = NO_FAULTS
) -> Iterator[LocalStack]:
    """Start a stack in a folder, and stop it whatever the tests do; its logs stay there."""
    stack = start_stack(folder, large_object_threshold=large_object_threshold, faults=faults)
    try:
        yield stack
    finally:
        stop_stack(folder)
