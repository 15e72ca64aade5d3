"""Taking in a notification: who sent it, what it says, and the jobs that come of it."""

import hmac
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from ferry.errors import PermanentError
from ferry.events.certificates import Certificates
from ferry.events.formats import read_notification
from ferry.events.matching import Matched, match
from ferry.events.secrets import fresh_secret, is_secret_of
from ferry.events.signature import (
    TOKEN_HEADER,
    Delivery,
    Signer,
    UntrustedError,
    certificate_url,
    verify,
)
from ferry.job_queue import JobQueue
from ferry.tasks.current import RealTimeTasks
from ferry.tasks.models import Task
from ferry.tasks.real_time import RealTime

if TYPE_CHECKING:
    from ferry.events.replays import Replays

MAX_BODY_BYTES: Final = 1024**2
SECRET_HEADER: Final = "x-ferry-secret"  # noqa: S105 - the name of a header


class UnauthenticatedError(PermanentError):
    """The sender does not know the secret of the task, or there is no such task."""


class TooLargeError(PermanentError):
    """The notification is larger than any that Alibaba Cloud sends."""


@dataclass(frozen=True, slots=True)
class Request:
    """A notification as it arrived.

    Attributes:
        task_id: The task it was sent to.
        secret: From the path; empty when it is not there.
        delivery: The rest.
    """

    task_id: str
    secret: str
    delivery: Delivery


class Intake:
    """Takes in notifications.

    Args:
        tasks: The tasks there are.
        queue: Gets the jobs.
        certificates: Of those who sign.
        replays: Remembers what was signed.
        key: Returns the key that secrets are derived from.
    """

    def __init__(
        self,
        tasks: RealTimeTasks,
        queue: JobQueue,
        certificates: Certificates,
        replays: "Replays",
        key: Callable[[], bytes],
    ) -> None:
        self._tasks = tasks
        self._queue = queue
        self._certificates = certificates
        self._replays = replays
        self._key = key
        # Stands in for tasks that do not exist, so that these take as long to refuse as a wrong secret.
        self._nobody = RealTime(secrets=(fresh_secret(),))

    def take(self, request: Request, now: datetime) -> Matched:
        """Take in a notification: when this returns, all its jobs are on the queue.

        Raises:
            TooLargeError: It is not even looked at.
            UnauthenticatedError: Its sender is not known.
            UntrustedError: Its signature is missing or wrong, or it was received before.
            UndecodableError: It is no notification.
            TransientError: It cannot be judged or queued now; sending it again may help.
        """
        delivery = request.delivery
        if len(delivery.body) > MAX_BODY_BYTES:
            msg = f"It has {len(delivery.body)} bytes."
            raise TooLargeError(msg)
        task, real_time = self._authenticate(request, now)
        self._check_signature(delivery, real_time, now)
        notification = read_notification(delivery.body)
        # Whoever knows the secret of a task may tell about the task's bucket, and about no other.
        same_bucket = [
            one
            for one in self._tasks.all()
            if one.source.bucket == task.source.bucket and _meets_demands(delivery, one)
        ]
        # Of this delivery alone: another one makes other jobs.
        token = uuid4().hex
        matched = match(notification, same_bucket, now, lambda number: f"{token}.{number}")
        is_signed = delivery.signer is not None
        with self._replays.once(delivery.signature, now) if is_signed else nullcontext():
            self._queue.send(matched.jobs)
        return matched

    def _authenticate(self, request: Request, now: datetime) -> tuple[Task, RealTime]:
        given = _given_secret(request)
        while True:
            task = self._tasks.get(request.task_id)
            real_time = task.real_time if task is not None else None
            fits = is_secret_of(real_time or self._nobody, given, key=self._key(), now=now)
            if task is not None and real_time is not None and fits:
                return task, real_time
            if not self._tasks.read_again():
                raise UnauthenticatedError("The secret is wrong or missing, or there is no such task.")

    def _check_signature(self, delivery: Delivery, real_time: RealTime, now: datetime) -> None:
        if delivery.signer is not None:
            url = certificate_url(delivery)
            try:
                verify(delivery, self._certificates.get(url), now)
            except UntrustedError as error:
                # The key may have been changed since the certificate was fetched.
                if error.reason != "Signature" or (fresh := self._certificates.get_again(url)) is None:
                    raise
                verify(delivery, fresh, now)
        _check_demands(delivery, real_time)


def _given_secret(request: Request) -> str:
    """Return the secret that a request shows.

    Several places must agree. An EventBridge delivery shows it in its token, which is signed with the rest.
    """
    headers = request.delivery.headers
    shown = [request.secret, headers.get(SECRET_HEADER, "")]
    if request.delivery.signer is Signer.EVENTBRIDGE:
        shown.append(headers.get(TOKEN_HEADER, ""))
        if not shown[-1]:
            raise UntrustedError("The signed token is missing.", reason="Token")
    told = [secret.encode("utf-8", "surrogatepass") for secret in shown if secret]
    if not told or not all(hmac.compare_digest(told[0], other) for other in told[1:]):
        return ""
    return next(secret for secret in shown if secret)


def _meets_demands(delivery: Delivery, task: Task) -> bool:
    """Tell whether a notification that came for one task may count for another of its bucket."""
    if task.real_time is None:
        return False
    try:
        _check_demands(delivery, task.real_time)
    except UntrustedError:
        return False
    return True


def _check_demands(delivery: Delivery, real_time: RealTime) -> None:
    """Refuse what is not signed where that is demanded, and what does not come from a topic listened to.

    EventBridge has no topics; its token is the task's secret, and signed.
    """
    signer = delivery.signer
    if signer is Signer.EVENTBRIDGE:
        return
    is_smq = signer is Signer.SMQ
    if real_time.requires_signature and not is_smq:
        raise UntrustedError("It is not signed, as the task demands.", reason="Unsigned")
    pins_owner, pins_name = real_time.topic_owner is not None, bool(real_time.topic_names)
    if (pins_owner or pins_name) and not is_smq:
        raise UntrustedError("It does not come from a topic, as the task demands.", reason="Topic")
    if pins_owner and delivery.headers.get("x-mns-topic-owner") != real_time.topic_owner:
        raise UntrustedError("The topic belongs to somebody else.", reason="Topic")
    if pins_name and delivery.headers.get("x-mns-topic-name") not in real_time.topic_names:
        raise UntrustedError("It is another topic's.", reason="Topic")
