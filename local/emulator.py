"""Starts ministack with the differences from AWS repaired that Ferry would notice.

Run as ``python -m local.emulator``; settings come from ministack's environment variables. Each repair names
what AWS does. Seen in ministack 1.5.33; ``tests/workflow/test_workflow_emulator.py`` shows what they do.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import sys
import tempfile
import threading
import zipfile
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import yaml
from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import apigateway, lambda_svc, s3, stepfunctions
from ministack.services.cloudformation import provisioners

from local import emulated_cognito, emulated_mail
from local.emulated_schedules import repair_schedules

_UNNAMED = "Runtime.HandlerError"
_PROCESSES_PER_FUNCTION = 3
_machine_arn: ContextVar[str] = ContextVar("machine_arn", default="")
_token: ContextVar[str] = ContextVar("token", default="")
_waiting: dict[str, str] = {}
"""The state machine behind each task token that is waited for."""


def json_definition(text: str) -> str:
    """A state machine's definition as JSON; CloudFormation takes YAML too, ministack only stores it."""
    return json.dumps(yaml.safe_load(text))


def error_type(message: str, log: str) -> str | None:
    """The class of the exception that a traceback at the end of ``log`` ends with, without its module.

    Lambda reports it as ``errorType``, and Step Functions matches it in ``Retry`` and ``Catch``.
    None when no line of the log fits the message.
    """
    first_line = message.partition("\n")[0]
    for line in reversed(log.splitlines()):
        match = re.fullmatch(r"([A-Za-z_][\w.]*)(?:: (.*))?", line)
        if match and (match[2] or "") == first_line:
            return match[1].rpartition(".")[2]
    return None


def _repair_definitions() -> None:
    original = provisioners._sfn_definition

    def definition(props: dict[str, Any]) -> str:
        return json_definition(original(props))

    provisioners._sfn_definition = definition


def _repair_error_names() -> None:
    original = lambda_svc._execute_function_warm

    def execute(*args: Any, **kwargs: Any) -> dict[str, Any]:
        result: dict[str, Any] = original(*args, **kwargs)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == _UNNAMED:
            name = error_type(str(body.get("errorMessage", "")), str(result.get("log", "")))
            body["errorType"] = name or _UNNAMED
        return result

    lambda_svc._execute_function_warm = execute


