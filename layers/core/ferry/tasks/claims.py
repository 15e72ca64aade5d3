"""What jobs have begun: whose multipart upload is whose."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What one job has begun at one replica.

    Attributes:
        job: The run's and the job's id.
        since: When it last set out to begin one.
        is_beginning: Whether the id of that one is not written down yet.
        is_closed: Whether the job has ended; then it begins no other upload.
        begun: How often it set out.
        upload_ids: All uploads it has written down, completed and aborted ones included.
    """

    job: str
    since: datetime
    is_beginning: bool = True
    is_closed: bool = False
    begun: int = 1
    upload_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """One replica, and the job that works on it."""

    bucket: str
    key: str
    run_id: str
    job_id: str

    @property
    def job(self) -> str:
        """The job's name among all runs'."""
        return f"{self.run_id}#{self.job_id}"
