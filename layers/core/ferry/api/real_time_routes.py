"""Routes about following notifications."""

from datetime import timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from ferry.api.documents import RealTimeDocument, RotationRequest
from ferry.api.routing import TaskId, new_router, request_of, responses
from ferry.api.task_routes import no_content
from ferry.events.secrets import current_secret
from ferry.sender.package import sender_zip
from ferry.task_editor import following
from ferry.tasks.models import Task
from ferry.tasks.real_time import RealTimeSettings

router = new_router()
_ZIP = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@router.get(
    "/tasks/<task_id>/real-time",
    tags=["Real time"],
    summary="Show where notifications are sent to",
    responses=responses(404),
)
def get_real_time(task_id: TaskId) -> RealTimeDocument:
    """Return all that is pasted on Alibaba Cloud's side, the secret included."""
    return _document(request_of(router).backend.tasks.get_task(task_id))


@router.put(
    "/tasks/<task_id>/real-time",
    tags=["Real time"],
    summary="Follow notifications",
    responses=responses(404, 409),
)
def follow(task_id: TaskId, chosen: Annotated[RealTimeSettings, Body()]) -> RealTimeDocument:
    """Let a task follow notifications, or change how it does; its secret stays."""
    return _document(request_of(router).editor.follow(task_id, chosen.model_dump()))


@router.delete(
    "/tasks/<task_id>/real-time",
    tags=["Real time"],
    summary="Follow notifications no more",
    responses=responses(404, 409, success=204),
    status_code=204,
)
def stop_following(task_id: TaskId) -> Response[str]:
    """Take no notifications any more; the task's secrets are forgotten within seconds."""
    request_of(router).editor.stop_following(task_id)
    return no_content()


@router.post(
    "/tasks/<task_id>/real-time/rotation",
    tags=["Real time"],
    summary="Give a task a new secret",
    responses=responses(404, 409),
)
def rotate(task_id: TaskId, wish: Annotated[RotationRequest, Body()]) -> RealTimeDocument:
    """Give a task a new secret; the old one is taken for a while, so that senders are changed one by one."""
    keep = timedelta(seconds=wish.keep_seconds)
    editor = request_of(router).editor
    return _document(editor.rotate_secret(task_id, keep=keep, client_token=wish.client_token))


@router.get(
    "/tasks/<task_id>/real-time/sender.zip",
    tags=["Real time"],
    summary="Download the sender",
    responses=responses(404, described=_ZIP),
    enable_validation=False,  # the answer is no JSON
)
def sender(task_id: TaskId) -> Response[Any]:
    """Return the function for Function Compute, ready to upload; it holds no secret."""
    following(request_of(router).backend.tasks.get_task(task_id))
    headers = {"Content-Disposition": 'attachment; filename="ferry-sender.zip"', "Cache-Control": "no-store"}
    return Response(status_code=200, content_type="application/zip", body=sender_zip(), headers=headers)


def _document(task: Task) -> RealTimeDocument:
    backend = request_of(router).backend
    return RealTimeDocument.of(task, backend.entry, current_secret(following(task), backend.sender_key()))
