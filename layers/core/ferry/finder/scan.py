"""Scanning one shard: plan a chunk, record it, send it, note how far it got, until done or out of time.

Killed anywhere, the next scan sends the recorded chunk again with the same job ids and goes on after it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ferry.errors import TransientError
from ferry.finder.changes import Finding
from ferry.finder.chunks import Chunk, next_chunk
from ferry.jobs import CopyJob
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

    def send(self, jobs: tuple[CopyJob, ...]) -> None:
        """Send every job or raise."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """What scanning a run's shards needs.

    Attributes:
        run: The run.
        find: Compares both sides of a key range, ascending.
        large_object_threshold: Bytes from which an object gets a job of its own.
    """

    run: Run
    shards: Shards
    documents: Documents
    jobs: Jobs
    find: Callable[[KeyRange], Iterator[Finding]]
    large_object_threshold: int

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
        if (recorded := self.documents.read(self._manifest(shard))) is not None:
            logger.info("sending chunk %d of shard %s again", shard.sequence, shard_id)
            shard = self._send(Chunk.model_validate_json(recorded), shard)
        findings = self.find(KeyRange(shard.checkpoint, shard.until))
        while not shard.exhausted and not out_of_time():
            chunk = next_chunk(
                self.run,
                shard,
                findings,
                large_object_threshold=self.large_object_threshold,
                out_of_time=out_of_time,
            )
            self._record(chunk, shard)
            shard = self._send(chunk, shard)
        return shard.exhausted

    def _record(self, chunk: Chunk, shard: Shard) -> None:
        document = chunk.model_dump_json(exclude_none=True).encode()
        if not self.documents.write_once(self._manifest(shard), document):
            msg = f"Chunk {chunk.sequence} of shard {chunk.shard_id} was planned by another finder."
            raise TransientError(msg, reason="ChunkTaken")

    def _manifest(self, shard: Shard) -> str:
        return f"runs/{self.run.run_id}/manifests/{shard.shard_id}/{shard.sequence:08}.json"

    def _send(self, chunk: Chunk, shard: Shard) -> Shard:
        self.jobs.send(chunk.jobs)
        advanced = chunk.after(shard)
        self.shards.advance_shard(self.run.run_id, advanced)
        return advanced
