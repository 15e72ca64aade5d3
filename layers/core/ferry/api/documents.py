"""The documents of the API: what is asked, and what is answered.

Names are those of the model (``ferry.tasks.models``); sizes are bytes, times are UTC.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ferry.costs import Cost, cost_of_copying
from ferry.events.models import FOLLOWED_EVENTS
from ferry.sender import package
from ferry.task_editor import following, revision_of, without_secrets
from ferry.tasks.audit import Entry, Outcome
from ferry.tasks.control import RESUMABLE
from ferry.tasks.lag import Distribution
from ferry.tasks.models import TASK_ID_PATTERN, Failure, RunState, Task, TaskSettings
from ferry.tasks.real_time import RealTimeSettings
from ferry.tasks.run_numbers import ended_numbers, found_numbers
from ferry.tasks.run_status import RunStatus
from ferry.tasks.strays import Stray

ClientToken = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{8,64}$",
        description="Made up by the caller for one wish; repeating the wish with it changes nothing more.",
    ),
]
SHOWN_TIMES: Final = 5
_SHOWN_BODY: Final = 4096
"""Bytes, so that a page stays far below the 6 MB that a function may answer."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewTask(TaskSettings):
    """A task to set up."""

    client_token: ClientToken | None = None

    def task_settings(self) -> TaskSettings:
        """The task without the wish's name."""
        return TaskSettings.model_validate(self.model_dump(exclude={"client_token"}))


class CloneRequest(_Document):
    """A task to set up as another is, without its schedule and its notifications."""

    task_id: Annotated[str, Field(pattern=TASK_ID_PATTERN)]
    client_token: ClientToken | None = None


class TaskDocument(TaskSettings):
    """A task.

    Attributes:
        revision: Names this state of it, for ``If-Match``.
        real_time: How it follows notifications; null for not at all.
        next_times: When its schedule starts it next.
    """

    revision: str
    created_at: datetime
    real_time: RealTimeSettings | None
    next_times: list[datetime]

    @classmethod
    def of(cls, task: Task, *, shows_secrets: bool = False) -> Self:
        """Describe a task; of a webhook, whose URL is a secret, only the host is shown unless asked for."""
        real_time = task.real_time
        settings = task.settings
        if not shows_secrets:
            settings = settings.model_copy(update={"alerts": without_secrets(settings.alerts)})
        followed = (
            None
            if real_time is None
            else RealTimeSettings.model_validate(real_time.model_dump(exclude={"secrets"}))
        )
        times = task.schedule.next_times(datetime.now(UTC), SHOWN_TIMES) if task.schedule else []
        return cls(
            **settings.model_dump(),
            revision=revision_of(task),
            created_at=task.created_at,
            real_time=followed,
            next_times=times,
        )


class FoundDocument(_Document):
    """What scanning has found.

    Attributes:
        objects: Source objects looked at.
        planned_objects: Of them, those to copy.
        current: Of them, those whose replica is current.
        extra: Replicas without a source, that are to be deleted.
        is_final: Whether everything was looked at.
    """

    objects: int
    bytes: int
    planned_objects: int
    planned_bytes: int
    current: int
    extra: int
    is_final: bool


class CountsDocument(_Document):
    """How objects ended.

    Attributes:
        bytes: Of the copied ones.
        current: Whose replica was current, whether the finder saw it or the copy.
        gone: Deleted from the source after they were listed.
        deleted: Replicas deleted because their source is gone.
        excluded: Left out by the task's filters.
        archived: Left out because OSS has to restore them first.
        unverified: Of the copied ones, those whose source gave no checksum.
        metadata_dropped: Of the copied ones, those whose user metadata did not fit.
    """

    copied: int
    bytes: int
    current: int
    gone: int
    deleted: int
    failed: int
    excluded: int
    archived: int
    unverified: int
    metadata_dropped: int


class ProgressDocument(_Document):
    """How far a run is.

    Attributes:
        share: 0 to 1; null while it is unknown, and for real-time runs.
        eta_seconds: Null while it is unknown.
        oldest_pending_seconds: Age of the oldest message that waits; null when none is known.
    """

    share: float | None
    objects_per_second: float
    bytes_per_second: float
    eta_seconds: float | None
    oldest_pending_seconds: float | None = None


