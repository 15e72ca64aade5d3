"""What people are told about a task: how a run ended, that one stands still, that replicas fall behind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ferry.tasks.models import Run, RunState, Task
from ferry.tasks.reports import RunSummary

_ENDS: Final = {
    RunState.SUCCEEDED: "succeeded",
    RunState.COMPLETED_WITH_FAILURES: "completed with failures",
    RunState.FAILED: "failed",
    RunState.STOPPED: "was stopped",
}
MAX_SUBJECT: Final = 100
"""Characters; what SNS takes as the subject of an e-mail."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in plain English.

    Attributes:
        event: What happened, for programs: ``run_ended``, ``run_stalled`` or ``replicas_behind``.
        subject: At most 100 characters of ASCII, without line breaks.
        facts: The same for programs.
    """

    event: str
    subject: str
    text: str
    facts: dict[str, Any]


def run_ended(summary: RunSummary, portal_url: str) -> Message:
    """Say how a run ended.

    Args:
        summary: Of a run that is over.
        portal_url: Of the console; empty where there is none.
    """
    run, counts = summary.run, summary.counts
    task, ended = run.task, _ENDS[run.state]
    document = summary.document()
    failed = f", {counts.failed:,} failed" if counts.failed else ""
    lines = [
        f"The run {run.run_id} of the task {task.task_id} {ended}.",
        "",
        f"From: oss://{task.source.bucket}/{task.source.prefix}",
        f"To: s3://{task.destination.bucket}/{task.destination.prefix}",
        f"Started: {_moment(run.started_at)}",
        *([f"Ended: {_moment(run.ended_at)}, after {_duration(summary.seconds)}"] if run.ended_at else []),
        "",
        f"Copied: {counts.copied:,} objects, {_size(counts.size)}",
        f"Already current: {document['counts']['current']:,} objects",
        *([f"Deleted: {counts.deleted:,} replicas"] if counts.deleted else []),
        *([f"Gone from the source meanwhile: {counts.gone:,} objects"] if counts.gone else []),
        f"Failed: {counts.failed:,} objects",
        *(["", f"Reason: {summary.reason}"] if summary.reason else []),
    ]
    if counts.failed:
        lines += ["", f"List what failed:  ferry run failures {run.run_id}"]
        lines += [f"Try only that again:  ferry run retry {run.run_id}"]
    lines += _link(portal_url, run.run_id)
    facts = {name: value for name, value in document.items() if name != "task"}
    subject = f"Ferry: a run of {task.task_id} {ended}{failed}"[:MAX_SUBJECT]
    return Message("run_ended", subject, "\n".join(lines), facts)


def run_stalled(run: Run, *, moved_at: datetime, now: datetime, portal_url: str) -> Message:
    """Say that a run stands still.

    Args:
        run: One that is at work.
        moved_at: When it was last seen to move.
        now: The current time.
        portal_url: Of the console; empty where there is none.
    """
    task_id, minutes = run.task.task_id, int((now - moved_at).total_seconds() // 60)
    lines = [
        f"The run {run.run_id} of the task {task_id} has not moved for {minutes} minutes.",
        "",
        "It may be waiting behind the jobs of other runs, slowed down by the source, or its functions fail.",
        "Look at the dashboard and the alarms of the deployment. The run goes on by itself when it can;",
        f"to give it up:  ferry run stop {run.run_id}",
        *_link(portal_url, run.run_id),
    ]
    facts = {"run_id": run.run_id, "task_id": task_id, "moved_at": moved_at.isoformat()}
    return Message("run_stalled", f"Ferry: a run of {task_id} stands still", "\n".join(lines), facts)


def replicas_behind(task: Task, *, lag_seconds: float, run_id: str, portal_url: str) -> Message:
    """Say that replicas are further behind their sources than the task allows.

    Args:
        task: With a limit.
        lag_seconds: What 95 % of the changes of the last minutes took at the most.
        run_id: The real-time run of the day.
        portal_url: Of the console; empty where there is none.
    """
    limit = task.alerts.lag_seconds if task.alerts is not None else None
    lines = [
        f"Replicas of the task {task.task_id} are {_duration(lag_seconds)} behind changes of the source "
        f"(p95 of the last minutes); the task allows {_duration(limit or 0)}.",
        "",
        "More changes may be coming in than are copied, or one of the clouds slows Ferry down. Look at the",
        "dashboard; the stack parameter EventConcurrency lets more functions follow changes.",
        "You get no other message of this kind until replicas have caught up.",
        *_link(portal_url, run_id),
    ]
    facts = {"task_id": task.task_id, "lag_seconds": round(lag_seconds, 3), "allowed_seconds": limit}
    return Message(
        "replicas_behind", f"Ferry: replicas of {task.task_id} are behind", "\n".join(lines), facts
    )


def _link(portal_url: str, run_id: str) -> list[str]:
    return ["", f"{portal_url.rstrip('/')}/#/runs/{run_id}"] if portal_url else []


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    days, hours, minutes = whole // 86400, whole % 86400 // 3600, whole % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def _size(size: int) -> str:
    value = float(size)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1024
    return f"{value:,.1f} TiB"
