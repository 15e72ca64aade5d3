"""Archived source objects: what becomes of those that OSS does not let anybody read."""

import asyncio
from typing import Final, Literal

from ferry.errors import ArchivedError, ConfigurationError, FerryError, PermanentError, TransientError
from ferry.outcome import Outcome, Result
from ferry.stores.protocols import SourceStore

Archived = Literal["fail", "skip", "restore"]
"""They fail, are left out, or OSS is asked to restore them so that a later run can copy them."""

ARCHIVE_CLASSES: Final = frozenset({"Archive", "ColdArchive", "DeepColdArchive"})
RESTORE_DAYS: Final = 7
"""How long a restored object stays so: long enough for a weekly run, and the most that Archive takes.

Source: OSS API reference, "RestoreObject".
"""
RESTORE_STARTED: Final = "RestoreStarted"


async def refused_as_archived(
    source: SourceStore, key: str, archived: Archived, error: ArchivedError
) -> Outcome:
    """Tell how an object ends that cannot be read since it is archived.

    Args:
        source: Its bucket, which is asked to restore it if the task says so.
        key: The object.
        archived: What the task says.
        error: What reading it came to.
    """
    match archived:
        case "fail":
            return Outcome.failed(key, error)
        case "skip":
            return Outcome(key, Result.ARCHIVED)
        case "restore":
            try:
                await asyncio.to_thread(source.restore, key, days=RESTORE_DAYS)
            except FerryError as refusal:
                return _not_restored(key, refusal)
            msg = (
                "The object is archived, and OSS is restoring it, which takes from a minute (Archive) to two "
                "days (DeepColdArchive). The next run copies it, or `ferry run retry`, once it is restored; "
                f"it stays so for {RESTORE_DAYS} days."
            )
            return Outcome.failed(key, PermanentError(msg, reason=RESTORE_STARTED))


def _not_restored(key: str, refusal: FerryError) -> Outcome:
    if isinstance(refusal, ConfigurationError) and refusal.reason == "AccessDenied":
        # It may read the object, so this is about restoring alone.
        msg = (
            "The object is archived, and OSS does not let it be restored. To go on: grant oss:RestoreObject."
        )
        return Outcome.failed(key, PermanentError(msg, reason="RestoreDenied"))
    msg = f"The object is archived and could not be restored: {refusal}"
    return Outcome.failed(
        key,
        PermanentError(msg, reason="RestoreFailed"),
        is_transient=isinstance(refusal, TransientError),
    )
