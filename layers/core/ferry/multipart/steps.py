"""The steps of the large-object workflow, and closing its job whichever way it ends."""

import contextlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from ferry.archives import refused_as_archived
from ferry.errors import (
    ArchivedError,
    ConfigurationError,
    ConflictError,
    FerryError,
    LimitReachedError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
    TransientError,
)
from ferry.multipart.orphans import UploadKeeper
from ferry.multipart.ranges import CopiedRange
from ferry.multipart.upload import LargeObjectCopier, PartRange, UploadPlan
from ferry.outcome import Outcome, Result
from ferry.refusals import Refusals
from ferry.tasks.claims import Place
from ferry.tasks.models import Run

if TYPE_CHECKING:
    from ferry.tasks.progress import RunProgress

_LIMIT_WAIT_SECONDS: Final = (120, 300)
"""Between which a range waits for the task's limits: every wait costs transitions of the workflow."""


class LargeObjectJob(BaseModel):
    """What the workflow starts with and hands from step to step.

    Attributes:
        attempt: Counts from 1 how often it was planned.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    task_id: str
    run_id: str
    job_id: str
    key: str
    etag: str = ""
    replica_etag: str | None = None
    attempt: int = 1


class Problem(BaseModel):
    """Why a range could not be copied; other ranges need not finish."""

    error: Literal["SourceChangedError", "PermanentError", "ConfigurationError"]
    reason: str
    message: str

    def raise_it(self) -> None:
        """Raise the error that this describes."""
        kind = {
            "SourceChangedError": SourceChangedError,
            "PermanentError": PermanentError,
            "ConfigurationError": ConfigurationError,
        }[self.error]
        raise kind(self.message, reason=self.reason)


class RangeReport(BaseModel):
    """What copying one range came to.

    Attributes:
        copied: What S3 holds of it, which may end before its last part.
        problem: Why it cannot be copied.
        wait_seconds: When to go on with it, since the task's limits left no room.
    """

    copied: CopiedRange | None = None
    problem: Problem | None = None
    wait_seconds: int | None = None


@dataclass(frozen=True)
class LargeObjectSteps:
    """The steps of one large object of one run.

    Attributes:
        run: As of now; a step of a run that is over begins and copies nothing.
        copier: Copies between both sides.
        progress: Where the job is closed.
        uploads: Drops the uploads that nobody will finish.
    """

    job: LargeObjectJob
    run: Run
    copier: LargeObjectCopier
    progress: "RunProgress"
    uploads: UploadKeeper

    async def begin(self) -> UploadPlan | None:
        """Begin an upload, or close the job when there is nothing to copy.

        Returns:
            The plan, None when the job is closed or its run is over.

        Raises:
            PermanentError: The object cannot be copied.
        """
        if self._is_over:
            self.uploads.close(self._place)
            return None
        try:
            begun = await self._begin()
        except ConfigurationError as error:
            raise await self._judged(error) from error
        except ObjectNotFoundError:
            begun = Outcome(self.job.key, Result.GONE)
        except ArchivedError as error:
            begun = await refused_as_archived(self.copier.source, self.job.key, self.copier.archived, error)
        if isinstance(begun, Outcome):
            self._close(begun)
            return None
        return begun

    async def _begin(self) -> UploadPlan | Outcome | None:
        looked = await self.copier.look(self.job.key)
        if isinstance(looked, Outcome):
            return looked
        if not self.uploads.open(self._place):
            return None
        try:
            begun = await self.copier.start(looked)
        except (ConflictError, SourceChangedError) as error:
            # The workflow tries this step again, which looks again.
            raise TransientError(str(error), reason=error.reason) from error
        if isinstance(begun, UploadPlan) and not self.uploads.record(self._place, begun.upload_id):
            return None
        return begun

    async def copy_range(
        self, plan: UploadPlan, piece: PartRange, before: CopiedRange | None = None, *, deadline: float
    ) -> RangeReport:
        """Copy a range, or as much of it as there is time for.

        What trying again cannot help is reported, not raised, so that no retry repeats it.

        Args:
            plan: The upload.
            piece: The range.
            before: What earlier calls have copied of it.
            deadline: On the copier's clock.

        Returns:
            All that is copied of the range by now, which may end before its last part.

        Raises:
            TransientError: The rest of the range can be copied again.
        """
        if self._is_over:
            return _problem("PermanentError", PermanentError("The run has ended.", reason="RunEnded"))
        first = piece.first if before is None else before.last + 1
        try:
            copied = await self.copier.copy_range(plan, first, piece.last, deadline=deadline)
        except (SourceChangedError, ObjectNotFoundError) as error:
            return _problem("SourceChangedError", error)
        except LimitReachedError:
            return RangeReport(copied=before, wait_seconds=random.randint(*_LIMIT_WAIT_SECONDS))
        except ConfigurationError as error:
            judged = await self._judged(error)
            is_for_all = isinstance(judged, ConfigurationError)
            return _problem("ConfigurationError" if is_for_all else "PermanentError", judged)
        except PermanentError as error:
            # An upload that somebody else aborted can be begun again.
            is_gone = error.reason == "NoSuchUpload"
            return _problem("SourceChangedError" if is_gone else "PermanentError", error)
        return RangeReport(copied=copied if before is None else before.followed_by(copied))

    def complete(self, plan: UploadPlan, reports: list[RangeReport]) -> Outcome:
        """Complete the upload and close the job.

        Raises:
            FerryError: A range had a problem, or the parts are not the object; nothing became visible.
        """
        for report in reports:
            if report.problem is not None:
                report.problem.raise_it()
        if self.run.real_time and self._is_gone():
            # Whoever was told of the delete found no replica yet.
            self.copier.abort(self.job.key, plan.upload_id)
            outcome = Outcome(self.job.key, Result.GONE)
            self._close(outcome)
            return outcome
        outcome = self.copier.complete(
            plan, [report.copied for report in reports if report.copied is not None]
        )
        self._close(outcome, is_complete=True)
        return outcome

    def abort(self, upload_id: str) -> LargeObjectJob:
        """Drop the upload and return the job for another attempt."""
        self.copier.abort(self.job.key, upload_id)
        return self.job.model_copy(update={"attempt": self.job.attempt + 1})

    def fail(self, error: FerryError, *, may_be_beginning: bool = False) -> list[Outcome]:
        """Close the job as failed and drop its uploads; a configuration error ends its whole run.

        Args:
            error: Why.
            may_be_beginning: Whether a function of a workflow that was stopped may still be at work.

        Returns:
            How the object ended; nothing when that was accounted for before.

        Raises:
            TransientError: It may; the job is closed, but has to be failed again to drop the last upload.
        """
        ended: list[Outcome] = []
        if not self._is_over:
            if isinstance(error, ConfigurationError):
                self.progress.give_up(self.job.run_id, error)
            outcome = self._copied_after_all() or Outcome.failed(self.job.key, error)
            if self._account(outcome):
                ended.append(outcome)
        self.uploads.close(self._place, may_be_beginning=may_be_beginning)
        return ended

    async def _judged(self, error: ConfigurationError) -> FerryError:
        copier = self.copier
        refusals = Refusals(copier.source, copier.replica, copier.mapping, copier.retry.clock)
        return await refusals.judge(self.job.key, error)

    def _is_gone(self) -> bool:
        try:
            self.copier.source.head(self.job.key)
        except ObjectNotFoundError:
            return True
        return False

    def _copied_after_all(self) -> Outcome | None:
        """Tell whether the upload was completed and only the answer lost."""
        with contextlib.suppress(FerryError):
            outcome = self.copier.ended(self.job.key, self.job.etag)
            return outcome if outcome is not None and outcome.result is Result.COPIED else None
        return None

    def _close(self, outcome: Outcome, *, is_complete: bool = False) -> None:
        self._account(outcome)
        self.uploads.close(self._place, is_complete=is_complete)

    def _account(self, outcome: Outcome) -> bool:
        job = self.job
        return self.progress.close_job(job.run_id, job.job_id, [outcome], attempts=job.attempt)

    @property
    def _is_over(self) -> bool:
        return self.run.state.is_over or self.run.reason is not None

    @property
    def _place(self) -> Place:
        key = self.run.task.mapping.to_replica(self.job.key)
        return Place(self.run.task.destination.bucket, key, self.job.run_id, self.job.job_id)


def _problem(
    error: Literal["SourceChangedError", "PermanentError", "ConfigurationError"], cause: FerryError
) -> RangeReport:
    return RangeReport(problem=Problem(error=error, reason=cause.reason, message=str(cause)))


def caught_error(caught: Mapping[str, Any]) -> FerryError:
    """Turn what a workflow's Catch hands over into an error of ours.

    Args:
        caught: ``Error``, a name, and ``Cause``, text that for a function is JSON with ``errorMessage``.
    """
    name = str(caught.get("Error", "Unknown"))
    cause = str(caught.get("Cause", ""))
    try:
        message = json.loads(cause)["errorMessage"]
    except (ValueError, KeyError, TypeError):
        message = cause or name
    kind = ConfigurationError if name == "ConfigurationError" else PermanentError
    return kind(str(message), reason=name.removesuffix("Error"))
