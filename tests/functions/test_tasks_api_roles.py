"""Who may call which route: a table, tried on every route."""

import json

import pytest
from ferry.api.application import openapi_document
from ferry.api.roles import ROUTES, Role

from tests.support.api import call, call_path

DOCUMENT = json.loads(openapi_document())
DESCRIBED = {
    f"{method.upper()} {path.removeprefix('/api/v1')}"
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
}
WITH_IDS = {
    route: route.replace("{task_id}", "photos")
    .replace("{run_id}", "photos-20260131t235959z")
    .replace("{message_id}", "none")
    for route in ROUTES
}


def test_every_route_has_a_role_and_every_role_a_route():
    assert set(ROUTES) == DESCRIBED


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_route_refuses_whoever_is_below_its_role(deployment, route):
    method, path = WITH_IDS[route].split(" ")

    answers = {role: call(method, path, {}, groups=f"[{role.name.lower()}]").status for role in Role}

    assert {role for role, status in answers.items() if status == 403} == {
        role for role in Role if role < ROUTES[route]
    }


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_route_refuses_a_user_without_a_role(deployment, route):
    method, path = WITH_IDS[route].split(" ")

    for groups in ("", "[]", "[administrators viewers]"):
        refused = call(method, path, {}, groups=groups)

        assert (refused.status, refused.json["reason"]) == (403, "NoRole")


@pytest.mark.parametrize("route", sorted(route for route, role in ROUTES.items() if role > Role.VIEWER))
def test_an_odd_spelling_of_a_path_is_no_way_around_a_role(deployment, route):
    method, path = WITH_IDS[route].split(" ")

    for spelled in (f"{path}\n", f"{path}/", path.upper(), f"/{path}"):
        answer = call_path(method, f"/api/v1{spelled}", groups="[viewer]")

        assert answer.status in {403, 404}, spelled


def test_a_group_that_only_holds_the_name_of_a_role_is_none(deployment):
    for groups in ("[photos.admin]", "[eu/admin]", "[ADMIN]"):
        assert call("GET", "/tasks", groups=groups).status == 403


def test_an_access_token_is_no_id_token(deployment):
    refused = call("GET", "/tasks", token_use="access")

    assert (refused.status, refused.json["reason"]) == (403, "NoIdToken")


def test_the_highest_of_several_groups_counts(deployment):
    assert call("GET", "/deployment", groups="[viewer operator]").json["me"]["role"] == "operator"


def test_a_route_that_does_not_exist_is_said_to_be_none(deployment):
    answered = call("GET", "/nothing")

    assert (answered.status, answered.json["reason"]) == (404, "NoRoute")
