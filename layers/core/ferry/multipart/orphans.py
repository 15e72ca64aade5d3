"""Leaving no upload behind, wherever a large object's steps are cut off.

An upload whose id was lost with the function that began it is found by listing the uploads of this replica.
It is taken for an orphan only when this deployment began it and no job is left that may know it. Uploads that
anybody else began are left alone.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from ferry.errors import ConfigurationError, TransientError
from ferry.objects import PendingUpload
from ferry.stores.protocols import ReplicaStore
from ferry.tasks.claims import Claim, Place

logger = logging.getLogger(__name__)

LONGEST_BEGINNING: Final = timedelta(seconds=150)
"""After this the function that begins uploads has ended, whatever became of it."""


class Claims(Protocol):
    """Keeps claims; see ``tasks.uploads``."""

    def begin(self, place: Place, now: datetime) -> Claim | None:
        """Write down that a job is about to begin an upload."""

    def record(self, place: Place, upload_id: str) -> bool:
        """Write down an upload; False when its job is closed."""

    def close(self, place: Place) -> Claim | None:
        """Let a job begin no other upload."""

    def list_claims(self, place: Place) -> list[Claim]:
        """Return all claims on a replica."""


def orphans(pending: Iterable[PendingUpload], claims: Iterable[Claim], job: str, principal: str) -> list[str]:
    """Choose the uploads of one replica that nobody will finish.

    Args:
        pending: What S3 lists, read before the claims.
        claims: Of all jobs.
        job: Of these the one whose uploads are over.
        principal: Name of the role that begins this deployment's uploads.

    Returns:
        Ids of the uploads that this deployment began and that are written down by this job or a closed one;
        and of those that no job wrote down, unless another job is beginning one.
    """
    claims = list(claims)
    over = {
        upload_id for claim in claims if claim.job == job or claim.is_closed for upload_id in claim.upload_ids
    }
    known = {upload_id for claim in claims for upload_id in claim.upload_ids}
    others_begin = any(claim.job != job and claim.is_beginning and not claim.is_closed for claim in claims)
    return [
        upload.upload_id
        for upload in pending
        if upload.is_of(principal)
        and (upload.upload_id in over or (upload.upload_id not in known and not others_begin))
    ]


@dataclass(frozen=True)
class UploadKeeper:
    """Sees to it that the uploads of a deployment's jobs end with them.

    Attributes:
        replica: The bucket they are in.
        principal: Name of the role that begins this deployment's uploads.
        now: Tells the time.
    """

    replica: ReplicaStore
    claims: Claims
    principal: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def open(self, place: Place) -> bool:
        """Announce an upload, and drop those of the job's earlier attempts.

        Returns:
            False when the job is closed: begin nothing.
        """
        before = self.claims.begin(place, self.now())
        if before is None:
            return True
        if before.is_closed:
            return False
        self._sweep(place, before)
        return True

    def record(self, place: Place, upload_id: str) -> bool:
        """Write an upload down, or drop it when the job was closed while it was begun.

        Returns:
            Whether to go on with it.
        """
        if self.claims.record(place, upload_id):
            return True
        self.replica.abort_upload(place.key, upload_id)
        return False

    def close(self, place: Place, *, is_complete: bool = False, may_be_beginning: bool = False) -> None:
        """Let the job begin no other upload, and drop what it has begun.

        Args:
            place: The replica and the job.
            is_complete: Whether its last upload became the object.
            may_be_beginning: Whether a function may be at work that begins one.

        Raises:
            TransientError: Such a function may not have ended yet; close it again later.
        """
        own = self.claims.close(place)
        if own is None or (is_complete and own.begun == 1):
            return
        self._sweep(place, own)
        if may_be_beginning and own.is_beginning and self.now() < own.since + LONGEST_BEGINNING:
            msg = "A function may still be about to begin an upload of this object."
            raise TransientError(msg, reason="UploadBeginning")

    def _sweep(self, place: Place, own: Claim) -> None:
        try:
            pending = list(self.replica.list_uploads(place.key))
        except ConfigurationError as error:
            if error.reason != "NoSuchBucket":
                raise
            return
        found = orphans(pending, self.claims.list_claims(place), place.job, self.principal)
        for upload_id in {*own.upload_ids, *found}:
            logger.info("dropping the upload %s of %r", upload_id, place.key)
            self.replica.abort_upload(place.key, upload_id)
