"""What one account may do at a time: requests per second, requests at once, bytes per second.

Source: OSS user guide, "Limits" and "HTTP 503 status code": requests beyond the limit are refused, and a
transfer that is slowed says so in ``x-oss-qos-delay-time``. OSS documents no Retry-After, so none is sent.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, PositiveInt

from local.oss.errors import OssError
from local.oss.faults.codes import THROTTLING
from local.oss.faults.kinds import Model
from local.oss.pacing import Pace


class AccountLimits(Model):
    """Limits of one account; None means no limit.

    Attributes:
        requests_per_second: Requests beyond it are refused.
        burst: Requests that may come at once after a quiet time; a second's worth when None.
        qps_code: How they are refused: with 503 ``TotalQpsLimitExceeded`` or 429 ``QpsLimitExceeded``.
        active_requests: Requests under way at once; more are refused with ``ActiveRequestLimitExceeded``.
        download_bytes_per_second: Rate of all the bodies that are sent, together.
        upload_bytes_per_second: Rate of all the bodies that are received, together.
        refuse_after_seconds: Refuse a transfer that would be slowed by more than this, with
            ``DownloadTrafficRateLimitExceeded`` or ``UploadTrafficRateLimitExceeded``.
    """

    requests_per_second: float | None = Field(default=None, gt=0)
    burst: PositiveInt | None = None
    qps_code: Literal["TotalQpsLimitExceeded", "QpsLimitExceeded"] = "TotalQpsLimitExceeded"
    active_requests: PositiveInt | None = None
    download_bytes_per_second: float | None = Field(default=None, gt=0)
    upload_bytes_per_second: float | None = Field(default=None, gt=0)
    refuse_after_seconds: float | None = Field(default=None, ge=0)


class Limits(Model):
    """Limits of accounts.

    Attributes:
        every_account: For each account that has none of its own.
        accounts: By account id.
    """

    every_account: AccountLimits = AccountLimits()
    accounts: dict[str, AccountLimits] = Field(default_factory=dict)

    def of(self, account: str) -> AccountLimits:
        """The limits of an account."""
        return self.accounts.get(account, self.every_account)

    def __bool__(self) -> bool:
        return any(limits != AccountLimits() for limits in (self.every_account, *self.accounts.values()))


def refusal(code: str) -> OssError:
    """The error for a request beyond a limit."""
    documented = THROTTLING[code]
    return OssError(documented.status, code, documented.message, ec=documented.ec)


class Allowance:
    """A token bucket: so many requests at once, and so many more every second."""

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._seen = clock()

    def take(self) -> bool:
        """Take one; false when none is left."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._per_second)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Lane:
    """One direction of an account's bytes.

    Attributes:
        pace: Holds all transfers together to the account's rate.
        waiting: Bytes that are announced and did not go through yet.
    """

    def __init__(self, bytes_per_second: float) -> None:
        self.pace = Pace(bytes_per_second)
        self.waiting = 0
        self._bytes_per_second = bytes_per_second

    def enter(self, size: int) -> "Transfer":
        """Announce a body."""
        self.waiting += size
        return Transfer(self, size, self.waiting / self._bytes_per_second)


@dataclass
class Transfer:
    """A body's way through a lane.

    Attributes:
        lane: The lane.
        left: Bytes that did not go through yet.
        seconds: How long everything that was under way at its beginning takes.
    """

    lane: Lane
    left: int
    seconds: float

    def passed(self, size: int) -> None:
        """Tell that bytes went through."""
        size = min(size, self.left)
        self.left -= size
        self.lane.waiting -= size

    def end(self) -> None:
        """Give up what did not go through."""
        self.passed(self.left)


class Account:
    """An account's limits at work."""

    def __init__(self, limits: AccountLimits, clock: Callable[[], float]) -> None:
        self.limits = limits
        rate = limits.requests_per_second
        self._allowance = Allowance(rate, limits.burst or max(1.0, rate), clock) if rate else None
        down, up = limits.download_bytes_per_second, limits.upload_bytes_per_second
        self.download = Lane(down) if down else None
        self.upload = Lane(up) if up else None
        self.active = 0

    def enter(self) -> None:
        """Let a request in.

        Raises:
            OssError: A limit is reached.
        """
        if self._allowance is not None and not self._allowance.take():
            raise refusal(self.limits.qps_code)
        if self.limits.active_requests is not None and self.active >= self.limits.active_requests:
            raise refusal("ActiveRequestLimitExceeded")
        self.active += 1

    def leave(self) -> None:
        """End a request that was let in."""
        self.active -= 1


class Limiter:
    """Applies limits to accounts, each on its own.

    Attributes:
        active: Whether there are any limits.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.active = False
        self._clock = clock
        self._limits = Limits()
        self._accounts: dict[str, Account] = {}

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.active = bool(limits)
        self._limits = limits
        self._accounts = {}

    def account(self, name: str) -> Account:
        """An account's limits at work."""
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = Account(self._limits.of(name), self._clock)
        return account
