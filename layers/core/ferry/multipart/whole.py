"""Copying one large object from beginning to end in one process."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ferry.archives import refused_as_archived
from ferry.errors import (
    ArchivedError,
    ConfigurationError,
    ConflictError,
    FerryError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    TransientError,
)
from ferry.multipart.upload import LargeObjectCopier, UploadPlan
from ferry.outcome import Outcome, Result
from ferry.refusals import Refusals

logger = logging.getLogger(__name__)

_ATTEMPTS: Final = 3
_FOREVER: Final = float("inf")


async def copy_whole(
    copier: LargeObjectCopier, key: str, *, on_moved: Callable[[int], None] = lambda _: None
) -> Outcome:
    """Copy an object by multipart upload, planned anew up to three times when either side changes.

    Whatever happens, cancellation included, no upload is left unfinished.

    Args:
        copier: Both sides.
        key: The source's key.
        on_moved: Told the bytes of every part that S3 has taken; negative when an upload was dropped.

    Raises:
        ConfigurationError: Nothing can work until somebody changes a setting.
    """
    refusals = Refusals(copier.source, copier.replica, copier.mapping, copier.retry.clock)
    failure: FerryError | None = None
    for _ in range(_ATTEMPTS):
        try:
            return await _attempt(copier, key, on_moved)
        except (ConflictError, SourceChangedError, TransientError) as error:
            failure = error
        except ObjectNotFoundError:
            return Outcome(key, Result.GONE)
        except ArchivedError as error:
            return await refused_as_archived(copier.source, key, copier.archived, error)
        except ConfigurationError as error:
            judged = await refusals.judge(key, error)
            if isinstance(judged, ConfigurationError):
                raise
            return Outcome.failed(key, judged)
        except PermanentError as error:
            if error.reason != "NoSuchUpload":
                return Outcome.failed(key, error)
            # Somebody else has aborted the upload; another can be begun.
            failure = error
    assert failure is not None
    return Outcome.failed(key, failure)


async def _attempt(copier: LargeObjectCopier, key: str, on_moved: Callable[[int], None]) -> Outcome:
    begun = await _begin(copier, key)
    if isinstance(begun, Outcome):
        return begun
    moved = 0

    def on_part(size: int) -> None:
        nonlocal moved
        moved += size
        on_moved(size)

    counted = replace(copier, on_part=on_part)
    try:
        copied = [
            await counted.copy_range(begun, piece.first, piece.last, deadline=_FOREVER)
            for piece in begun.ranges
        ]
        return await asyncio.to_thread(copier.complete, begun, copied)
    except BaseException:
        on_moved(-moved)
        await _abort(copier, begun)
        raise


async def _begin(copier: LargeObjectCopier, key: str) -> UploadPlan | Outcome:
    """Begin, and when cancelled meanwhile, wait for the upload's id: without it nobody could abort it."""
    beginning = asyncio.create_task(copier.begin(key))
    try:
        return await asyncio.shield(beginning)
    except TransientError:
        await _abort_unheard(copier, key)
        raise
    except asyncio.CancelledError:
        with contextlib.suppress(FerryError):
            if isinstance(begun := await beginning, UploadPlan):
                await _abort(copier, begun)
        raise


async def _abort(copier: LargeObjectCopier, plan: UploadPlan) -> None:
    try:
        await asyncio.to_thread(copier.abort, plan.key, plan.upload_id)
    except FerryError as error:
        # What broke off the copy is what matters; S3 may be out of reach for both.
        logger.warning("the upload %s of %r could not be aborted: %s", plan.upload_id, plan.key, error)


async def _abort_unheard(copier: LargeObjectCopier, key: str) -> None:
    """Drop the upload that S3 may have begun although its answer was lost.

    Should another process copy the same key, it loses its upload too and begins another.
    """
    replica_key = copier.mapping.to_replica(key)
    try:
        for upload in await asyncio.to_thread(lambda: list(copier.replica.list_uploads(replica_key))):
            await asyncio.to_thread(copier.abort, key, upload.upload_id)
    except FerryError as error:
        logger.warning("whether an upload of %r was left could not be seen: %s", key, error)
