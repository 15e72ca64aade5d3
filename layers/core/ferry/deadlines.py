"""Waiting for a call no longer than there is time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait

from ferry.errors import TransientError


def within[T](seconds: float, attempt: Callable[[], T], *, who: str) -> T:
    """Return what a call returns, or raise what it raises, if it ends in time.

    Args:
        seconds: How long to wait. After that the call goes on in a thread of its own, and its end is lost.
        attempt: The call.
        who: Whose answer is waited for, to begin a sentence with.

    Raises:
        TransientError: It has not ended in time.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(attempt())
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=run, name="within", daemon=True).start()
    wait([future], timeout=seconds)
    if not future.done():
        msg = f"{who} did not answer in time, within {seconds:.0f} seconds."
        raise TransientError(msg, reason="TimedOut")
    return future.result()
