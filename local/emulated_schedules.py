"""Repairs of what EventBridge Scheduler does in another way than ministack: zones of ``at``, and changes."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ministack.services import scheduler


class _Zoned(str):
    """An expression that knows the time zone it is read in."""

    __slots__ = ("zone",)
    zone: str


def at_epoch(expression: str) -> float | None:
    """Return the moment of an ``at(...)``, in the time zone that came with it; None for other expressions."""
    text = expression.removeprefix("at(").removesuffix(")")
    if f"at({text})" != expression:
        return None
    zone = getattr(expression, "zone", "UTC")
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone)).timestamp()


def _anew(put: Callable[[str, dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
    """Let a schedule that is made or changed begin anew, as if its name had never been used."""

    @functools.wraps(put)
    def put_anew(name: str, body: dict[str, Any]) -> Any:
        key = f"{body.get('GroupName', 'default')}/{name}"
        before = scheduler._schedules.get(key)
        reply = put(name, body)
        after = scheduler._schedules.get(key)
        if after is not None and after is not before:
            expression = _Zoned(after["ScheduleExpression"])
            expression.zone = after["ScheduleExpressionTimezone"]
            after["ScheduleExpression"] = expression
            place = (scheduler.get_account_id(), scheduler.get_region(), key)
            scheduler._schedule_last_fired.pop(place, None)
            if before is not None:
                # What a rate counts from.
                after["CreationDate"] = after["LastModificationDate"]
        return reply

    return put_anew


def repair_schedules() -> None:
    """Apply the repairs to the loaded ministack."""
    scheduler._create_schedule = _anew(scheduler._create_schedule)
    scheduler._update_schedule = _anew(scheduler._update_schedule)
    scheduler._at_time_epoch = at_epoch
