"""Routes about the deployment as a whole."""

from datetime import datetime
from itertools import islice
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel

from ferry import regions
from ferry.api.deployment_facts import DeploymentDocument
from ferry.api.documents import AuditEntry, AuditPage, StrayDocument, StrayPage
from ferry.api.roles import Role
from ferry.api.routing import Cursor, Limit, new_router, request_of, responses
from ferry.api.task_routes import no_content
from ferry.errors import PermanentError
from ferry.tasks.models import TASK_ID_PATTERN, RunState
from ferry.tasks.strays import MAX_BODY

router = new_router()
_COUNTED_STRAYS: Final = 200
_LOOKED_AT_TASKS: Final = 200


class Overview(BaseModel):
    """How the deployment is.

    Attributes:
        tasks: How many there are.
        running: Of them, those with a run at work.
        failed: Of them, those whose last run failed, or left objects behind.
        real_time: Of them, those that follow notifications.
        oldest_pending_seconds: Age of the oldest message that waits to be worked on; null when unknown.
        stray_messages: At most 200 of them are counted.
        is_complete: Whether every task was looked at, or only the first 200.
    """

    tasks: int
    running: int
    failed: int
    real_time: int
    oldest_pending_seconds: float | None
    dead_letters: int
    stray_messages: int
    is_complete: bool


class OssRegionDocument(BaseModel):
    """A region of OSS with its endpoints."""

    region: str
    name_en: str
    name_zh: str
    endpoint: str
    accelerate_endpoint: str


class OssRegions(BaseModel):
    """The regions of OSS."""

    regions: list[OssRegionDocument]


class AwsRegionDocument(BaseModel):
    """A region of S3."""

    region: str
    name: str


class AwsRegions(BaseModel):
    """The regions of S3."""

    regions: list[AwsRegionDocument]


class SecretDocument(BaseModel):
    """A secret that tasks may name; what it holds is never shown.

    Attributes:
        problem: Why it cannot be used; null when it can.
    """

    name: str
    arn: str
    description: str
    changed_at: datetime | None
    problem: str | None


class Secrets(BaseModel):
    """The secrets that the deployment may read."""

    secrets: list[SecretDocument]


@router.get("/deployment", tags=["Deployment"], summary="Show the deployment", responses=responses())
def get_deployment() -> DeploymentDocument:
    """Return what the deployment is, and who asks."""
    request = request_of(router)
    return DeploymentDocument.of(request.backend.facts, request.caller)


@router.get("/overview", tags=["Deployment"], summary="Show how everything is", responses=responses())
def get_overview() -> Overview:
    """Return counts over all tasks and queues."""
    backend = request_of(router).backend
    listed = backend.tasks.list_tasks()
    tasks = list(islice(listed, _LOOKED_AT_TASKS))
    ages = [backend.queues.oldest_seconds(events=events) for events in (False, True)]
    passes = [backend.tasks.last_pass(task.task_id) for task in tasks]
    states = [None if run is None else run.state for run in passes]
    wrong = {RunState.FAILED, RunState.COMPLETED_WITH_FAILURES}
    return Overview(
        tasks=len(tasks),
        running=sum(state is not None and state.is_active for state in states),
        failed=sum(state in wrong for state in states),
        real_time=sum(task.real_time is not None for task in tasks),
        oldest_pending_seconds=max((age for age in ages if age is not None), default=None),
        dead_letters=backend.queues.dead_letters(),
        stray_messages=backend.strays.count(most=_COUNTED_STRAYS),
        is_complete=next(listed, None) is None,
    )


@router.get("/oss-regions", tags=["Settings"], summary="List the regions of OSS", responses=responses())
def list_oss_regions() -> OssRegions:
    """Return the regions of OSS with the endpoints that can be reached from AWS."""
    names = OssRegionDocument.model_fields
    return OssRegions(
        regions=[
            OssRegionDocument.model_validate({name: getattr(region, name) for name in names})
            for region in regions.OSS_REGIONS
        ]
    )


@router.get("/aws-regions", tags=["Settings"], summary="List the regions of S3", responses=responses())
def list_aws_regions() -> AwsRegions:
    """Return the regions of S3."""
    found = [AwsRegionDocument(region=one.region, name=one.name) for one in regions.aws_regions()]
    return AwsRegions(regions=found)


@router.get("/secrets", tags=["Settings"], summary="List usable secrets", responses=responses())
def list_secrets() -> Secrets:
    """Return the names of the secrets that the deployment may read."""
    names = SecretDocument.model_fields
    secrets = [
        SecretDocument.model_validate({name: getattr(secret, name) for name in names})
        for secret in request_of(router).backend.secret_list
    ]
    return Secrets(secrets=secrets)


@router.get("/audit", tags=["Deployment"], summary="List changes", responses=responses())
def list_changes(
    task_id: Annotated[
        str | None, Query(pattern=TASK_ID_PATTERN, description="Only about this task.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> AuditPage:
    """Return who changed what and when, the newest first."""
    log = request_of(router).backend.audit_log
    page = log.list(task_id=task_id, limit=limit, cursor=cursor)
    return AuditPage(entries=[AuditEntry.of(entry) for entry in page.rows], next_cursor=page.cursor)


@router.get("/strays", tags=["Real time"], summary="List stray messages", responses=responses())
def list_strays(limit: Limit = 50, cursor: Cursor = None) -> StrayPage:
    """Return messages of the queue of notifications that no task could take, the newest first."""
    request = request_of(router)
    page = request.backend.strays.page(limit=limit, cursor=cursor)
    # Whatever was sent to the queue is in them.
    shows_body = request.caller.role >= Role.OPERATOR
    return StrayPage(
        strays=[StrayDocument.of(stray, shows_body=shows_body) for stray in page.rows],
        next_cursor=page.cursor,
    )


@router.post(
    "/strays/<stray_id>/redrive",
    tags=["Real time"],
    summary="Send a stray message again",
    responses=responses(404, 409, success=204),
    status_code=204,
)
def redrive_stray(
    stray_id: Annotated[str, Path(max_length=150, description="Id of the stray message.")],
) -> Response[str]:
    """Put a stray message on the queue again, and forget it here."""
    request = request_of(router)
    with request.trail.change("stray.redrive", detail=stray_id):
        stray = request.backend.strays.get(stray_id)
        if len(stray.body) >= MAX_BODY:
            msg = f"The message {stray_id} is not kept whole; send it again from where it came."
            raise PermanentError(msg, reason="Shortened")
        request.backend.queues.send_event(stray.body)
        request.backend.strays.remove(stray)
    return no_content()
