"""Trying a task out before it is created: every check with a result of its own."""

from collections.abc import Callable, Iterator
from typing import Final

from ferry.api.backend import Backend
from ferry.api.documents import CheckResult
from ferry.errors import FerryError
from ferry.preflight import AccessCheck, access_checks
from ferry.tasks.models import TaskSettings

_ENDPOINT: Final = frozenset({"ConnectionFailed", "InvalidEndpoint", "InvalidSource"})
_BUCKET: Final = frozenset(
    {"NoSuchBucket", "InvalidBucketName", "BucketNotBelongTo", "PermanentRedirect", "CnameDenied"}
)


def check_settings(backend: Backend, settings: TaskSettings) -> Iterator[CheckResult]:
    """Yield the result of every check; one that depends on another that failed is skipped."""
    secret = _try("secret", lambda: backend.read_secret(settings.source.secret))
    yield secret
    try:
        source = backend.source(settings.source)
    except FerryError as error:
        yield CheckResult(check="source_endpoint", state="failed", detail=str(error))
        return
    replica = backend.replica(settings.destination)
    checks = access_checks(source, replica, settings.mapping, deletes=settings.deletes)
    broken = {"source"} if secret.state == "failed" else set()
    for check in checks:
        if check.side in broken:
            yield from (_skipped(name) for name in _names(check))
            continue
        results = (
            list(_listing_results(check)) if check.name.endswith("_list") else [_try(check.name, check.run)]
        )
        yield from results
        if any(result.state != "passed" for result in results) and check.name.endswith("_list"):
            broken.add(check.side)
    if (key := settings.destination.kms_key) is not None:
        yield _try("destination_key", lambda: backend.check_kms_key(key, settings.destination.region))


def _names(check: AccessCheck) -> list[str]:
    if not check.name.endswith("_list"):
        return [check.name]
    endpoint = [f"{check.side}_endpoint"] if check.side == "source" else []
    return [*endpoint, f"{check.side}_bucket", check.name]


def _listing_results(check: AccessCheck) -> Iterator[CheckResult]:
    """Tell what one listing says about the endpoint, the bucket and the permission to list it."""
    names = _names(check)
    failed = _attempt(check.run)
    if failed is None:
        yield from (_passed(name) for name in names)
        return
    if failed.reason in _ENDPOINT:
        wrong = names[0]
    else:
        wrong = f"{check.side}_bucket" if failed.reason in _BUCKET else check.name
    position = names.index(wrong)
    yield from (_passed(name) for name in names[:position])
    yield CheckResult(check=wrong, state="failed", detail=str(failed))
    yield from (_skipped(name) for name in names[position + 1 :])


def _try(name: str, attempt: Callable[[], object]) -> CheckResult:
    failed = _attempt(attempt)
    return _passed(name) if failed is None else CheckResult(check=name, state="failed", detail=str(failed))


def _attempt(attempt: Callable[[], object]) -> FerryError | None:
    try:
        attempt()
    except FerryError as error:
        return error
    return None


def _passed(name: str) -> CheckResult:
    return CheckResult(check=name, state="passed", detail="")


def _skipped(name: str) -> CheckResult:
    return CheckResult(check=name, state="skipped", detail="Another check that it depends on failed.")
