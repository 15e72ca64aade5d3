"""A finder's surroundings in memory, which can be killed at any call."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ferry.errors import TransientError
from ferry.finder.changes import Finding
from ferry.finder.scan import Scanner
from ferry.jobs import CopyJob, spell
from ferry.keys import KeyRange
from ferry.tasks.models import Shard

from tests.support.builders import RUN_ID, job_object, run_of
from tests.support.runs import shard


class Killed(BaseException):
    """The function is gone; nothing of it runs any more."""


@dataclass
class Surroundings:
    """Documents, shards and jobs of one run, kept in memory.

    Every call counts twice: before it has had its effect and after. The finder dies at ``dies_at``, so a call
    may have happened although nobody heard of it.

    Attributes:
        sizes: Sizes of the objects to find, by key; those of size 0 are current.
        kept: The shard as stored.
        documents: Documents by name.
        sent: Every message sent, in order, duplicates included.
        moments: Moments passed so far.
        dies_at: The moment at which the finder is killed, None for never.
    """

    sizes: dict[str, int]
    kept: Shard = field(default_factory=shard)
    documents: dict[str, bytes] = field(default_factory=dict)
    sent: list[CopyJob] = field(default_factory=list)
    moments: int = 0
    dies_at: int | None = None

    def _moment(self) -> None:
        if self.moments == self.dies_at:
            raise Killed
        self.moments += 1

    def write_once(self, name: str, document: bytes) -> bool:
        self._moment()
        is_new = name not in self.documents
        self.documents.setdefault(name, document)
        self._moment()
        return is_new

    def read(self, name: str) -> bytes | None:
        self._moment()
        return self.documents.get(name)

    def get_shard(self, run_id: str, shard_id: str) -> Shard:
        assert (run_id, shard_id) == (RUN_ID, self.kept.shard_id)
        self._moment()
        return self.kept

    def advance_shard(self, run_id: str, advanced: Shard) -> None:
        self._moment()
        if advanced.sequence != self.kept.sequence + 1:
            msg = "The shard was advanced by another finder."
            raise TransientError(msg, reason="ShardMoved")
        self.kept = advanced
        self._moment()

    def send(self, jobs: tuple[CopyJob, ...]) -> None:
        """Send one by one, so that a kill leaves some unsent."""
        for job in jobs:
            self._moment()
            self.sent.append(CopyJob.model_validate_json(spell(job)))
        self._moment()

    def find(self, key_range: KeyRange) -> Iterator[Finding]:
        for key in sorted(self.sizes):
            if key in key_range:
                size = self.sizes[key]
                yield Finding(key, size, job_object(key, size=size) if size else None)

    def scanner(self, *, dry_run: bool = False) -> Scanner:
        return Scanner(
            run=run_of(dry_run=dry_run),
            shards=self,
            documents=self,
            jobs=self,
            find=self.find,
            large_object_threshold=1000,
        )