class Quantiles(_Document):
    """A distribution of seconds, of ``count`` measurements; null without any."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None

    @classmethod
    def of(cls, distribution: Distribution) -> Self:
        """Describe a distribution."""
        return cls.model_validate({name: distribution.summary().get(name) for name in cls.model_fields})


class LagDocument(_Document):
    """How far replicas were behind when they were written: after the change, and after its notification."""

    change: Quantiles
    notification: Quantiles


class CostDocument(_Document):
    """US dollars by what they are paid for, at list prices, without storage."""

    s3_requests: float
    oss_requests: float
    oss_egress: float
    compute: float
    queue_and_state: float
    total: float

    @classmethod
    def of(cls, cost: Cost) -> Self:
        """Describe a cost."""
        return cls.model_validate({name: round(getattr(cost, name), 6) for name in cls.model_fields})


class EstimateDocument(_Document):
    """What a run would copy.

    Attributes:
        is_complete: Whether everything was looked at; otherwise there is more.
        seconds: How long looking took.
    """

    objects: int
    bytes: int
    is_complete: bool
    seconds: float
    usd: CostDocument


RunAction = Literal["pause", "resume", "stop", "retry"]


class RunDocument(_Document):
    """A run as of now.

    Attributes:
        reason: Why it failed, or deleted nothing.
        retry_of: The run whose failed objects it takes up.
        lag: Of real-time runs.
        estimate: Of dry runs that are over.
        actions: What can be asked of it now.
        has_report: Whether its report can be downloaded.
    """

    run_id: str
    task_id: str
    state: RunState
    reason: str | None
    dry_run: bool
    real_time: bool
    retry_of: str | None
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    found: FoundDocument
    counts: CountsDocument
    progress: ProgressDocument
    lag: LagDocument | None
    estimate: EstimateDocument | None
    actions: list[RunAction]
    has_report: bool

    @classmethod
    def of(cls, status: RunStatus, *, oldest_pending_seconds: float | None = None) -> Self:
        """Describe a run.

        Args:
            status: As it was read.
            oldest_pending_seconds: Age of the oldest message that waits for it, if that is known.
        """
        run, found, counts = status.run, status.found, status.counts
        return cls(
            run_id=run.run_id,
            task_id=run.task.task_id,
            state=status.state,
            reason=status.reason,
            dry_run=run.dry_run,
            real_time=run.real_time,
            retry_of=run.retry_of,
            started_at=run.started_at,
            ended_at=status.ended_at,
            seconds=round(status.seconds, 3),
            found=FoundDocument(**found_numbers(found), current=found.current, is_final=status.is_planned),
            counts=CountsDocument(**ended_numbers(found, counts)),
            progress=ProgressDocument(
                share=status.share,
                objects_per_second=round(status.rate.objects_per_second, 3),
                bytes_per_second=round(status.rate.bytes_per_second, 3),
                eta_seconds=status.eta_seconds,
                oldest_pending_seconds=None if status.state.is_over else oldest_pending_seconds,
            ),
            lag=_lag(status) if run.real_time else None,
            estimate=_estimate(status) if run.dry_run and status.state is RunState.SUCCEEDED else None,
            actions=_actions(status),
            has_report=run.has_report,
        )


class TaskSummary(_Document):
    """A task with how it is.

    Attributes:
        last_run: The run under way, or else the newest.
        real_time_run: Today's account of notifications.
    """

    task: TaskDocument
    last_run: RunDocument | None
    real_time_run: RunDocument | None


class TaskPage(_Document):
    """Some tasks, ascending by name."""

    tasks: list[TaskSummary]
    next_cursor: str | None


class RunPage(_Document):
    """Some runs, the newest first."""

    runs: list[RunDocument]
    next_cursor: str | None


class RunRequest(_Document):
    """A run to start."""

    dry_run: bool = False
    client_token: ClientToken | None = None


class RetryRequest(_Document):
    """Which failed objects to take up again: those with a reason, or these; all when neither is given."""

    keys: Annotated[list[Annotated[str, Field(min_length=1, max_length=1023)]], Field(max_length=100)] = []
    reason: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    client_token: ClientToken | None = None


class FailurePage(_Document):
    """Some failed objects."""

    failures: list[Failure]
    next_cursor: str | None


class FailureReason(_Document):
    """How many objects failed for a reason, with what happened to one of them."""

    reason: str
    count: int
    example_key: str
    example_message: str


class FailureReasons(_Document):
    """Why objects failed, the most frequent first.

    Attributes:
        is_complete: Whether every failure was counted, or only the first of very many.
    """

    reasons: list[FailureReason]
    is_complete: bool


class SeriesPoint(_Document):
    """What happened from ``time`` on, for one step.

    Attributes:
        objects: Objects that ended.
        bytes: Bytes copied.
        lag_p50: Seconds, of replicas written after a notification.
    """

    time: datetime
    objects: int
    bytes: int
    failed: int
    lag_p50: float | None
    lag_p95: float | None


class Series(_Document):
    """A run over time; steps without a point had nothing happen in them.

    A step in which one page ends and the next one begins has a point in both.
    """

    step_seconds: int
    points: list[SeriesPoint]
    next_cursor: str | None


class ReportLink(_Document):
    """Where a report can be downloaded without signing in, for a while."""

    url: str
    expires_at: datetime


class ScheduleTimesRequest(_Document):
    """A schedule to look at."""

    expression: str
    timezone: str = "UTC"
    count: Annotated[int, Field(ge=1, le=20)] = SHOWN_TIMES


class ScheduleTimes(_Document):
    """When it would start runs."""

    times: list[datetime]


class RotationRequest(_Document):
    """How long the secret so far is still taken."""

    keep_seconds: Annotated[int, Field(ge=0, le=int(timedelta(days=30).total_seconds()))] = 7 * 24 * 3600
    client_token: ClientToken | None = None


class OlderSecret(_Document):
    """A secret from before a rotation."""

    valid_until: datetime


class SenderDocument(_Document):
    """What a function that passes events on is set up with.

    Attributes:
        environment: Its environment variables, by the way it sends.
        trigger: Its OSS trigger.
        policy: The IAM policy of the user whose access key it has if it sends to the queue.
    """

    environment: dict[package.Way, dict[str, str]]
    trigger: dict[str, Any]
    policy: dict[str, Any]


class RealTimeDocument(RealTimeSettings):
    """How a task follows notifications, and where they are sent to.

    Attributes:
        url: With the secret, for SMQ.
        url_without_secret: For senders that give the secret in a header.
        secret: The token for EventBridge, and the header ``x-ferry-secret`` of others.
        events: Those that a sender should be set up for.
    """

    task_id: str
    url: str
    url_without_secret: str
    secret: str
    older_secrets: list[OlderSecret]
    queue_url: str
    queue_arn: str
    events: list[str]
    sender: SenderDocument

    @classmethod
    def of(cls, task: Task, entry: package.EventEntry, secret: str) -> Self:
        """Describe a task's notifications; raises NotFollowingError."""
        real_time = following(task)
        url, now = entry.url_of(task.task_id), datetime.now(UTC)
        ends = [one.valid_until for one in real_time.secrets[1:] if one.valid_until is not None]
        ways: tuple[package.Way, ...] = ("endpoint", "queue")
        return cls(
            **real_time.model_dump(exclude={"secrets"}),
            task_id=task.task_id,
            url=f"{url}/{secret}",
            url_without_secret=url,
            secret=secret,
            older_secrets=[OlderSecret(valid_until=end) for end in ends if end > now],
            queue_url=entry.queue_url,
            queue_arn=entry.queue_arn,
            events=list(FOLLOWED_EVENTS),
            sender=SenderDocument(
                environment={
                    way: package.sender_environment(entry, task.task_id, secret, way) for way in ways
                },
                trigger=package.sender_trigger(task),
                policy=package.sender_policy(entry, "queue"),
            ),
        )


