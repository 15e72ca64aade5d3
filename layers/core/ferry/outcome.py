"""What became of one object."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from ferry.errors import FerryError, LimitReachedError, TransientError
from ferry.objects import NO_NOTICES, Notice

LIMIT_REACHED: Final = LimitReachedError("", wait_seconds=0).reason


class Result(StrEnum):
    """How a job ended for one object."""

    COPIED = "copied"
    CURRENT = "current"
    """The replica already was what the source is, or is not to be deleted any more."""
    GONE = "gone"
    """The source was deleted after it was listed."""
    DELETED = "deleted"
    """The replica was deleted, since its source is gone."""
    EXCLUDED = "excluded"
    """The task's filters leave the object out."""
    ARCHIVED = "archived"
    """The object is archived, and the task leaves such objects out."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one object; ``size`` is the bytes that were copied.

    Attributes:
        reason: Of a failure, a short stable word.
        message: Of a failure, a sentence for people.
        is_transient: Of a failure, whether another delivery may succeed.
        notices: Of a copy, what the user should know about it.
    """

    key: str
    result: Result
    size: int = 0
    reason: str = ""
    message: str = ""
    is_transient: bool = False
    notices: frozenset[Notice] = NO_NOTICES

    @classmethod
    def failed(cls, key: str, error: FerryError, *, is_transient: bool = False) -> Self:
        """Describe a failure."""
        return cls(key, Result.FAILED, reason=error.reason, message=str(error), is_transient=is_transient)


def awaits_limit(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether some objects were not copied only because the task's limits left no room."""
    return any(outcome.is_transient and outcome.reason == LIMIT_REACHED for outcome in outcomes)


def unfinished(outcomes: Sequence[Outcome]) -> TransientError | None:
    """Return the error of a job some of whose objects may succeed at another delivery; None when none may."""
    waiting = [outcome for outcome in outcomes if outcome.is_transient]
    if not waiting:
        return None
    msg = f"{len(waiting)} of {len(outcomes)} objects failed for now, such as: {waiting[0].message}"
    return TransientError(msg, reason=waiting[0].reason)
