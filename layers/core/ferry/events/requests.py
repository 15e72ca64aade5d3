"""A notification as API Gateway hands it to a function.

Source: Amazon API Gateway Developer Guide, "Lambda proxy integrations for HTTP APIs", payload format 2.0.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ferry.events.formats import UndecodableError
from ferry.events.intake import Request
from ferry.events.signature import Delivery


def read_request(event: Mapping[str, Any], base_url: str) -> Request:
    """Read a request.

    Args:
        event: Of payload format 2.0.
        base_url: Under which the API is known: its scheme, host and, on some test servers, a path. Signatures
            cover the address that the sender used.

    Raises:
        UndecodableError: Its body is not what API Gateway says it is.
    """
    path = str(event.get("rawPath") or "")
    query = str(event.get("rawQueryString") or "")
    uri = f"{path}?{query}" if query else path
    domain = (event.get("requestContext") or {}).get("domainName") or ""
    parameters = event.get("pathParameters") or {}
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    base_url = base_url.rstrip("/")
    delivery = Delivery(
        method="POST",
        uri=urlsplit(base_url).path + uri,
        urls=(base_url + uri, f"https://{domain}{uri}"),
        headers=headers,
        body=_body(event),
    )
    return Request(
        task_id=str(parameters.get("task_id") or ""),
        secret=str(parameters.get("secret") or ""),
        delivery=delivery,
    )


def _body(event: Mapping[str, Any]) -> bytes:
    body = str(event.get("body") or "")
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError) as error:
        raise UndecodableError("The body is not as API Gateway says.") from error
