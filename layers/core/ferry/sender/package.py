"""All that is pasted or uploaded on Alibaba Cloud's side, ready to use."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from ferry.events.models import FOLLOWED_EVENTS
from ferry.tasks.models import TaskSettings

type Way = Literal["endpoint", "queue"]
"""Whether a sender speaks to the HTTP endpoint, or to the queue with an access key of AWS."""

_SOURCE: Final = Path(__file__).with_name("index.py")
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class EventEntry:
    """Where a deployment takes notifications in.

    Attributes:
        events_url: The HTTP endpoint, without a path.
        queue_url: The queue of notifications.
        queue_arn: Its ARN.
    """

    events_url: str
    queue_url: str
    queue_arn: str

    def url_of(self, task_id: str) -> str:
        """Return the URL of a task's notifications, without a secret."""
        return f"{self.events_url}/events/{task_id}"


def sender_zip() -> bytes:
    """Return the function's zip, the same bytes every time."""
    described = zipfile.ZipInfo("index.py", _LONG_AGO)
    described.external_attr = 0o644 << 16
    described.compress_type = zipfile.ZIP_DEFLATED
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(described, _SOURCE.read_bytes())
    return written.getvalue()


def sender_environment(entry: EventEntry, task_id: str, secret: str, via: Way) -> dict[str, str]:
    """Return the function's environment variables; the access key is left to be filled in.

    Args:
        entry: Where it sends to.
        task_id: Whose events it passes on.
        secret: The task's.
        via: How it sends.
    """
    if via == "endpoint":
        return {"FERRY_URL": entry.url_of(task_id), "FERRY_SECRET": secret}
    return {
        "FERRY_QUEUE_URL": entry.queue_url,
        "FERRY_REGION": entry.queue_arn.split(":")[3],
        "FERRY_ACCESS_KEY_ID": "",
        "FERRY_ACCESS_KEY_SECRET": "",
    }


def sender_trigger(task: TaskSettings) -> dict[str, Any]:
    """Describe the OSS trigger as Function Compute takes it, with no event that would only cost money."""
    return {
        "events": [f"oss:{name}" for name in FOLLOWED_EVENTS],
        "filter": {"key": {"prefix": task.source.prefix, "suffix": ""}},
    }


def sender_policy(entry: EventEntry, via: Way) -> dict[str, Any]:
    """Return the IAM policy of the user whose access key a sender has."""
    allowed = {
        "Sid": "SendNotifications",
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": entry.queue_arn,
    }
    return {"Version": "2012-10-17", "Statement": [allowed] if via == "queue" else []}
