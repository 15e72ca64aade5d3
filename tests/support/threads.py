"""Doing things at the same time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def together[A, R](action: Callable[[A], R], arguments: Iterable[A]) -> list[R]:
    """Call with every argument on a thread of its own; return the results in order, or raise."""
    arguments = list(arguments)
    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(action, arguments))
