"""Where notifications go, and how they may be disturbed on the way.

Source: SMQ documentation, "NotifyContentFormat" and "NotifyStrategy"; EventBridge, "Retry policies and
dead-letter queues"; Function Compute, "Configure asynchronous invocation".
"""

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_FUNCTION_RETRIES = 8


class Model(BaseModel):
    """An immutable part of a rule; a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NotifyStrategy(StrEnum):
    """Retry policies of SMQ and EventBridge."""

    BACKOFF_RETRY = "BACKOFF_RETRY"
    EXPONENTIAL_DECAY_RETRY = "EXPONENTIAL_DECAY_RETRY"


class ContentFormat(StrEnum):
    """How SMQ wraps a message."""

    SIMPLIFIED = "SIMPLIFIED"
    JSON = "JSON"
    XML = "XML"


class Md5Spelling(StrEnum):
    """How Content-MD5 is written; the service has been seen with the first, its samples show the second."""

    UPPER_HEX = "upper-hex"
    BASE64_OF_HEX = "base64-of-hex"
    BASE64_OF_DIGEST = "base64-of-digest"


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https URL with a host")
    if not text.isascii() or " " in text or parts.fragment:
        raise ValueError("must be percent-encoded and have no fragment")
    return text


type HttpUrl = Annotated[str, AfterValidator(_http_url)]


class SmqTarget(Model):
    """An HTTP endpoint subscribed to the SMQ topic of a rule.

    Attributes:
        url: Where to push; without a path, to ``/notifications``.
        notify_content_format: How the message is wrapped.
        notify_strategy: When failed pushes are tried again.
        content_md5: How the Content-MD5 header is written.
        message_tag: Sent as ``x-mns-message-tag`` unless empty.
        signing_cert_url: What ``x-mns-signing-cert-url`` names; empty for this server's own certificate.
    """

    type: Literal["smq"]
    url: HttpUrl
    notify_content_format: ContentFormat = ContentFormat.SIMPLIFIED
    notify_strategy: NotifyStrategy = NotifyStrategy.BACKOFF_RETRY
    content_md5: Md5Spelling = Md5Spelling.UPPER_HEX
    message_tag: Annotated[str, Field(pattern=r"^[\x21-\x7e]{0,16}$")] = ""
    signing_cert_url: HttpUrl | Literal[""] = ""


class EventBridgeTarget(Model):
    """An HTTP target of an EventBridge rule that passes on complete events.

    Attributes:
        url: Where to push.
        token: Sent as ``x-eventbridge-signature-token`` unless empty.
        notify_strategy: When failed pushes are tried again.
        event_bus: Name of the event bus.
        signature_url: What ``x-eventbridge-signature-url`` names; empty for this server's own certificate.
    """

    type: Literal["eventbridge"]
    url: HttpUrl
    token: Annotated[str, Field(pattern=r"^[\x21-\x7e]*$")] = ""
    notify_strategy: NotifyStrategy = NotifyStrategy.BACKOFF_RETRY
    event_bus: str = "default"
    signature_url: HttpUrl | Literal[""] = ""


class FunctionTarget(Model):
    """A Function Compute function with an OSS trigger, run by this server.

    Attributes:
        handler: ``path/to/module.py:handler``; relative paths start at the server's working directory.
        environment: Environment variables of the function.
        timeout_seconds: How long one invocation may take.
        memory_mb: What the function is told about its memory.
        max_async_retry_attempts: Times an invocation that failed is tried again.
        max_async_event_age_seconds: Age at which an event is given up.
    """

    type: Literal["function-compute"]
    handler: Annotated[str, Field(pattern=r"^.+\.py:[A-Za-z_]\w*$")]
    environment: dict[str, str] = {}
    timeout_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60
    memory_mb: Annotated[int, Field(ge=128, le=32_768)] = 512
    max_async_retry_attempts: Annotated[int, Field(ge=0, le=MAX_FUNCTION_RETRIES)] = 3
    max_async_event_age_seconds: Annotated[int, Field(ge=1, le=604_800)] = 86_400


type Probability = Annotated[float, Field(ge=0, le=1)]


class Chaos(Model):
    """What goes wrong with a rule's messages; the same seed makes the same choices.

    Attributes:
        seed: Chooses which messages are hit.
        refuse: Share of messages that OSS fails to hand over, which the writer is told.
        drop: Share of messages that are lost after they were accepted.
        duplicate: Share of messages that are sent more than once.
        extra_copies: How often such a message is sent again.
        delay_seconds: How long a message waits before it is sent.
        hold: Whether messages wait until they are released.
        reorder_window: Messages that are gathered and sent in another order; 1 keeps the order.
        reorder_seconds: How long an incomplete window waits for more messages.
        records_per_message: Records of one request that share a message; EventBridge takes one anyway.
    """

    seed: int = 0
    refuse: Probability = 0
    drop: Probability = 0
    duplicate: Probability = 0
    extra_copies: Annotated[int, Field(ge=1, le=100)] = 1
    delay_seconds: Annotated[float, Field(ge=0, le=604_800)] = 0
    hold: bool = False
    reorder_window: Annotated[int, Field(ge=1, le=1000)] = 1
    reorder_seconds: Annotated[float, Field(ge=0, le=3600)] = 2
    records_per_message: Annotated[int, Field(ge=1, le=1000)] = 1
