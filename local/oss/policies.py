"""Bucket policies: what a bucket's owner allows and denies to others. Conditions are not implemented.

Source: OSS developer reference, "PutBucketPolicy"; user guide, "Bucket policies".
"""

import json
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from local.oss.errors import OssError, not_implemented


class Effect(Enum):
    """What a policy says about a request."""

    ALLOW = "Allow"
    DENY = "Deny"
    SILENT = "silent"


@dataclass(frozen=True)
class Statement:
    """One statement.

    Attributes:
        effect: Allow or Deny.
        principals: Account ids, or ``*`` for everybody.
        actions: Patterns of RAM actions.
        resources: Patterns of ``bucket`` or ``bucket/key``.
    """

    effect: Effect
    principals: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def covers(self, account: str, action: str, resource: str) -> bool:
        """Whether the statement speaks of a request."""
        return (
            ("*" in self.principals or account in self.principals)
            and any(fnmatchcase(action, pattern) for pattern in self.actions)
            and any(fnmatchcase(resource, pattern) for pattern in self.resources)
        )


@lru_cache(maxsize=256)
def parse_policy(text: str) -> tuple[Statement, ...]:
    """Read a policy document.

    Raises:
        OssError: ``InvalidPolicyDocument``, or ``NotImplemented`` for a condition.
    """
    try:
        statements = json.loads(text)["Statement"]
        return tuple(_statement(statement) for statement in statements)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OssError(400, "InvalidPolicyDocument", "The policy document is not valid.") from None


def _statement(statement: dict[str, Any]) -> Statement:
    if "Condition" in statement:
        raise not_implemented("A bucket policy with conditions")
    effect = Effect(statement["Effect"])
    if effect is Effect.SILENT:
        raise ValueError("neither Allow nor Deny")
    return Statement(
        effect,
        # OSS takes a statement without principals; it speaks of nobody.
        _texts(statement["Principal"]) if "Principal" in statement else (),
        _texts(statement["Action"]),
        tuple(_resource(text) for text in _texts(statement["Resource"])),
    )


def _texts(value: str | list[str]) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not texts or not all(isinstance(text, str) for text in texts):
        raise ValueError("not a list of texts")
    return tuple(texts)


def _resource(text: str) -> str:
    """The part behind ``acs:oss:REGION:ACCOUNT:``, in which only ``*`` and ``?`` are special."""
    scheme, service, _, _, resource = text.split(":", 4)
    if (scheme, service) != ("acs", "oss"):
        raise ValueError("not a resource of OSS")
    return resource.replace("[", "[[]")


def decide(policy: str, account: str, action: str, resource: str) -> Effect:
    """What a policy says about a request; a denial wins.

    Args:
        policy: Policy document, empty for none.
        account: Id of the caller's account, empty for an anonymous caller.
        action: RAM action such as ``oss:GetObject``.
        resource: ``bucket`` or ``bucket/key``.
    """
    if not policy:
        return Effect.SILENT
    effects = {
        statement.effect for statement in parse_policy(policy) if statement.covers(account, action, resource)
    }
    if Effect.DENY in effects:
        return Effect.DENY
    return Effect.ALLOW if effects else Effect.SILENT
