"""What the API's description promises, kept for requests that nobody thought of."""

import json
from typing import Any

import pytest
import schemathesis
from ferry.api.application import openapi_document
from hypothesis import HealthCheck, settings

from tests.support.api import call
from tests.support.api_contract import CHECKS
from tests.support.deployments import deployed
from tests.support.servers import moto, oss  # noqa: F401 - fixtures


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer a WSGI request as the gateway and the function would."""
    size = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(size).decode("utf-8", "replace") if size else None
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace").removeprefix("/api/v1")
    reply = call(environ["REQUEST_METHOD"], path + query, body, headers=headers)
    shown = [(name, value) for name, value in reply.headers.items() if name != "content-length"]
    start_response(f"{int(reply.status)} -", shown)
    return [reply.text.encode()]


@pytest.fixture(scope="module")
def world(moto, oss):  # noqa: F811
    with pytest.MonkeyPatch.context() as patch, deployed(moto, oss, patch) as stack:
        yield stack


SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_document()))
SCHEMA.app = answer


@SCHEMA.parametrize()
@settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
def test_every_answer_is_as_described(world, case):
    case.call_and_validate(checks=CHECKS)
