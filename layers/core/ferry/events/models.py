"""What a notification says, as far as Ferry believes it: that an object should be looked at."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from ferry.jobs import ChangedObject


class Action(Enum):
    """What an event asks for."""

    COPY = "copy"
    """The object was written: its replica is most likely behind."""
    LOOK = "look"
    """Something about the object changed, perhaps that it is gone."""
    IGNORE = "ignore"
    """No object changed."""
    UNKNOWN = "unknown"
    """No event about an object that anybody has described."""


_APPEND: Final = "ObjectCreated:AppendObject"
_EXACT: Final = {
    "ObjectCreated:PutObject": Action.COPY,
    "ObjectCreated:PostObject": Action.COPY,
    "ObjectCreated:CopyObject": Action.COPY,
    "ObjectCreated:CompleteMultipartUpload": Action.COPY,
    "ObjectCreated:PutSymlink": Action.COPY,
    _APPEND: Action.COPY,
    "ObjectCreated:InitiateMultipartUpload": Action.IGNORE,
    "ObjectCreated:UploadPart": Action.IGNORE,
    "ObjectCreated:UploadPartCopy": Action.IGNORE,
    "ObjectRemoved:AbortMultipartUpload": Action.IGNORE,
}
_GROUPS: Final = {
    "ObjectCreated": Action.LOOK,
    "ObjectModified": Action.LOOK,
    "ObjectRemoved": Action.LOOK,
    "ObjectReplication": Action.LOOK,
    "ObjectRestore": Action.LOOK,
    "ObjectDownloaded": Action.IGNORE,
}
FOLLOWED_EVENTS: Final = (
    *(name for name, action in _EXACT.items() if action is Action.COPY),
    "ObjectRemoved:DeleteObject",
    "ObjectRemoved:DeleteObjects",
    "ObjectModified:UpdateObjectMeta",
    "ObjectReplication:ObjectCreated",
    "ObjectReplication:ObjectModified",
    "ObjectReplication:ObjectRemoved",
    "ObjectRestore:FinishRestore",
)
"""The documented events that Ferry acts on, for the rules and triggers of senders."""


def action_of(event_name: str) -> Action:
    """Tell what an event asks for.

    ================================================================================= =======
    event                                                                             action
    ================================================================================= =======
    ObjectCreated: PutObject PostObject CopyObject AppendObject PutSymlink             COPY
    ObjectCreated:CompleteMultipartUpload                                              COPY
    ObjectCreated: InitiateMultipartUpload UploadPart UploadPartCopy                   IGNORE
    ObjectRemoved:AbortMultipartUpload, which removes no object                        IGNORE
    ObjectDownloaded: anything, our own reads among it                                 IGNORE
    ObjectCreated ObjectModified ObjectRemoved ObjectReplication ObjectRestore: others LOOK
    anything else                                                                      UNKNOWN
    ================================================================================= =======

    Events of a known group that nobody has described yet are looked into: a needless look does no harm, a
    missing one leaves a replica behind.

    Args:
        event_name: With or without the ``oss:`` that EventBridge puts in front.

    Source:
        OSS User Guide, "Use event notifications to monitor object changes in real time"; EventBridge, "OSS
        events".
    """
    name = event_name.removeprefix("oss:")
    group, _, rest = name.partition(":")
    if not rest:
        return Action.UNKNOWN
    return _EXACT.get(name) or _GROUPS.get(group, Action.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    """One record of a notification.

    Attributes:
        name: Without ``oss:``.
        key: As it is written there, which is how OSS spells it.
        time: When it happened, in whole seconds; None when the record does not say.
    """

    name: str
    bucket: str
    key: str
    time: datetime | None = None

    @property
    def action(self) -> Action:
        """What it asks for."""
        return action_of(self.name)

    def to_change(self) -> ChangedObject:
        """Return the object to look at."""
        changed_ms = None if self.time is None else max(0, int(self.time.timestamp() * 1000))
        return ChangedObject(key=self.key, changed_ms=changed_ms, appended=self.name == _APPEND)


@dataclass(frozen=True, slots=True)
class Notification:
    """What one payload says.

    Attributes:
        events: Its records, in order.
        unknown: Records that are about something else than an object, such as a bucket.
    """

    events: tuple[ObjectEvent, ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class BareMessage:
    """A queue message of the classic sender, which names no bucket."""

    key: str
