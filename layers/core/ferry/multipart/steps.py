"""The steps of the large-object workflow, and closing its job whichever way it ends."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from ferry.errors import (
    ConfigurationError,
    FerryError,
    ObjectNotFoundError,
    PermanentError,
    SourceChangedError,
)
from ferry.multipart.upload import CopiedRange, LargeObjectCopier, UploadPlan
from ferry.outcome import Outcome, Result
from ferry.tasks.models import Run
from ferry.tasks.progress import RunProgress


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
    """What copying one range came to: exactly one of the two."""

    copied: CopiedRange | None = None
    problem: Problem | None = None


async def begin(
    job: LargeObjectJob, run: Run, copier: LargeObjectCopier, progress: RunProgress
) -> UploadPlan | None:
    """Begin an upload, or close the job when there is nothing to copy.

    Returns:
        The plan, None when the job is closed or its run is over.

    Raises:
        PermanentError: The object cannot be copied.
    """
    if run.state.is_over or run.reason is not None:
        return None
    try:
        begun = await copier.begin(job.key)
    except ObjectNotFoundError:
        begun = Outcome(job.key, Result.GONE)
    if isinstance(begun, UploadPlan):
        return begun
    progress.close_job(job.run_id, job.job_id, [begun], attempts=job.attempt)
    return None


async def copy_range(
    plan: UploadPlan, first: int, last: int, copier: LargeObjectCopier, *, deadline: float
) -> RangeReport:
    """Copy one range; what trying again cannot help is reported, not raised, so that no retry repeats it.

    Raises:
        TransientError: The range can be copied again.
    """
    try:
        return RangeReport(copied=await copier.copy_range(plan, first, last, deadline=deadline))
    except (SourceChangedError, ObjectNotFoundError) as error:
        return RangeReport(
            problem=Problem(error="SourceChangedError", reason=error.reason, message=str(error))
        )
    except ConfigurationError as error:
        return RangeReport(
            problem=Problem(error="ConfigurationError", reason=error.reason, message=str(error))
        )
    except PermanentError as error:
        return RangeReport(problem=Problem(error="PermanentError", reason=error.reason, message=str(error)))


def complete(
    job: LargeObjectJob,
    plan: UploadPlan,
    reports: list[RangeReport],
    copier: LargeObjectCopier,
    progress: RunProgress,
) -> Outcome:
    """Complete the upload and close the job.

    Raises:
        FerryError: A range had a problem, or the parts are not the object; nothing became visible.
    """
    for report in reports:
        if report.problem is not None:
            report.problem.raise_it()
    outcome = copier.complete(plan, [report.copied for report in reports if report.copied is not None])
    progress.close_job(job.run_id, job.job_id, [outcome], attempts=job.attempt)
    return outcome


def fail(job: LargeObjectJob, error: FerryError, progress: RunProgress) -> None:
    """Close the job as failed; a configuration error ends its whole run."""
    if isinstance(error, ConfigurationError):
        progress.give_up(job.run_id, error)
    progress.close_job(job.run_id, job.job_id, [Outcome.failed(job.key, error)], attempts=job.attempt)


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
