"""What the API's description promises, kept by the deployed API behind its gateway and its authorizer."""

import json

import pytest
import schemathesis
from ferry.api.application import openapi_document
from hypothesis import HealthCheck, settings

from tests.e2e.conftest import User
from tests.support.api_contract import CHECKS
from tests.support.portal import Portal

SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_document()))


@pytest.fixture(scope="module")
def portal(user: User) -> Portal:
    return Portal(user.stack)


@pytest.fixture(scope="module")
def authorization(portal: Portal) -> dict[str, str]:
    """What an administrator's browser sends along."""
    return {"Authorization": f"Bearer {portal.join('contract@example.com', 'admin')['IdToken']}"}


@SCHEMA.parametrize()
@settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
def test_every_answer_is_as_described(portal, authorization, case):
    case.call_and_validate(base_url=portal.url.removesuffix("/"), headers=authorization, checks=CHECKS)
