"""Signing in to the portal, and what its API answers to whom, on the deployed stack."""

import base64
import json
import re
import time

import pytest
import requests
from botocore.exceptions import ClientError
from pycognito.exceptions import ForceChangePasswordException

from local import mailbox
from local.stack import ADMIN_EMAIL
from tests.e2e.conftest import User
from tests.support.portal import PASSWORD, Portal

METHODS = ("GET", "POST", "PUT", "DELETE")
VIEWER = "viewer@example.com"


@pytest.fixture(scope="module")
def portal(user: User) -> Portal:
    return Portal(user.stack)


@pytest.fixture(scope="module")
def viewer(portal: Portal) -> dict[str, str]:
    """The tokens of somebody who signed in with a temporary password and chose another."""
    return portal.join(VIEWER, "viewer")


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def segment(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def raised(work):
    with pytest.raises(ClientError) as error:
        work()
    return error.value.response["Error"]["Code"]


def test_the_portal_serves_the_console_which_finds_everything_from_there(portal):
    page = requests.get(portal.url, timeout=60)
    (script,) = re.findall(r'<script[^>]+src="\./([^"]+)"', page.text)
    loaded = requests.get(portal.url + script, timeout=60)
    configuration = requests.get(f"{portal.url}config.json", timeout=60).json()

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (loaded.status_code, loaded.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in loaded.headers["cache-control"]
    assert requests.get(portal.url.removesuffix("/"), timeout=60).url == portal.url
    assert configuration["user_pool_id"] == portal.output("UserPoolId")
    assert configuration["client_id"] == portal.output("UserPoolClientId")
    assert configuration["cognito_endpoint"] == portal.stack.aws.endpoint


def test_a_page_that_did_not_change_is_not_sent_again(portal):
    first = requests.get(portal.url, timeout=60)
    again = requests.get(portal.url, headers={"If-None-Match": first.headers["etag"]}, timeout=60)
    head = requests.head(portal.url, timeout=60)

    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == first.headers["etag"]


def test_a_page_from_elsewhere_may_ask_cognito_but_not_the_api(portal):
    asks = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}

    cognito = requests.options(portal.stack.aws.endpoint, headers=asks, timeout=60)
    api = requests.options(f"{portal.url}api/v1/tasks", headers=asks, timeout=60)

    assert cognito.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in api.headers


def test_the_first_administrator_was_invited_and_must_choose_a_password(portal):
    (invitation, *_) = mailbox.mails(portal.stack.mailbox, ADMIN_EMAIL)
    temporary = mailbox.temporary_password(portal.stack.mailbox, ADMIN_EMAIL)

    assert f"Portal: {portal.url}\n" in invitation.text
    assert f"E-mail address: {ADMIN_EMAIL}\n" in invitation.text
    assert f"Temporary password: {temporary}\n" in invitation.text


def test_a_temporary_password_is_good_for_choosing_another_only(portal):
    email = "new@example.com"
    temporary = portal.invite(email, "admin")

    with pytest.raises(ForceChangePasswordException):
        portal.sign_in(email, temporary)
    assert raised(lambda: portal.first_sign_in(email, temporary, "short")) == "InvalidPasswordException"
    assert claims(portal.first_sign_in(email, temporary)["IdToken"])["cognito:groups"] == ["admin"]
    assert raised(lambda: portal.sign_in(email, temporary)) == "NotAuthorizedException"
    assert claims(portal.sign_in(email)["IdToken"])["email"] == email


def test_whoever_signed_in_reaches_the_api_as_himself(portal, viewer):
    answer = portal.ask("GET", "deployment", viewer["IdToken"])

    assert answer.status_code == 200
    assert VIEWER in answer.text


def test_a_session_is_refreshed_until_its_user_signs_out(portal, viewer):
    tokens = portal.sign_in(VIEWER)

    def refresh():
        return portal.cognito.initiate_auth(
            AuthFlow="REFRESH_TOKEN_AUTH",
            ClientId=portal.output("UserPoolClientId"),
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )["AuthenticationResult"]

    assert portal.ask("GET", "deployment", refresh()["IdToken"]).status_code == 200
    portal.cognito.revoke_token(Token=tokens["RefreshToken"], ClientId=portal.output("UserPoolClientId"))
    assert raised(refresh) == "NotAuthorizedException"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_without_a_token_nothing_is_answered(portal, method, token):
    answer = portal.ask(method, "tasks", token)

    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("method", METHODS)
def test_a_token_that_was_changed_is_refused(portal, viewer, method):
    header, body, signature = viewer["IdToken"].split(".")
    promoted = segment({**claims(viewer["IdToken"]), "cognito:groups": ["admin"]})
    unsigned = segment({"alg": "none", "typ": "JWT"})

    for forged in (
        f"{header}.{promoted}.{signature}",
        f"{unsigned}.{promoted}.",
        f"{unsigned}.{body}.{signature}",
    ):
        assert portal.ask(method, "tasks", forged).status_code == 401


def test_a_token_of_another_client_or_pool_is_refused(portal, user, viewer):
    administrator = user.aws("cognito-idp")
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    foreign_pool = administrator.create_user_pool(PoolName="foreign")["UserPool"]["Id"]
    administrator.admin_create_user(UserPoolId=foreign_pool, Username=VIEWER, MessageAction="SUPPRESS")
    administrator.admin_set_user_password(
        UserPoolId=foreign_pool, Username=VIEWER, Password=PASSWORD, Permanent=True
    )

    for pool in (foreign_pool, portal.output("UserPoolId")):
        client = administrator.create_user_pool_client(
            UserPoolId=pool, ClientName="foreign", ExplicitAuthFlows=flows
        )["UserPoolClient"]["ClientId"]
        foreign = administrator.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": VIEWER, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]["IdToken"]
        assert claims(foreign)["iss"].endswith(pool)
        assert portal.ask("GET", "deployment", foreign).status_code == 401


def test_a_token_that_has_expired_is_refused(portal, user, viewer):
    administrator = user.aws("cognito-idp")
    which = {"UserPoolId": portal.output("UserPoolId"), "ClientId": portal.output("UserPoolClientId")}
    described = administrator.describe_user_pool_client(**which)["UserPoolClient"]
    dates = {"CreationDate", "LastModifiedDate"}
    kept = {name: value for name, value in described.items() if name not in dates and value not in ("", [])}
    units = {**kept["TokenValidityUnits"], "IdToken": "seconds"}
    administrator.update_user_pool_client(**{**kept, "IdTokenValidity": 3, "TokenValidityUnits": units})
    try:
        token = portal.sign_in(VIEWER)["IdToken"]
    finally:
        administrator.update_user_pool_client(**kept)

    assert portal.ask("GET", "deployment", token).status_code == 200
    deadline = time.monotonic() + 30
    while (answer := portal.ask("GET", "deployment", token)).status_code == 200:
        assert time.monotonic() < deadline
    assert answer.status_code == 401
    assert claims(token)["exp"] <= time.time()


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_not_reach_the_api_with_a_token_either(portal, viewer, method):
    assert portal.ask(method, "tasks", viewer["IdToken"]).status_code in {403, 404}


def test_a_forgotten_password_is_replaced_with_a_code_sent_by_mail(portal):
    email, client = "forgetful@example.com", {"ClientId": portal.output("UserPoolClientId")}
    portal.join(email, "viewer")

    portal.cognito.forgot_password(**client, Username=email)
    code = portal.newest_code(email)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    replaced = {**client, "Username": email, "Password": "Another-horse-battery-8"}

    assert raised(lambda: portal.cognito.confirm_forgot_password(**replaced, ConfirmationCode=wrong)) == (
        "CodeMismatchException"
    )
    portal.cognito.confirm_forgot_password(**replaced, ConfirmationCode=code)
    assert portal.sign_in(email, replaced["Password"])["IdToken"]
    assert raised(lambda: portal.sign_in(email, PASSWORD)) == "NotAuthorizedException"


def test_strangers_learn_nothing_and_cannot_sign_up(portal):
    client, nobody = portal.output("UserPoolClientId"), "nobody@example.com"
    before = len(mailbox.mails(portal.stack.mailbox))

    assert raised(lambda: portal.sign_in(nobody)) == "NotAuthorizedException"
    assert portal.cognito.forgot_password(ClientId=client, Username=nobody)["CodeDeliveryDetails"]
    assert raised(lambda: portal.cognito.sign_up(ClientId=client, Username=nobody, Password=PASSWORD)) == (
        "NotAuthorizedException"
    )
    assert len(mailbox.mails(portal.stack.mailbox)) == before


def test_the_command_line_shows_the_mailbox(user):
    answer = user.ferry("local", "mail", "--to", ADMIN_EMAIL)

    assert "You may sign in to Ferry" in answer.stdout
    assert "Temporary password: " in answer.stdout
