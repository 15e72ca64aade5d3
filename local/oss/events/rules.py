"""Notification rules: which changes of which bucket are told to whom.

Source: OSS user guide, "Use event notifications to monitor object changes in real time"; Function Compute,
"Configure a native OSS trigger".
"""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from local.oss.errors import OssError
from local.oss.events.targets import Chaos, EventBridgeTarget, FunctionTarget, Model, SmqTarget
from local.oss.names import check_bucket_name

MAX_SMQ_RULES = 10
MAX_FUNCTIONS_PER_BUCKET = 10
EVENT_NAMES = frozenset(
    f"{group}:{name}"
    for group, names in {
        "ObjectCreated": "PutObject PostObject CopyObject AppendObject InitiateMultipartUpload UploadPart "
        "UploadPartCopy CompleteMultipartUpload PutSymlink",
        "ObjectDownloaded": "GetObject",
        "ObjectModified": "UpdateObjectMeta ChangeStorageClass",
        "ObjectRemoved": "DeleteObject DeleteObjects AbortMultipartUpload",
        "ObjectReplication": "ObjectCreated ObjectModified ObjectRemoved",
        "ObjectRestore": "FinishRestore",
    }.items()
    for name in names.split()
)
_GROUPS = frozenset(name.partition(":")[0] for name in EVENT_NAMES)
_LEGACY_GROUP = re.compile(r"(Object(?:Created|Downloaded|Removed))Group")


def _event(text: str) -> str:
    """The event as the rule keeps it: no ``oss:`` in front, groups as wildcards."""
    event = _LEGACY_GROUP.sub(r"\1:*", text.removeprefix("oss:"))
    group, _, name = event.partition(":")
    if event not in EVENT_NAMES and not (group in _GROUPS and name == "*"):
        raise ValueError(
            f"unknown event {text!r}; events are case-sensitive, such as ObjectCreated:PutObject"
        )
    return event


def _some(events: tuple[str, ...]) -> tuple[str, ...]:
    if not events:
        raise ValueError("must name at least one event")
    return events


def _bucket(text: str) -> str:
    try:
        check_bucket_name(text)
    except OssError as error:
        raise ValueError(error.message) from error
    return text


class Rule(Model):
    """One rule of one bucket.

    Attributes:
        id: Unique name: a letter, then letters, digits and hyphens, at most 85.
        bucket: Bucket whose objects it watches.
        events: Event names, or ``ObjectCreated:*`` for every event of a group, future ones included.
        prefix: What keys have to start with.
        suffix: What keys have to end with.
        target: Where messages go.
        chaos: What goes wrong with them.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,84}$")]
    bucket: Annotated[str, AfterValidator(_bucket)]
    events: Annotated[tuple[Annotated[str, AfterValidator(_event)], ...], AfterValidator(_some)]
    prefix: str = ""
    suffix: str = ""
    target: Annotated[SmqTarget | EventBridgeTarget | FunctionTarget, Field(discriminator="type")]
    chaos: Chaos = Chaos()

    def matches(self, event: str, key: bytes) -> bool:
        """Whether a change of an object of the rule's bucket is told."""
        group = event.partition(":")[0]
        return (
            (event in self.events or f"{group}:*" in self.events)
            and key.startswith(self.prefix.encode())
            and key.endswith(self.suffix.encode())
        )


class RuleSet(Model):
    """All rules of a server, which go together as OSS demands.

    Attributes:
        rules: The rules; their order means nothing.
    """

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        _check_together(self.rules)
        return self


def _check_together(rules: Sequence[Rule]) -> None:
    for one, other in combinations(rules, 2):
        if one.id == other.id:
            raise ValueError(f"rule id {one.id} is used twice")
        if _compete(one, other):
            raise ValueError(
                f"rules {one.id} and {other.id} apply to the same objects of {one.bucket} and share an event"
            )
    if sum(isinstance(rule.target, SmqTarget) for rule in rules) > MAX_SMQ_RULES:
        raise ValueError(f"a region takes at most {MAX_SMQ_RULES} event notification rules with SMQ targets")
    functions = [rule.bucket for rule in rules if isinstance(rule.target, FunctionTarget)]
    for bucket in set(functions):
        if functions.count(bucket) > MAX_FUNCTIONS_PER_BUCKET:
            raise ValueError(f"bucket {bucket} takes at most {MAX_FUNCTIONS_PER_BUCKET} function triggers")


def _compete(one: Rule, other: Rule) -> bool:
    """Whether OSS refuses two rules; EventBridge takes any number of overlapping ones."""
    if one.bucket != other.bucket or type(one.target) is not type(other.target):
        return False
    if isinstance(one.target, EventBridgeTarget) or not _share_event(one.events, other.events):
        return False
    return (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)) and (
        one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix)
    )


def _share_event(some: Iterable[str], others: Sequence[str]) -> bool:
    for event in some:
        group, _, name = event.partition(":")
        for other in others:
            other_group, _, other_name = other.partition(":")
            if group == other_group and (name == other_name or "*" in {name, other_name}):
                return True
    return False
