"""Who is told how the runs of a task end, and that a run stands still or replicas fall behind."""

import re
from ipaddress import ip_address
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_EMAIL: Final = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
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
