"""How a task follows the notifications of its source."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

MAX_SECRETS: Final = 8


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SenderSecret(_Model):
    """One secret that senders prove themselves with; ``ferry.events.secrets`` derives it from ``nonce``.

    Attributes:
        nonce: Random, at least 128 bits in hexadecimal digits; of no use without the deployment's sender key.
        valid_until: When it stops being accepted; None for the current one.
        client_token: Names the wish that made it.
    """

    nonce: Annotated[str, Field(pattern=r"^[0-9a-f]{32,}$")]
    valid_until: datetime | None = None
    client_token: str | None = None


class RealTimeSettings(_Model):
    """What a task does with notifications of its source, as a user chooses it.

    Attributes:
        deletes: Whether a replica goes when its source does. It is kept under the backup prefix of the task's
            ``deletes``, if that has one; the cap of ``deletes`` bounds runs, not notifications.
        takes_bare_messages: Whether queue messages that name no bucket are this task's.
        requires_signature: Whether only notifications signed by SMQ or EventBridge are accepted.
        topic_owner: The only Alibaba Cloud account whose SMQ topics are listened to; None for any.
        topic_names: The only SMQ topics listened to; empty for any.
    """

    deletes: bool = False
    takes_bare_messages: bool = False
    requires_signature: bool = False
    topic_owner: Annotated[str, Field(pattern=r"^\d{1,32}$")] | None = None
    topic_names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,255}$")], ...] = ()


class RealTime(RealTimeSettings):
    """How a task follows notifications.

    Attributes:
        secrets: The current one first, then those still accepted after a rotation.
    """

    secrets: Annotated[tuple[SenderSecret, ...], Field(min_length=1, max_length=MAX_SECRETS)]
