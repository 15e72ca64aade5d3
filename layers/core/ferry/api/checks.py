"""Trying a task out before it is created: every check with a result of its own, within 20 seconds."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import Final

from ferry.api.backend import Backend
from ferry.api.documents import CheckResult
from ferry.api.problems import UNFORESEEN, momentary
from ferry.deadlines import within
from ferry.errors import FerryError, PermanentError, TransientError
from ferry.preflight import AccessCheck, access_checks
from ferry.stores.protocols import ReplicaStore, SourceStore
from ferry.tasks.models import TaskSettings

logger = logging.getLogger(__name__)

CHECK_SECONDS: Final = 20.0
"""For all checks together: the function has to have answered in 29 seconds."""
ATTEMPT_SECONDS: Final = 8.0
"""For one, so that a side which does not answer leaves time for the other."""
_ENDPOINT: Final = frozenset({"ConnectionFailed", "InvalidEndpoint", "InvalidSource", "TimedOut"})
_BUCKET: Final = frozenset(
    {"NoSuchBucket", "InvalidBucketName", "BucketNotBelongTo", "PermanentRedirect", "CnameDenied"}
)


class _Clock:
    """What is left of the time for all checks."""

    def __init__(self, seconds: float, attempt_seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._attempt_seconds = attempt_seconds

    def attempt(self, who: str, attempt: Callable[[], object]) -> FerryError | None:
        """Try something; return why it failed, whatever it was."""
        left = self._ends - time.monotonic()
        if left <= 0:
            return TransientError("There was no time left for this check; try again.", reason="OutOfTime")
        try:
            within(min(left, self._attempt_seconds), attempt, who=who)
        except FerryError as error:
            return error
        except Exception as error:
            # The results of the other checks are worth having all the same.
            logger.exception("a check failed in a way that nobody foresaw")
            return momentary(error) or PermanentError(UNFORESEEN, reason="Unforeseen")
        return None


def check_settings(
    backend: Backend,
    settings: TaskSettings,
    *,
    seconds: float = CHECK_SECONDS,
    attempt_seconds: float = ATTEMPT_SECONDS,
) -> Iterator[CheckResult]:
    """Yield the result of every check; one that depends on another that failed is skipped.

    Args:
        backend: What reaches both sides.
        settings: The task.
        seconds: How long all checks may take together.
        attempt_seconds: How long each of them may.
    """
    clock = _Clock(seconds, attempt_seconds)
    secret = _result(
        "secret", clock.attempt("Secrets Manager", lambda: backend.read_secret(settings.source.secret))
    )
    yield secret
    sources: list[SourceStore] = []
    replicas: list[ReplicaStore] = []
    # Opening a source looks its host up, which takes time, too.
    failed = clock.attempt("The name server", lambda: sources.append(backend.source(settings.source)))
    if failed is not None:
        yield _result("source_endpoint", failed)
        return
    failed = clock.attempt("The destination", lambda: replicas.append(backend.replica(settings.destination)))
    if failed is not None:
        yield _result("destination_bucket", failed)
        return
    checks = access_checks(sources[0], replicas[0], settings.mapping, deletes=settings.deletes)
    broken = {"source"} if secret.state == "failed" else set()
    for check in checks:
        if check.side in broken:
            yield from (_skipped(name) for name in _names(check))
            continue
        failed = clock.attempt(f"The {check.side}", check.run)
        is_listing = check.name.endswith("_list")
        yield from _listing_results(check, failed) if is_listing else [_result(check.name, failed)]
        if failed is not None and (is_listing or failed.reason == "TimedOut"):
            broken.add(check.side)
    if (key := settings.destination.kms_key) is not None:
        tried = clock.attempt("KMS", lambda: backend.check_kms_key(key, settings.destination.region))
        yield _result("destination_key", tried)


def _names(check: AccessCheck) -> list[str]:
    if not check.name.endswith("_list"):
        return [check.name]
    endpoint = [f"{check.side}_endpoint"] if check.side == "source" else []
    return [*endpoint, f"{check.side}_bucket", check.name]


def _listing_results(check: AccessCheck, failed: FerryError | None) -> Iterator[CheckResult]:
    """Tell what one listing says about the endpoint, the bucket and the permission to list it."""
    names = _names(check)
    if failed is None:
        yield from (_passed(name) for name in names)
        return
    if failed.reason in _ENDPOINT:
        wrong = names[0]
    else:
        wrong = f"{check.side}_bucket" if failed.reason in _BUCKET else check.name
    position = names.index(wrong)
    yield from (_passed(name) for name in names[:position])
    yield _result(wrong, failed)
    yield from (_skipped(name) for name in names[position + 1 :])


def _result(name: str, failed: FerryError | None) -> CheckResult:
    if failed is None:
        return _passed(name)
    return CheckResult(check=name, state="failed", detail=str(failed))


def _passed(name: str) -> CheckResult:
    return CheckResult(check=name, state="passed", detail="")


def _skipped(name: str) -> CheckResult:
    return CheckResult(check=name, state="skipped", detail="Another check that it depends on failed.")
