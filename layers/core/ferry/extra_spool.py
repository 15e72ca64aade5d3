"""Replicas to delete, kept until it is known that they may be."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import Final

from ferry.jobs import ExtraReplica

_HELD_BYTES: Final = 8 * 1024**2
"""What is held in memory before a temporary file takes over."""


class ExtraSpool:
    """A list of replicas in bounded memory: first filled, then read once."""

    def __init__(self) -> None:
        self._lines = tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES)  # noqa: SIM115 - closed by close()

    def add(self, extras: Iterable[ExtraReplica]) -> None:
        """Append replicas."""
        self._lines.writelines(extra.model_dump_json().encode() + b"\n" for extra in extras)

    def __iter__(self) -> Iterator[ExtraReplica]:
        """Yield them in the order they were added."""
        self._lines.seek(0)
        for line in self._lines:
            yield ExtraReplica.model_validate_json(line)

    def close(self) -> None:
        """Forget them."""
        self._lines.close()
