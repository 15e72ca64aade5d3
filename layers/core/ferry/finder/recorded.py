"""Sending jobs from the manifests: those that delete, once they may, and those of a run that was paused.

A job that is sent again is harmless, since it is closed once; those that are closed are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict

from ferry.errors import PermanentError
from ferry.finder.chunks import Chunk
from ferry.finder.scan import Documents, Jobs, manifest_name
from ferry.jobs import Job
from ferry.tasks.models import Found, Run, Shard


class Position(BaseModel):
    """Where sending goes on: at this chunk."""

    model_config = ConfigDict(frozen=True)

    shard_id: str = ""
    sequence: int = 0


class Sent(BaseModel):
    """How far one step of sending came, as the run's workflow hands it on."""

    model_config = ConfigDict(frozen=True)

    done: bool
    position: Position = Position()

    @classmethod
    def until(cls, position: Position | None) -> Self:
        """Describe where sending stands; None is its end."""
        return cls(done=position is None, position=position or Position())


class Accounts(Protocol):
    """Knows shards and closed jobs; see ``tasks.ledger``."""

    def list_shards(self, run_id: str) -> Iterator[Shard]:
        """Yield a run's shards, ascending by id."""

    def closed_jobs(self, run_id: str, chunk_id: str) -> set[str]:
        """Return the ids of a chunk's closed jobs."""


@dataclass(frozen=True, slots=True)
class RecordedJobs:
    """The jobs in a run's manifests.

    Attributes:
        run: The run.
        is_wanted: Whether the run still accepts work; asked before every chunk.
    """

    run: Run
    accounts: Accounts
    documents: Documents
    jobs: Jobs
    is_wanted: Callable[[], bool] = lambda: True

    def take_step(self, step: Mapping[str, Any], out_of_time: Callable[[], bool]) -> Sent:
        """Take the ``resend`` or the ``delete`` step of a run's workflow.

        Args:
            step: With the ``position`` that an earlier call ended at.
            out_of_time: Asked after every chunk.

        Raises:
            PermanentError: The jobs cannot be sent.
        """
        position = Position.model_validate(step.get("position") or {})
        match step["action"]:
            case "resend":
                return Sent.until(self.send_copies(position, out_of_time))
            case "delete":
                return Sent.until(self.send_deletes(position, out_of_time))
            case action:
                msg = f"There is no action {action!r}."
                raise ValueError(msg)

    def send_copies(self, position: Position, out_of_time: Callable[[], bool]) -> Position | None:
        """Send every job that copies and is not closed.

        A manifest is written before its jobs are sent, so every job that was dropped while the run was paused
        is in one that is there by now, also where a late finder has not advanced its shard yet.

        Args:
            position: Where to begin.
            out_of_time: Asked after every chunk.

        Returns:
            Where to go on, None when everything was sent.
        """
        return self._send(position, out_of_time, lambda chunk: chunk.jobs)

    def send_deletes(self, position: Position, out_of_time: Callable[[], bool]) -> Position | None:
        """Send every job that deletes and is not closed, as ``send_copies`` does; none above the cap.

        Raises:
            PermanentError: Not everything was looked at, so nobody knows what is extra; nothing was sent.
        """
        shards = list(self.accounts.list_shards(self.run.run_id))
        if not all(shard.exhausted for shard in shards):
            msg = "Replicas are deleted only after everything was listed without an error."
            raise PermanentError(msg, reason="ListingIncomplete")
        if self.run.delete_refusal(sum((shard.found for shard in shards), Found())) is not None:
            return None
        return self._send(position, out_of_time, lambda chunk: chunk.delete_jobs)

    def _send(
        self, position: Position, out_of_time: Callable[[], bool], pick: Callable[[Chunk], Sequence[Job]]
    ) -> Position | None:
        for shard in self.accounts.list_shards(self.run.run_id):
            if shard.shard_id < position.shard_id:
                continue
            sequence = position.sequence if shard.shard_id == position.shard_id else 0
            while (chunk := self._read(shard, sequence)) is not None:
                if not self.is_wanted():
                    return Position(shard_id=shard.shard_id, sequence=sequence)
                self._send_open(chunk, pick(chunk))
                sequence += 1
                if out_of_time():
                    return Position(shard_id=shard.shard_id, sequence=sequence)
        return None

    def _read(self, shard: Shard, sequence: int) -> Chunk | None:
        document = self.documents.read(manifest_name(self.run.run_id, shard.shard_id, sequence))
        if document is not None:
            return Chunk.model_validate_json(document)
        if sequence < shard.sequence:
            msg = (
                f"The manifest {sequence} of shard {shard.shard_id} is not there any more, so its jobs "
                "cannot be sent again. To go on: stop the run and start another."
            )
            raise PermanentError(msg, reason="ManifestMissing")
        return None

    def _send_open(self, chunk: Chunk, jobs: Sequence[Job]) -> None:
        if jobs:
            closed = self.accounts.closed_jobs(self.run.run_id, f"{chunk.shard_id}.{chunk.sequence}")
            self.jobs.send([job for job in jobs if job.job_id not in closed])
