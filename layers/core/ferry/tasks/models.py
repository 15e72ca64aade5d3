"""What a user set up, and one pass over it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from unicodedata import category
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ferry.archives import Archived
from ferry.keys import KeyMapping, has_dot_segment
from ferry.pacing.limits import Limits
from ferry.replica_settings import ReplicaSettings
from ferry.tasks.alerts import Alerts
from ferry.tasks.deletes import Deletes
from ferry.tasks.filters import NO_FILTERS, Filters
from ferry.tasks.prefixes import canonical_prefixes
from ferry.tasks.real_time import RealTime
from ferry.tasks.run_ids import pass_run_id, real_time_run_id
from ferry.tasks.schedules import Schedule

TASK_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"
_ENDPOINT: Final = re.compile(r"https?://([A-Za-z0-9_.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?/?")
MAX_RETRY_KEYS: Final = 100
"""A run's row holds them, with its task, within 400 KB."""


def _prefix(value: str) -> str:
    if value.startswith("/"):
        msg = "must not begin with '/': keys do not"
        raise ValueError(msg)
    return value


def _replica_prefix(value: str) -> str:
    if has_dot_segment(value):
        msg = "must not have '.' or '..' between slashes: many clients would resolve them"
        raise ValueError(msg)
    return value


def _line(value: str) -> str:
    if any(category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        msg = "must be one line without control characters"
        raise ValueError(msg)
    return value


def _endpoint(value: str) -> str:
    try:
        is_plain = _ENDPOINT.fullmatch(value) is not None and urlsplit(value).port != 0
    except ValueError:
        is_plain = False
    if not is_plain:
        msg = (
            "must be a URL such as https://oss-cn-hangzhou.aliyuncs.com, with nothing after the host and port"
        )
        raise ValueError(msg)
    return value


Description = Annotated[str, Field(max_length=256), AfterValidator(_line)]
Prefix = Annotated[str, Field(max_length=1023), AfterValidator(_prefix)]
BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
Aware = Annotated[datetime, Field(description="UTC")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CompareMode(StrEnum):
    """How a task recognises an object that is already copied."""

    AUTO = "auto"
    SIZE = "size"
    CHECKSUM = "checksum"
    ALWAYS = "always"


class OssSource(_Model):
    """Where a task copies from.

    Attributes:
        type: The kind of storage; there is one.
        prefixes: Of what lies under ``prefix``, only what lies under one of these, which are whole prefixes
            themselves. None of them for everything.
        region: As ``cn-hangzhou``.
        endpoint: Without the bucket; None for the region's public one.
        is_cname: Whether the endpoint is a domain bound to the bucket.
        secret: Name or ARN of the Secrets Manager secret with the access key.
        request_payer: Whether the access key's account pays for requests, as the bucket may demand.
    """

    type: Literal["oss"] = "oss"
    bucket: BucketName
    prefix: Prefix = ""
    prefixes: tuple[Prefix, ...] = ()
    region: Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z0-9-]+$")]
    endpoint: Annotated[str, Field(max_length=300), AfterValidator(_endpoint)] | None = None
    is_cname: bool = False
    secret: Annotated[str, Field(min_length=1)]
    request_payer: bool = False

    @field_validator("prefixes")
    @classmethod
    def _are_below(cls, chosen: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        prefix = others.data.get("prefix")
        return chosen if prefix is None else canonical_prefixes(prefix, chosen)


class S3Destination(ReplicaSettings):
    """Where a task copies to, and how.

    Attributes:
        request_payer: Whether the deployment's account pays for requests, as the bucket may demand.
    """

    bucket: BucketName
    prefix: Annotated[Prefix, AfterValidator(_replica_prefix)] = ""
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    request_payer: bool = False


class TaskSettings(_Model):
    """What a user sets up, and may change later.

    Attributes:
        description: What it is for, in the user's words.
        keep_prefix: Whether replicas keep the source prefix in their keys, after the destination's.
        filters: Which objects under the prefixes are meant; None for all.
        archived: What becomes of objects that OSS does not let anybody read before they are restored.
        deletes: Which replicas without a source a run deletes; None for none.
        schedule: When runs start by themselves; None for never.
        limits: The most that copies may take of the source; None for as much as there is. Changing them
            reaches runs that are under way.
        alerts: Who is told how runs end; None for nobody but those who get the deployment's alarms.
    """

    task_id: Annotated[str, Field(pattern=TASK_ID_PATTERN)]
    description: Description = ""
    source: OssSource
    destination: S3Destination
    keep_prefix: bool = False
    compare: CompareMode = CompareMode.AUTO
    filters: Filters | None = None
    archived: Archived = "fail"
    deletes: Deletes | None = None
    schedule: Schedule | None = None
    limits: Limits | None = None
    alerts: Alerts | None = None

    @model_validator(mode="after")
    def _backups_lie_elsewhere(self) -> Self:
        if self.deletes is not None:
            self.deletes.check_apart(self.mapping.replica_listing_prefix)
        return self

    @property
    def mapping(self) -> KeyMapping:
        """Which keys, and where they land."""
        return KeyMapping(
            source_prefix=self.source.prefix,
            strip_prefix="" if self.keep_prefix else self.source.prefix,
            replica_prefix=self.destination.prefix,
            prefixes=self.source.prefixes,
            patterns=(self.filters or NO_FILTERS).patterns,
        )


class Task(TaskSettings):
    """A task as it is stored.

    Attributes:
        real_time: How notifications of the source are followed; None for not at all.
    """

    created_at: Aware
    real_time: RealTime | None = None

    @property
    def settings(self) -> TaskSettings:
        """What a user may change of it."""
        return TaskSettings.model_validate(self.model_dump(include=set(TaskSettings.model_fields)))


class RunState(StrEnum):
    """Where a run is."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    SUCCEEDED = "succeeded"
    COMPLETED_WITH_FAILURES = "completed_with_failures"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return not self.is_active and self is not RunState.PAUSED

    @property
    def is_active(self) -> bool:
        """Whether its workflow is at work."""
        return self in {RunState.STARTING, RunState.RUNNING}


class RetryOnly(_Model):
    """Which failed objects of a run are taken up again.

    Attributes:
        reason: Those that failed for this reason; None for any.
        keys: These; empty for all.
    """

    reason: Annotated[str, Field(max_length=100)] | None = None
    keys: Annotated[tuple[Annotated[str, Field(max_length=1023)], ...], Field(max_length=MAX_RETRY_KEYS)] = ()

    def takes(self, failure: "Failure") -> bool:
        """Tell whether a failed object is one of them."""
        return self.reason in {None, failure.reason} and (not self.keys or failure.key in self.keys)


class Run(_Model):
    """One pass over a task.

    Attributes:
        task: As it was when the run started; later edits do not reach it.
        dry_run: Only count what would be copied.
        reason: Why it failed, a sentence that says what to do.
        jobs_planned: Known once every shard is exhausted.
        task_token: Of the workflow that waits for the last job.
        resumes: How often it was resumed.
        retry_of: The run whose failed objects it takes up; None for a pass over everything.
        retry_only: Which of them; None for all.
        client_token: Names the wish that started it.
        deletes_refused: Why it deleted nothing, a sentence that says what to do.
        real_time: Whether it is no pass but the account of a day's notifications, which has no workflow and
            keeps no other run from starting.
        has_report: Whether its report is in the run bucket.
    """

    run_id: str
    task: Task
    state: RunState = RunState.STARTING
    dry_run: bool = False
    started_at: Aware
    ended_at: Aware | None = None
    reason: str | None = None
    jobs_planned: int | None = None
    task_token: str | None = None
    resumes: int = 0
    retry_of: str | None = None
    retry_only: RetryOnly | None = None
    client_token: str | None = None
    deletes_refused: str | None = None
    real_time: bool = False
    has_report: bool = False

    @classmethod
    def of_day(cls, task: Task, day: date) -> Self:
        """Describe the real-time run of a task on a day of UTC."""
        midnight = datetime.combine(day, time(), UTC)
        return cls(
            run_id=real_time_run_id(task.task_id, day),
            task=task,
            state=RunState.RUNNING,
            started_at=midnight,
            ended_at=midnight + timedelta(days=1),
            real_time=True,
        )

    @classmethod
    def start(cls, task: Task, now: datetime, **fields: Any) -> Self:
        """Describe a new run of a task; its id holds the task's and the second it starts in.

        Args:
            task: The task.
            now: The current time.
            fields: Others of a run.
        """
        return cls(run_id=pass_run_id(task.task_id, now), task=task, started_at=now, **fields)

    def state_at(self, now: datetime, *, failed: int) -> RunState:
        """Return the state that people see; a real-time run is over when its day is.

        Args:
            now: The current time.
            failed: Objects that have failed so far.
        """
        if not self.real_time or self.ended_at is None:
            return self.state
        if now < self.ended_at:
            return RunState.RUNNING
        return RunState.COMPLETED_WITH_FAILURES if failed else RunState.SUCCEEDED

    @property
    def workflow_name(self) -> str:
        """The name of its workflow's execution; every resumption has one of its own."""
        return f"{self.run_id}-r{self.resumes}" if self.resumes else self.run_id

    @property
    def accepts_work(self) -> bool:
        """Whether its jobs are to be carried out: it is neither over, nor paused, nor given up."""
        return self.state.is_active and self.reason is None

    def delete_refusal(self, found: "Found") -> str | None:
        """Tell why it may not delete what it found to be extra after looking at everything; None if it may.

        A run that takes up failures deletes what an earlier one was allowed to.
        """
        if self.task.deletes is None or self.retry_of is not None:
            return None
        return self.task.deletes.refusal(extra=found.extra, replicas=found.replicas)


class Found(_Model):
    """What scanning has found so far, of a shard or a run.

    Attributes:
        objects: Source objects looked at.
        size: Their bytes.
        current: Of them, already current on the replica side.
        excluded: Objects that the task's filters leave out; not among the others.
        archived: Objects that need copying, but are archived and left out for that; not among the others.
        planned_objects: Of them, put into jobs.
        planned_size: Bytes of those.
        jobs: Jobs that copy.
        replicas: Replicas listed.
        extra: Of them, those without a source, that are to be deleted.
        delete_jobs: Jobs that delete; they are sent when everything was looked at, or never.
    """

    objects: int = 0
    size: int = 0
    current: int = 0
    planned_objects: int = 0
    planned_size: int = 0
    jobs: int = 0
    replicas: int = 0
    extra: int = 0
    delete_jobs: int = 0
    excluded: int = 0
    archived: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )


class Shard(_Model):
    """The slice of a run that one finder call scans.

    Attributes:
        after: Its keys come after this one.
        until: Its last possible key; None for no end.
        checkpoint: The key that scanning resumes after; ``after`` at first.
        sequence: Chunks recorded so far.
        exhausted: Whether every key was looked at.
    """

    shard_id: str
    after: str = ""
    until: str | None = None
    checkpoint: str = ""
    sequence: int = 0
    exhausted: bool = False
    found: Found = Found()


class Counts(_Model):
    """How objects ended, of a job or a run.

    Attributes:
        jobs: Jobs closed.
        size: Bytes copied.
        gone: Objects deleted from the source after they were listed.
        deleted: Replicas deleted because their source is gone.
        excluded: Objects that the task's filters leave out, told of by notifications.
        archived: Objects that are archived and left out for that.
        unverified: Of the copied ones, those whose source gave no checksum of their content.
        metadata_dropped: Of the copied ones, those whose user metadata did not fit.
    """

    jobs: int = 0
    copied: int = 0
    current: int = 0
    gone: int = 0
    deleted: int = 0
    failed: int = 0
    size: int = 0
    unverified: int = 0
    metadata_dropped: int = 0
    excluded: int = 0
    archived: int = 0

    @property
    def ended(self) -> int:
        """Objects that have ended, whichever way."""
        ends = (self.copied, self.current, self.gone, self.deleted, self.failed, self.excluded, self.archived)
        return sum(ends)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )


class Failure(_Model):
    """One object that could not be copied, or whose replica could not be deleted."""

    key: str
    reason: str
    message: str
    attempts: int = 1
    action: Literal["copy", "delete"] = "copy"