def _queue_invocations() -> None:
    """Lambda starts a machine for every concurrent call; one machine has room for a few processes.

    A burst of requests would otherwise start dozens, all too slow to answer in time. Calls of a function
    that are too many at once wait for each other; those of an event source are few anyway.
    """
    original = lambda_svc._execute_function_warm
    rooms: dict[str, threading.Semaphore] = {}

    def execute(func: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        name = (func.get("config") or func).get("FunctionName", "")
        with rooms.setdefault(name, threading.Semaphore(_PROCESSES_PER_FUNCTION)):
            return original(func, *args, **kwargs)

    lambda_svc._execute_function_warm = execute


def _repair_callbacks() -> None:
    """A function that fails before its callback fails the task; ministack would wait for the timeout."""
    task, callback, call = (
        stepfunctions._execute_task,
        stepfunctions._invoke_with_callback,
        stepfunctions._call_lambda,
    )

    def execute_task(state: Any, state_input: Any, execution: dict[str, Any], context: Any) -> Any:
        _machine_arn.set(execution["stateMachineArn"])
        return task(state, state_input, execution, context)

    def invoke_with_callback(resource: Any, arguments: Any, token: str, state: Any) -> Any:
        _waiting[token] = _machine_arn.get()
        reset = _token.set(token)
        try:
            return callback(resource, arguments, token, state)
        finally:
            _token.reset(reset)
            _waiting.pop(token, None)

    def call_lambda(function: Any, event: Any) -> Any:
        try:
            return call(function, event)
        except stepfunctions._ExecutionError as error:
            waiting = stepfunctions._task_tokens.get(_token.get())
            if waiting is not None:
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    stepfunctions._execute_task = execute_task
    stepfunctions._invoke_with_callback = invoke_with_callback
    stepfunctions._call_lambda = call_lambda


def _repair_token_permissions() -> None:
    """IAM checks ``states:SendTask*`` against the state machine that waits; ministack against ``*``."""
    original = iam_actions.extract_resource_arn

    def resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        if service == "states" and b'"taskToken"' in body:
            return _waiting.get(str(json.loads(body).get("taskToken")), "*")
        found: str = original(service, method, path, headers, body, *rest)
        return found

    iam_actions.extract_resource_arn = resource_arn


def schedule_arn(path: str, body: bytes, query: dict[str, Any], region: str, account: str) -> str | None:
    """The ARN of the schedule that a request to EventBridge Scheduler names; None when it names none."""
    named = re.fullmatch(r"/schedules/([^/]+)", path)
    if named is None:
        return None
    asked = json.loads(body) if body else {}
    group = asked.get("GroupName") or query.get("groupName") or "default"
    group = group[0] if isinstance(group, list) else group
    return f"arn:aws:scheduler:{region}:{account}:schedule/{group}/{named[1]}"


def _repair_schedule_permissions() -> None:
    """IAM checks requests about a schedule against its group, too; ministack against the default one."""
    original = iam_actions.extract_resource_arn

    def resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        named = schedule_arn(path, body, *rest) if service == "scheduler" else None
        found: str = named or original(service, method, path, headers, body, *rest)
        return found

    iam_actions.extract_resource_arn = resource_arn


def _repair_concurrency() -> None:
    """CloudFormation turns a parameter's text into the number that ``MaximumConcurrency`` must be."""
    original = lambda_svc._sqs_esm_concurrency

    def concurrency(mapping: dict[str, Any], *rest: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        found: int = original(mapping, *rest)
        return found

    lambda_svc._sqs_esm_concurrency = concurrency


def _repair_tags() -> None:
    """A multipart upload begins with its object's tags; a PUT without tags leaves none of before."""
    begin, complete, put = s3._create_multipart_upload, s3._complete_multipart_upload, s3._put_object

    def keep(bucket: str, key: str, reply: Any, tagging: str) -> None:
        where = (bucket, key, reply[1].get("x-amz-version-id"))
        s3._object_tags.pop(where, None)
        if tagging:
            s3._object_tags[where] = dict(parse_qsl(tagging, keep_blank_values=True))

    def create_multipart_upload(bucket: str, key: str, headers: dict[str, str]) -> Any:
        reply = begin(bucket, key, headers)
        if named := re.search(rb"<UploadId>([^<]+)</UploadId>", reply[2]):
            s3._multipart_uploads[named[1].decode()]["tagging"] = headers.get("x-amz-tagging", "")
        return reply

    def complete_multipart_upload(bucket: str, key: str, body: bytes, query: Any, *rest: Any) -> Any:
        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
        reply = complete(bucket, key, body, query, *rest)
        if upload is not None and reply[0] == 200:
            keep(bucket, key, reply, upload.get("tagging", ""))
        return reply

    def put_object(bucket: str, key: str, body: bytes, headers: dict[str, str]) -> Any:
        reply = put(bucket, key, body, headers)
        if reply[0] == 200:
            keep(bucket, key, reply, headers.get("x-amz-tagging", ""))
        return reply

    s3._create_multipart_upload = create_multipart_upload
    s3._complete_multipart_upload = complete_multipart_upload
    s3._put_object = put_object


def _repair_initiators() -> None:
    """An upload is listed with who began it: a user's ARN or that of a role's session, not the account."""
    begin, listing = s3._create_multipart_upload, s3._list_multipart_uploads

    def create_multipart_upload(bucket: str, key: str, headers: dict[str, str]) -> Any:
        reply = begin(bucket, key, headers)
        if named := re.search(rb"<UploadId>([^<]+)</UploadId>", reply[2]):
            s3._multipart_uploads[named[1].decode()]["initiator"] = iam_evaluator.caller_arn()
        return reply

    def list_multipart_uploads(bucket: str, query: Any) -> Any:
        def name(match: re.Match[bytes]) -> bytes:
            upload = s3._multipart_uploads[match[2].decode()]
            return match[1] + str(upload.get("initiator", "")).encode() + b"<"

        status, headers, body = listing(bucket, query)
        shown = re.sub(rb"(<UploadId>([^<]+)</UploadId>\s*<Initiator>\s*<ID>)[^<]*<", name, body)
        return status, headers, shown

    s3._create_multipart_upload = create_multipart_upload
    s3._list_multipart_uploads = list_multipart_uploads


def leading_keys(request: dict[str, Any]) -> list[str]:
    """The partition keys that a request to DynamoDB names, for tables whose partition key is ``pk``."""
    named = [request.get("Key"), request.get("Item")]
    keys = [key["pk"]["S"] for key in named if isinstance(key, dict) and "S" in key.get("pk", {})]
    condition = re.match(r"\(?(#?\w+) = (:\w+)", str(request.get("KeyConditionExpression", "")))
    if condition and request.get("ExpressionAttributeNames", {}).get(condition[1], condition[1]) == "pk":
        keys.append(request["ExpressionAttributeValues"][condition[2]]["S"])
    return keys


def _repair_leading_keys() -> None:
    """Policies may look at ``dynamodb:LeadingKeys``; ministack does not know the key."""
    original = iam_actions.dynamodb_service_context

    def service_context(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = original(body)
        keys = leading_keys(json.loads(body or b"{}"))
        return context | ({"dynamodb:LeadingKeys": keys} if keys else {})

    iam_actions.dynamodb_service_context = service_context


def _repair_api_addresses() -> None:
    """An HTTP API is found by every client; ministack's needs a resolver for ``*.localhost``."""
    create = provisioners._apigw_v2_api_create

    def create_api(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        api_id, attributes = create(logical_id, props, stack_name)
        address = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/execute-api/{api_id}/$default"
        apigateway._apis[api_id]["apiEndpoint"] = attributes["ApiEndpoint"] = address
        return api_id, attributes

    provisioners._apigw_v2_api_create = create_api
    provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]["create"] = create_api


def _redirect_to_the_root() -> None:
    """An HTTP API's root is ``/``; here it is a folder, and links need the slash at its end."""
    original = app._handle_execute_api_request

    async def handle(host: str, path: str, method: str, *rest: Any, **options: Any) -> Any:
        if method in {"GET", "HEAD"} and re.fullmatch(r"/_aws/execute-api/[^/]+/[^/]+", path):
            return 301, {"Location": f"{path}/"}, b""
        return await original(host, path, method, *rest, **options)

    app._handle_execute_api_request = handle


def _repair_alarms() -> None:
    """An alarm may be on an expression; ministack refuses such a template. It is kept as one on a metric."""
    original = provisioners._cw_metric_alarm_record

    def alarm_record(name: str, props: dict[str, Any]) -> dict[str, Any]:
        measured = [
            query["MetricStat"]["Metric"] for query in props.get("Metrics", []) if "MetricStat" in query
        ]
        if measured:
            props = {**props, **measured[0]}
            del props["Metrics"]
        record: dict[str, Any] = original(name, props)
        return record

    provisioners._cw_metric_alarm_record = alarm_record


def _trust_loopback() -> None:
    """Policies may insist on TLS (``aws:SecureTransport``); what never leaves this machine counts as such."""
    original = app.pin_request_origin

    def pin_request_origin(address: str, _secure: bool) -> None:
        original(address, True)

    app.pin_request_origin = pin_request_origin


def _isolate_functions() -> None:
    """Functions see their layers and code and nothing of this environment's packages, as on Lambda."""
    original = lambda_runtime._detect_runtime_binary

    def runtime_binary(runtime: str) -> tuple[str, str]:
        binary, script = original(runtime)
        return getattr(sys, "_base_executable", binary) if runtime.startswith("python") else binary, script

    lambda_runtime._detect_runtime_binary = runtime_binary


class _SharedLayers(zipfile.ZipFile):
    """Unpacks a layer once for all functions, as Lambda mounts it; ministack would for every process."""

    _unpacking = threading.Lock()

    def extractall(self, path: Any = None, *rest: Any) -> None:
        """Unpack the archive, or stand in what was unpacked before."""
        folder = Path(path)
        if not folder.name.startswith("layer_"):
            super().extractall(path, *rest)
            return
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        shared = Path(tempfile.gettempdir()) / "layers" / digest
        with self._unpacking:
            if not shared.exists():
                super().extractall(folder, *rest)
                shared.parent.mkdir(exist_ok=True)
                folder.rename(shared)
            else:
                folder.rmdir()
            folder.symlink_to(shared, target_is_directory=True)


def _share_layers() -> None:
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=_SharedLayers, BadZipFile=zipfile.BadZipFile, LargeZipFile=zipfile.LargeZipFile
    )


@functools.cache
def repair() -> None:
    """Apply all repairs to the loaded ministack, once however often it is called."""
    _repair_definitions()
    _repair_error_names()
    _queue_invocations()
    _repair_callbacks()
    _repair_token_permissions()
    _repair_schedule_permissions()
    _repair_concurrency()
    _repair_tags()
    _repair_initiators()
    _repair_leading_keys()
    _repair_api_addresses()
    _redirect_to_the_root()
    emulated_cognito.repair()
    _repair_alarms()
    _trust_loopback()
    _isolate_functions()
    _share_layers()
    repair_schedules()


if __name__ == "__main__":
    repair()
    # Functions inherit the environment, and have no business with the mailbox.
    emulated_mail.repair(Path(os.environ.pop("FERRY_MAILBOX")))
    app.main()
