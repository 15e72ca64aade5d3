"""Scanning one shard: plan a chunk, record it, send it, note how far it got, until done or out of time.

Killed anywhere, the next scan sends the recorded chunk again with the same job ids and goes on after it.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ferry.errors import TransientError
from ferry.finder.changes import Finding
from ferry.finder.chunks import Chunk, next_chunk
from ferry.jobs import Job
from ferry.keys import KeyRange
from ferry.tasks.models import Run, Shard

logger = logging.getLogger(__name__)


class Documents(Protocol):
    """Keeps documents; see ``stores.run_bucket``."""

    def write_once(self, name: str, document: bytes) -> bool:
        """Store a document unless there is one of that name."""

    def read(self, name: str) -> bytes | None:
        """Return a document, or None."""


class Shards(Protocol):
    """Keeps shards; see ``tasks.ledger``."""

    def get_shard(self, run_id: str, shard_id: str) -> Shard:
        """Return a shard as of now."""

    def advance_shard(self, run_id: str, shard: Shard) -> None:
        """Replace a shard by its next state."""


class Jobs(Protocol):
    """Takes jobs; see ``job_queue``."""

    def send(self, jobs: Sequence[Job]) -> None:
        """Send every job or raise."""


def manifest_name(run_id: str, shard_id: str, sequence: int) -> str:
    """Return the name of the document that records a chunk."""
    return f"runs/{run_id}/manifests/{shard_id}/{sequence:08}.json"


def record_chunk(documents: Documents, run_id: str, chunk: Chunk) -> bool:
    """Record a chunk; False when its place is taken."""
    name = manifest_name(run_id, chunk.shard_id, chunk.sequence)
    return documents.write_once(name, chunk.model_dump_json(exclude_none=True).encode())


@dataclass(frozen=True, slots=True)
class Scanner:
    """What scanning a run's shards needs.

    Attributes:
        run: The run.
        find: Compares both sides of a key range, ascending.
        is_wanted: Whether the run still accepts work; asked before every chunk.
        large_object_threshold: Bytes from which an object gets a job of its own.
    """

    run: Run
    shards: Shards
    documents: Documents
    jobs: Jobs
    find: Callable[[KeyRange], Iterator[Finding]]
    large_object_threshold: int
    is_wanted: Callable[[], bool] = lambda: True

    def scan(self, shard_id: str, out_of_time: Callable[[], bool]) -> bool:
        """Scan a shard from where it stands.

        Args:
            shard_id: Which one.
            out_of_time: Whether to stop after the chunk at hand.

        Returns:
            Whether the shard is exhausted.

        Raises:
            FerryError: A listing, a look or a write failed; scanning it again goes on from here.
        """
        run_id = self.run.run_id
        shard = self.shards.get_shard(run_id, shard_id)
        if shard.exhausted:
            return True
        if (recorded := self.documents.read(manifest_name(run_id, shard_id, shard.sequence))) is not None:
            logger.info("sending chunk %d of shard %s again", shard.sequence, shard_id)
            shard = self._send(Chunk.model_validate_json(recorded), shard)
        findings = self.find(KeyRange(shard.checkpoint, shard.until))
        while not shard.exhausted and not out_of_time() and self.is_wanted():
            chunk = next_chunk(
                self.run,
                shard,
                findings,
                large_object_threshold=self.large_object_threshold,
                out_of_time=out_of_time,
            )
            self._record(chunk)
            shard = self._send(chunk, shard)
        return shard.exhausted

    def _record(self, chunk: Chunk) -> None:
        if not record_chunk(self.documents, self.run.run_id, chunk):
            msg = f"Chunk {chunk.sequence} of shard {chunk.shard_id} was planned by another finder."
            raise TransientError(msg, reason="ChunkTaken")

    def _send(self, chunk: Chunk, shard: Shard) -> Shard:
        self.jobs.send(chunk.jobs)
        advanced = chunk.after(shard)
        self.shards.advance_shard(self.run.run_id, advanced)
        return advanced
