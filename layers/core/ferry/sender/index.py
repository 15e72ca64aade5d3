"""Function Compute handler that passes the events of an OSS trigger on to Ferry.

Needs Python 3.10 or later and nothing else, so its zip is this one file. It passes the event on as it is,
either to Ferry's endpoint or to its queue, and raises when that fails, so that Function Compute tries again
and, in the end, hands the event to the failure destination of the function.

Environment variables, for the endpoint:

* ``FERRY_URL``: ``https://.../events/TASK``
* ``FERRY_SECRET``: the task's secret

or for the queue:

* ``FERRY_QUEUE_URL``: ``https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE``
* ``FERRY_REGION``: region of the queue
* ``FERRY_ACCESS_KEY_ID``, ``FERRY_ACCESS_KEY_SECRET``, and ``FERRY_SESSION_TOKEN`` for temporary keys: of a
  user that may do nothing but ``sqs:SendMessage`` on this queue
"""

import datetime as dt
import hashlib
import hmac
import http.client
import json
import logging
import os
import ssl
import urllib.parse
from collections.abc import Callable, Mapping

Headers = dict[str, str]
Environment = Mapping[str, str]

logger = logging.getLogger()

TIMEOUT_SECONDS = 20
MAX_MESSAGE_BYTES = 256 * 1024
"""What a queue takes; the endpoint takes more, but nothing is gained by that."""

_QUEUE_SETTINGS = ("FERRY_QUEUE_URL", "FERRY_REGION", "FERRY_ACCESS_KEY_ID", "FERRY_ACCESS_KEY_SECRET")
_ENDPOINT_SETTINGS = ("FERRY_URL", "FERRY_SECRET")


class DeliveryError(Exception):
    """Ferry did not take an event."""


class SettingsError(Exception):
    """The function's environment variables are wrong."""


def handler(event: bytes | str, context: object) -> str:
    """Pass on one event of the OSS trigger.

    Args:
        event: The bytes of ``{"events": [...]}``.
        context: Of the invocation.

    Raises:
        DeliveryError: Some of it was not taken; the whole event may be delivered again.
        SettingsError: The environment variables are missing or contradict each other.
    """
    send = _sender(os.environ)
    body = event if isinstance(event, bytes) else event.encode("utf-8")
    pieces = _pieces(body)
    problems = []
    for piece in pieces:
        try:
            send(piece)
        except (DeliveryError, OSError, http.client.HTTPException) as error:
            problems.append(f"{type(error).__name__}: {error}")
    request_id = getattr(context, "request_id", "")
    if problems:
        refused = f"{len(problems)} of {len(pieces)} messages (request {request_id})"
        raise DeliveryError(f"Ferry did not take {refused}: {problems[0]}")
    logger.info("passed on %d bytes in %d messages (request %s)", len(body), len(pieces), request_id)
    return "OK"


def _sender(environment: Environment) -> Callable[[bytes], None]:
    """Return what sends a body, as the environment says."""
    has_endpoint = any(environment.get(name) for name in _ENDPOINT_SETTINGS)
    has_queue = any(environment.get(name) for name in _QUEUE_SETTINGS)
    if has_endpoint and has_queue:
        raise SettingsError(
            "Set either FERRY_URL and FERRY_SECRET, or FERRY_QUEUE_URL and its key, not both."
        )
    names = _QUEUE_SETTINGS if has_queue else _ENDPOINT_SETTINGS
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise SettingsError("Set the environment variables " + ", ".join(missing) + ".")
    if has_queue:
        return lambda body: _send_to_queue(body, environment)
    return lambda body: _send_to_endpoint(body, environment)


def _pieces(body: bytes) -> list[bytes]:
    """Cut an event that is too large for one message into several of fewer records."""
    if len(body) <= MAX_MESSAGE_BYTES:
        return [body]
    records = json.loads(body)["events"]
    if len(records) < 2:
        return [body]
    half = len(records) // 2
    halves = (records[:half], records[half:])
    spelled = (json.dumps({"events": part}, ensure_ascii=False).encode("utf-8") for part in halves)
    return [piece for part in spelled for piece in _pieces(part)]


def _send_to_endpoint(body: bytes, environment: Environment) -> None:
    headers = {"Content-Type": "application/json", "x-ferry-secret": environment["FERRY_SECRET"]}
    _post(environment["FERRY_URL"], body, headers)


def _send_to_queue(body: bytes, environment: Environment) -> None:
    message = json.dumps({"QueueUrl": environment["FERRY_QUEUE_URL"], "MessageBody": body.decode("utf-8")})
    content = message.encode("utf-8")
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
    url = urllib.parse.urlsplit(environment["FERRY_QUEUE_URL"])._replace(path="/", query="").geturl()
    _post(url, content, headers | _signature(url, content, headers, environment))


def _post(url: str, body: bytes, headers: Headers) -> None:
    """Send a request, and raise unless it is answered with 2xx; nothing of it is in the message."""
    parts = urllib.parse.urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    elif parts.scheme == "http" and host in ("127.0.0.1", "localhost"):
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    else:
        raise SettingsError("The URL must begin with https://.")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path or "/", body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise DeliveryError(f"{host} answered {status}")


def _signature(url: str, body: bytes, headers: Headers, environment: Environment) -> Headers:
    """Return the headers that sign a request to SQS.

    Source: AWS General Reference, "Signature Version 4 signing process".
    """
    region = environment["FERRY_REGION"]
    now = dt.datetime.now(dt.timezone.utc)
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    signed = {name.lower(): value for name, value in headers.items()}
    signed |= {"host": urllib.parse.urlsplit(url).netloc, "x-amz-date": moment}
    if environment.get("FERRY_SESSION_TOKEN"):
        signed["x-amz-security-token"] = environment["FERRY_SESSION_TOKEN"]
    names = ";".join(sorted(signed))
    listed = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    request = "\n".join(["POST", "/", "", listed, names, hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{region}/sqs/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode("utf-8")).hexdigest()])
    key = ("AWS4" + environment["FERRY_ACCESS_KEY_SECRET"]).encode("utf-8")
    for part in (day, region, "sqs", "aws4_request"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    credential = f"{environment['FERRY_ACCESS_KEY_ID']}/{scope}"
    told = f"Credential={credential}, SignedHeaders={names}, Signature={signature}"
    own = ("x-amz-date", "x-amz-security-token")
    return {name: signed[name] for name in own if name in signed} | {
        "Authorization": f"AWS4-HMAC-SHA256 {told}"
    }