class CheckResult(_Document):
    """What became of one check, with a sentence."""

    check: str
    state: Literal["passed", "failed", "skipped"]
    detail: str


class CheckResults(_Document):
    """The checks of a task's settings, in the order in which they depend on each other."""

    checks: list[CheckResult]


class AuditEntry(_Document):
    """One change."""

    time: datetime
    who: str
    action: str
    task_id: str | None
    run_id: str | None
    outcome: Outcome
    detail: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Describe a change."""
        return cls.model_validate({name: getattr(entry, name) for name in cls.model_fields})


class AuditPage(_Document):
    """Some changes, the newest first."""

    entries: list[AuditEntry]
    next_cursor: str | None


class StrayDocument(_Document):
    """A message of the event queue that no task could take.

    Attributes:
        stray_id: To send it again by.
        body: At most its first 4 KiB; null for viewers.
        is_shortened: Whether there is more of the body.
    """

    stray_id: str
    message_id: str
    received_at: datetime
    reason: str
    body: str | None
    is_shortened: bool

    @classmethod
    def of(cls, stray: Stray, *, shows_body: bool) -> Self:
        """Describe a message, with the beginning of its body if that may be shown."""
        whole = stray.body.encode()
        return cls(
            stray_id=stray.stray_id,
            message_id=stray.message_id,
            received_at=stray.received,
            reason=stray.reason,
            body=whole[:_SHOWN_BODY].decode(errors="ignore") if shows_body else None,
            is_shortened=shows_body and len(whole) > _SHOWN_BODY,
        )


class StrayPage(_Document):
    """Some messages that no task could take, the newest first."""

    strays: list[StrayDocument]
    next_cursor: str | None


def _lag(status: RunStatus) -> LagDocument:
    return LagDocument(
        change=Quantiles.of(status.lag.change), notification=Quantiles.of(status.lag.notification)
    )


def _estimate(status: RunStatus) -> EstimateDocument:
    found = status.found
    cost = cost_of_copying(listed=found.objects, objects=found.planned_objects, size=found.planned_size)
    return EstimateDocument(
        objects=found.planned_objects,
        bytes=found.planned_size,
        is_complete=True,
        seconds=round(status.seconds, 3),
        usd=CostDocument.of(cost),
    )


def _actions(status: RunStatus) -> list[RunAction]:
    run, state = status.run, status.state
    if run.real_time:
        return ["retry"] if status.counts.failed else []
    if state is RunState.PAUSED:
        return ["resume", "stop"] if status.now - run.started_at <= RESUMABLE else ["stop"]
    if state.is_active:
        return ["pause", "stop"] if run.reason is None else ["stop"]
    return ["retry"] if status.counts.failed else []
