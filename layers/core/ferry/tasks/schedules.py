"""When a task runs by itself.

Source: EventBridge Scheduler User Guide, "Schedule types".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from ferry.timezones import TimeZoneName, zone_of

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

_RATE: Final = re.compile(r"rate\(([1-9]\d{0,5}) (minute|hour|day)(s?)\)")
_CRON: Final = re.compile(r"cron\(([^()]+)\)")
_AT: Final = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_UNITS: Final = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def _expression(text: str) -> str:
    if (rate := _RATE.fullmatch(text)) is not None:
        if (rate[1] == "1") == bool(rate[3]):
            right = f"rate({rate[1]} {rate[2]}{'' if rate[1] == '1' else 's'})"
            msg = f"must be spelled {right}"
            raise ValueError(msg)
        return text
    if (cron := _CRON.fullmatch(text)) is not None:
        _check_cron(cron[1])
        return text
    if (at := _AT.fullmatch(text)) is not None:
        _wall_time(at[1])
        return text
    msg = (
        "must be such as rate(1 day), rate(30 minutes), at(2026-12-24T03:00:00) for once, or "
        "cron(0 3 * * ? *), whose fields are minute, hour, day of month, month, day of week, year"
    )
    raise ValueError(msg)


def _wall_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"must name a moment that there is: {error}"
        raise ValueError(msg) from error


def _check_cron(fields: str) -> None:
    from aws_croniter import AwsCroniter

    try:
        AwsCroniter(fields)
    except Exception as error:
        msg = f"is not a cron expression of EventBridge: {error}"
        raise ValueError(msg) from error


class Schedule(BaseModel):
    """When runs of a task start.

    Attributes:
        expression: ``rate(...)``, ``cron(...)`` or, for once, ``at(...)`` as EventBridge Scheduler has them.
        timezone: An IANA name, which the last two are read in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    expression: Annotated[str, AfterValidator(_expression)]
    timezone: TimeZoneName = "UTC"

    @model_validator(mode="after")
    def _there_is_the_moment(self) -> Self:
        if (moment := self._moment) is not None and moment.astimezone(UTC).astimezone(self._zone) != moment:
            msg = f"must name a moment that there is: clocks in {self.timezone} skip {self.expression}"
            raise ValueError(msg)
        return self

    @property
    def is_once(self) -> bool:
        """Whether it is over after one run."""
        return self._moment is not None

    @property
    def _zone(self) -> tzinfo:
        return zone_of(self.timezone)

    @property
    def _moment(self) -> datetime | None:
        """The one moment that it names, in its zone; the first of two when clocks are put back."""
        at = _AT.fullmatch(self.expression)
        return None if at is None else _wall_time(at[1]).replace(tzinfo=self._zone)

    def next_times(self, after: datetime, count: int) -> list[datetime]:
        """Return the next times in the schedule's time zone, ascending; none when all have passed.

        Those of a rate are as if it was set at ``after``.

        Source:
            EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler".
        """
        return list(islice(self._times(after), count))

    @property
    def is_rate(self) -> bool:
        """Whether it is counted from when it was set, and not told by the clock."""
        return _RATE.fullmatch(self.expression) is not None

    def _times(self, after: datetime) -> Iterator[datetime]:
        zone = self._zone
        if (once := self._moment) is not None:
            if once > after:
                yield once
            return
        if (rate := _RATE.fullmatch(self.expression)) is not None:
            moment = after
            while True:
                moment += int(rate[1]) * _UNITS[rate[2]]
                yield moment.astimezone(zone)
        from aws_croniter import AwsCroniter

        cron = AwsCroniter(self.expression.removeprefix("cron(").removesuffix(")"))
        # The library knows no time zones: clocks on the wall are given to it as if they showed UTC.
        wall = after.astimezone(zone).replace(tzinfo=UTC)
        # It answers one None when no time is left.
        while (following := cron.get_next(wall, 1)) and following[0] is not None:
            wall = following[0]
            moment = wall.replace(tzinfo=zone)
            # A time that clocks skip in spring is left out; one that they show twice in autumn counts once.
            if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=UTC) == wall:
                yield moment


class Scheduler:
    """The schedules of one deployment in EventBridge Scheduler, each named after its task.

    Args:
        client: Reaches the service.
        group: The deployment's group of schedules.
        function_arn: What they invoke.
        role_arn: What may invoke it.
        dead_letter_arn: The queue that gets invocations that fail for good.
    """

    def __init__(
        self,
        client: "EventBridgeSchedulerClient",
        *,
        group: str,
        function_arn: str,
        role_arn: str,
        dead_letter_arn: str,
    ) -> None:
        self._client = client
        self._group = group
        self._function_arn = function_arn
        self._role_arn = role_arn
        self._dead_letter_arn = dead_letter_arn

    def put(self, task_id: str, schedule: Schedule) -> None:
        """Let a task run on a schedule, from now on instead of any before.

        A rate begins anew: its first run is one period from now.
        """
        try:
            self._client.create_schedule(**self._request(task_id, schedule))
        except self._client.exceptions.ConflictException:
            self._client.update_schedule(**self._request(task_id, schedule))

    def remove(self, task_id: str) -> None:
        """Let a task run by itself no more; one without a schedule is fine."""
        try:
            self._client.delete_schedule(Name=task_id, GroupName=self._group)
        except self._client.exceptions.ResourceNotFoundException:
            return

    def _request(self, task_id: str, schedule: Schedule) -> "CreateScheduleInputTypeDef":
        request: CreateScheduleInputTypeDef = {
            "Name": task_id,
            "GroupName": self._group,
            "Description": f"Starts runs of the task {task_id}.",
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.timezone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            # What runs once need not be kept by the service; the task says what it was.
            "ActionAfterCompletion": "DELETE" if schedule.is_once else "NONE",
            "State": "ENABLED",
            "Target": {
                "Arn": self._function_arn,
                "RoleArn": self._role_arn,
                "Input": f'{{"action": "start", "task_id": "{task_id}"}}',
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10},
                "DeadLetterConfig": {"Arn": self._dead_letter_arn},
            },
        }
        if schedule.is_rate:
            # Without it, a run would start at once.
            request["StartDate"] = schedule.next_times(datetime.now(UTC), 1)[0]
        return request
