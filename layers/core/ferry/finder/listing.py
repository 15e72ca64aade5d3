"""Listing ahead: the next rows are on their way while these are worked on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from typing import Final

_ROWS_AHEAD: Final = 1000


def prefetched[T](rows: Iterator[T]) -> Iterator[T]:
    """Yield the same rows in the same order, at most one page of them read ahead on another thread.

    Raises:
        Exception: Whatever ``rows`` raises; rows of the page it broke off in may be left out.
    """
    pages = batched(rows, _ROWS_AHEAD, strict=False)
    with ThreadPoolExecutor(1, thread_name_prefix="list-ahead") as reader:
        ahead = reader.submit(next, pages, ())
        while page := ahead.result():
            ahead = reader.submit(next, pages, ())
            yield from page
