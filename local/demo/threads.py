"""Doing the same to many things at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

AT_ONCE = 16


def for_each[A, R](
    function: Callable[[A], R], arguments: Iterable[A], on_result: Callable[[A, R], None]
) -> None:
    """Call a function for every argument in threads, and tell the results, as they come, from this thread.

    Raises:
        Exception: Whatever a call or ``on_result`` raised first; calls that have not begun do not begin.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="demo") as pool:
        calls = {pool.submit(function, argument): argument for argument in arguments}
        try:
            for call in as_completed(calls):
                on_result(calls[call], call.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
