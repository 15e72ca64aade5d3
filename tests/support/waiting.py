"""Waiting for what a deployed stack does in its own time."""

import time
from collections.abc import Callable


def wait_for[T](look: Callable[[], T]) -> T:
    """Look again until there is something to see."""
    deadline = time.monotonic() + 120
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen in two minutes"
        time.sleep(0.3)
    return seen
