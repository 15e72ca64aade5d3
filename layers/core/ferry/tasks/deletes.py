"""Mirror deletes: whether replicas without a source may be deleted, and how many."""

import re
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DEFAULT_MAX_DELETE: Final = "10%"
_LIMIT: Final = re.compile(r"(?P<number>\d{1,12})(?P<percent>%)?")


def _limit(value: str) -> str:
    match = _LIMIT.fullmatch(value)
    if match is None or (match["percent"] and int(match["number"]) > 100):
        msg = "must be a number of objects such as 1000, or a share of the replicas such as 10%"
        raise ValueError(msg)
    return value


def _folder(value: str) -> str:
    if value.startswith("/") or not value.endswith("/"):
        msg = "must end with '/' and not begin with it, such as deleted/"
        raise ValueError(msg)
    return value


class Deletes(BaseModel):
    """That a task deletes replicas whose source is gone.

    Attributes:
        max_delete: The most that one run deletes: a number of objects, or a percentage of the replicas it
            listed, rounded up. A run that finds more deletes none of them.
        backup_prefix: Where a replica is copied to before it is deleted, in the same bucket, under the run's
            id; None to keep nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_delete: Annotated[str, AfterValidator(_limit)] = DEFAULT_MAX_DELETE
    backup_prefix: Annotated[str, Field(max_length=900), AfterValidator(_folder)] | None = None

    @classmethod
    def parse(cls, max_delete: str, backup_prefix: str) -> Self:
        """Read what a command line says; no backup prefix is an empty one."""
        return cls(max_delete=max_delete, backup_prefix=backup_prefix or None)

    def check_apart(self, replica_prefix: str) -> None:
        """Raise ValueError if backups would lie around the replicas, so that none could be told from them."""
        if self.backup_prefix is not None and replica_prefix.startswith(self.backup_prefix):
            msg = f"the backup prefix {self.backup_prefix!r} must not hold the replicas themselves"
            raise ValueError(msg)

    def refusal(self, *, extra: int, replicas: int) -> str | None:
        """Tell why so many deletions are not made, a sentence that says what to do; None when they may be.

        Args:
            extra: Replicas without a source.
            replicas: Replicas listed, those included.
        """
        match = _LIMIT.fullmatch(self.max_delete)
        assert match is not None
        number = int(match["number"])
        allowed = -(-replicas * number // 100) if match["percent"] else number
        if extra <= allowed:
            return None
        return (
            f"{extra:,} of {replicas:,} replicas have no source any more and --max-delete {self.max_delete} "
            f"allows {allowed:,} deletions, so none was deleted. To go on: check the source, "
            "and allow more if they are to go."
        )
