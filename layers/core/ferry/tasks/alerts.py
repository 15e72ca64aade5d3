"""Who is told how the runs of a task end, and that a run stands still or replicas fall behind."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ferry.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

    from ferry.tasks.models import Task

_EMAIL: Final = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_FOR_GOOD: Final = {"NotFound", "AuthorizationError", "InvalidParameter", "KMSAccessDenied"}
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _email(value: str) -> str:
    if len(value) > 254 or _EMAIL.fullmatch(value) is None:
        msg = "must be one e-mail address such as operations@example.com"
        raise ValueError(msg)
    return value


def _webhook(value: str) -> str:
    msg = "must be a URL such as https://hooks.example.com/services/… without a user name or a fragment"
    try:
        url = urlsplit(value)
        host, port = (url.hostname or ""), url.port
    except ValueError:
        raise ValueError(msg) from None
    is_plain = value.isascii() and value.isprintable() and " " not in value
    if not is_plain or url.scheme != "https" or "@" in url.netloc or url.fragment or port == 0:
        raise ValueError(msg)
    if _is_address(host) or _HOST.fullmatch(host) is None:
        msg = "must name a host on the internet such as hooks.example.com, not an address or a local name"
        raise ValueError(msg)
    return value


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        # A last label of digits alone, or of 0x…, is read as an address by many resolvers.
        return re.fullmatch(r"(0x[0-9a-f]*|\d+)", host.rpartition(".")[2]) is not None
    return True


class Alerts(BaseModel):
    """Where messages about a task go.

    Attributes:
        email: Gets an e-mail from AWS first, and messages once it has confirmed that one.
        webhook: Gets every message as a POST of JSON; whoever has the URL can usually post there, so it is
            a secret.
        lag_seconds: How far replicas may be behind changes that notifications tell of; None for no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Annotated[str, AfterValidator(_email)] | None = None
    webhook: Annotated[str, Field(max_length=2000), AfterValidator(_webhook)] | None = None
    lag_seconds: Annotated[int, Field(ge=60, le=7 * 86400)] | None = None

    @model_validator(mode="after")
    def _reach_somebody(self) -> Self:
        if self.email is None and self.webhook is None:
            msg = "alerts need an e-mail address or a webhook to go to"
            raise ValueError(msg)
        return self

    @property
    def webhook_host(self) -> str | None:
        """The host of the webhook, which may be shown to anybody; None without one."""
        return urlsplit(self.webhook).hostname if self.webhook else None


class AlertTopics:
    """The SNS topics of one deployment's tasks, each named after its task; a task without an e-mail has none.

    Args:
        client: Reaches SNS.
        arn_prefix: What the ARNs of the topics begin with; the task's id follows.
    """

    def __init__(self, client: "SNSClient", arn_prefix: str) -> None:
        self._client = client
        self._arn_prefix = arn_prefix

    def put(self, task: "Task") -> None:
        """Let the messages of a task go to its address and to no other; doing it again changes nothing.

        When the address is another one, the topic is made anew: a subscription that nobody has confirmed yet
        cannot be ended in any other way.
        """
        email = task.alerts.email if task.alerts is not None else None
        if email is None:
            self.remove(task.task_id)
            return
        arn = self._create(task.task_id)
        subscribed = set(self._emails(arn))
        if subscribed - {email}:
            self.remove(task.task_id)
            arn, subscribed = self._create(task.task_id), set()
        if email not in subscribed:
            self._client.subscribe(TopicArn=arn, Protocol="email", Endpoint=email)

    def remove(self, task_id: str) -> None:
        """End all messages of a task by e-mail; one without a topic is fine."""
        self._client.delete_topic(TopicArn=self._arn_prefix + task_id)

    def publish(self, task_id: str, subject: str, text: str) -> None:
        """Send a message to whoever has subscribed.

        Args:
            task_id: Whose topic.
            subject: At most 100 characters of ASCII.
            text: At most 256 KiB.

        Raises:
            TransientError: SNS did not take it now.
            PermanentError: There is no topic, or nobody may send to it.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.publish(TopicArn=self._arn_prefix + task_id, Subject=subject, Message=text)
        except (BotoCoreError, ClientError) as error:
            msg = f"SNS did not take a message about the task {task_id}: {error}"
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
            kind = PermanentError if code in _FOR_GOOD else TransientError
            raise kind(msg, reason="TopicRefused") from error

    def _create(self, task_id: str) -> str:
        """Make a topic, or find the one that is there; return its ARN."""
        arn = self._arn_prefix + task_id
        name = arn.rpartition(":")[2]
        tags = {"ferry:stack": name.removesuffix(f"-task-{task_id}"), "ferry:task": task_id}
        made = self._client.create_topic(
            Name=name,
            Attributes={"DisplayName": "Ferry"},
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        return made["TopicArn"]

    def _emails(self, arn: str) -> Iterator[str]:
        """Yield the addresses that are subscribed, those that have not confirmed it yet included."""
        for page in self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn):
            for subscription in page["Subscriptions"]:
                if subscription["Protocol"] == "email":
                    yield subscription["Endpoint"]
