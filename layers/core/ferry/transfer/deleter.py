"""Deleting replicas whose source is gone, each only as the very object that was listed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Final

from ferry.errors import (
    ConfigurationError,
    ConflictError,
    ObjectNotFoundError,
    PermanentError,
    TransientError,
)
from ferry.jobs import ExtraReplica
from ferry.keys import KeyMapping, check_key
from ferry.outcome import Outcome, Result
from ferry.retry import RetryPolicy
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.deletes import Deletes

DELETES_AT_ONCE: Final = 32
_FOREVER: Final = float("inf")


def backup_folder(deletes: Deletes | None, run_id: str) -> str | None:
    """Return the prefix that one run's deleted replicas are kept under, None when they are not kept."""
    if deletes is None or deletes.backup_prefix is None:
        return None
    return f"{deletes.backup_prefix}{run_id}/"


class Verdict(Enum):
    """What is to happen to a replica that was listed without a source."""

    DELETE = "delete"
    KEEP = "keep"
    GONE = "gone"


def judge(*, source_exists: bool, replica_etag: str | None, listed_etag: str) -> Verdict:
    """Decide about a replica by what both sides are now.

    The first rule that fits decides:

    ================================================ =======
    the replica is not there any more                GONE
    the source exists                                KEEP
    the replica is another than the one listed       KEEP
    otherwise                                        DELETE
    ================================================ =======

    Args:
        source_exists: False only after a definite answer that there is none.
        replica_etag: The replica's etag, None when there is no replica.
        listed_etag: Its etag when it was listed.
    """
    if replica_etag is None:
        return Verdict.GONE
    if source_exists or replica_etag != listed_etag:
        return Verdict.KEEP
    return Verdict.DELETE


@dataclass(frozen=True)
class Deleter:
    """Deletes replicas.

    Attributes:
        backup_prefix: Where a replica is copied to before, its whole key behind it; None to keep nothing.
    """

    source: SourceStore
    replica: ReplicaStore
    mapping: KeyMapping
    backup_prefix: str | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def delete_all(self, extras: Sequence[ExtraReplica], *, seconds: float = _FOREVER) -> list[Outcome]:
        """Delete replicas side by side.

        Args:
            extras: Which ones, as they were listed.
            seconds: Time for all of them; what is not done by then has failed for now.

        Returns:
            One outcome per replica, in the given order; a failure is an outcome, not an error.

        Raises:
            ConfigurationError: Nothing can work until somebody changes a setting.
        """
        deadline = self.retry.clock() + seconds
        with ThreadPoolExecutor(DELETES_AT_ONCE, thread_name_prefix="delete") as pool:
            deletions = pool.map(partial(self.delete, deadline=deadline), extras)
            try:
                return list(deletions)
            except ConfigurationError:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def delete(self, item: ExtraReplica, *, deadline: float = _FOREVER) -> Outcome:
        """Delete one replica if it has no source and is as it was listed; raises as ``delete_all``."""
        if self.retry.clock() >= deadline:
            error = TransientError("There was no time left to delete it.", reason="OutOfTime")
            return Outcome.failed(item.key, error, is_transient=True)
        try:
            check_key(item.key, self.mapping.to_replica(item.key))
            return self.retry.call(lambda: self._delete(item), deadline=deadline)
        except ConfigurationError:
            raise
        except PermanentError as error:
            return Outcome.failed(item.key, error)
        except TransientError as error:
            return Outcome.failed(item.key, error, is_transient=True)

    def look_all(self, extras: Sequence[ExtraReplica]) -> list[Outcome]:
        """Tell how replicas ended that nobody will try to delete again.

        Returns:
            One outcome per replica, in the given order: done where it is gone or to be kept, else failed.
        """
        with ThreadPoolExecutor(DELETES_AT_ONCE, thread_name_prefix="look") as pool:
            return list(pool.map(self._final_look, extras))

    def _delete(self, item: ExtraReplica) -> Outcome:
        replica_key = self.mapping.to_replica(item.key)
        if self._has_source(item):
            return _ended(item, Verdict.KEEP)
        try:
            if self.backup_prefix is not None:
                backup_key = self.backup_prefix + replica_key
                check_key(item.key, backup_key)
                self.replica.keep_aside(replica_key, backup_key, expected=item.replica_etag)
            self.replica.delete(replica_key, expected=item.replica_etag)
        except ConflictError as error:
            verdict = self._judge(item)
            if verdict is Verdict.DELETE:
                raise TransientError(str(error), reason=error.reason) from error
            return _ended(item, verdict)
        return _ended(item, Verdict.GONE)

    def _final_look(self, item: ExtraReplica) -> Outcome:
        try:
            verdict = self._judge(item)
        except (PermanentError, TransientError) as error:
            return Outcome.failed(item.key, error)
        if verdict is not Verdict.DELETE:
            return _ended(item, verdict)
        msg = "No delivery of its job came to an end; the replica is still there."
        return Outcome.failed(item.key, PermanentError(msg, reason="Undelivered"))

    def _judge(self, item: ExtraReplica) -> Verdict:
        there = self.replica.head(self.mapping.to_replica(item.key))
        return judge(
            source_exists=self._has_source(item),
            replica_etag=there.etag if there else None,
            listed_etag=item.replica_etag,
        )

    def _has_source(self, item: ExtraReplica) -> bool:
        try:
            self.source.head(item.key)
        except ObjectNotFoundError:
            return False
        return True


def _ended(item: ExtraReplica, verdict: Verdict) -> Outcome:
    return Outcome(item.key, Result.DELETED if verdict is Verdict.GONE else Result.CURRENT)
