"""Makes ministack a Cognito that the stack's users can sign in to.

Each repair names what AWS does. Seen in ministack 1.5.33; ``tests/workflow/test_workflow_emulated_portal.py``
and ``tests/e2e/test_portal.py`` show what they do.
"""

from __future__ import annotations

import json
from secrets import randbelow
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cognito
from ministack.services.cloudformation import provisioners


def repair() -> None:
    """Apply the repairs to the loaded ministack."""
    _create_users()
    _repair_codes()
    _refuse_what_the_pool_forbids()


def _create_users() -> None:
    """CloudFormation creates users and puts them into groups; ministack knows neither type."""

    def create_user(_id: str, props: dict[str, Any], _stack_name: str) -> tuple[str, dict[str, Any]]:
        _ask(cognito._admin_create_user, props)
        return props["Username"], {}

    def delete_user(username: str, props: dict[str, Any]) -> None:
        cognito._admin_delete_user({**props, "Username": username})

    def attach(_id: str, props: dict[str, Any], _stack_name: str) -> tuple[str, dict[str, Any]]:
        _ask(cognito._admin_add_user_to_group, props)
        return f"{props['UserPoolId']}|{props['GroupName']}|{props['Username']}", {}

    def detach(_id: str, props: dict[str, Any]) -> None:
        cognito._admin_remove_user_from_group(props)

    provisioners._RESOURCE_HANDLERS |= {
        "AWS::Cognito::UserPoolUser": {"create": create_user, "delete": delete_user},
        "AWS::Cognito::UserPoolUserToGroupAttachment": {"create": attach, "delete": detach},
    }


def _ask(operation: Any, props: dict[str, Any]) -> None:
    status, _, body = operation(props)
    if status >= 400:
        raise ValueError(json.loads(body).get("message", body))


def _repair_codes() -> None:
    """A code that recovers a password is random; ministack's is the same for everybody.

    Nor is a password recovered that was never chosen: an invited user signs in with the temporary one.
    """
    send, forgot = cognito._send_verification_email, cognito._forgot_password

    def send_code(
        pool: dict[str, Any], username: str, attributes: Any, code: str, attribute_name: str = "email"
    ) -> Any:
        if attribute_name == "password":
            code = f"{randbelow(10**6):06}"
            cognito._resolve_user(pool, username)[0]["_reset_code"] = code
        return send(pool, username, attributes, code, attribute_name)

    def forgot_password(request: dict[str, Any]) -> Any:
        pool, _ = cognito._pool_for_client(request.get("ClientId"))
        user = cognito._resolve_user(pool, request.get("Username"))[0] if pool else None
        if user and user.get("UserStatus") == "FORCE_CHANGE_PASSWORD":
            return _not_authorized("User password cannot be reset in the current state.")
        return forgot(request)

    cognito._send_verification_email = send_code
    cognito._forgot_password = forgot_password


def _refuse_what_the_pool_forbids() -> None:
    """Nobody signs himself up where only administrators create users, or writes what his client must not.

    Nor does the password that replaces a temporary one break the policy.
    """
    sign_up, update = cognito._sign_up, cognito._update_user_attributes
    respond = cognito._respond_to_auth_challenge

    def sign_up_if_allowed(request: dict[str, Any]) -> Any:
        pool, _ = cognito._pool_for_client(request.get("ClientId"))
        if pool and (pool.get("AdminCreateUserConfig") or {}).get("AllowAdminCreateUserOnly"):
            return _not_authorized("SignUp is not permitted for this user pool")
        return sign_up(request)

    def update_attributes(request: dict[str, Any]) -> Any:
        client_id = cognito._token_claims(request.get("AccessToken")).get("client_id")
        pool, _ = cognito._pool_for_client(client_id)
        writable = pool["_clients"][client_id].get("WriteAttributes") if pool else None
        named = {attribute["Name"] for attribute in request.get("UserAttributes", [])}
        if writable and not named <= set(writable):
            return _not_authorized("A client attempted to write unauthorized attribute")
        return update(request)

    def respond_to_challenge(request: dict[str, Any]) -> Any:
        pool, _ = cognito._pool_for_client(request.get("ClientId"))
        password = request.get("ChallengeResponses", {}).get("NEW_PASSWORD", "")
        if pool and request.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
            return cognito._validate_password(pool, password) or respond(request)
        return respond(request)

    cognito._respond_to_auth_challenge = respond_to_challenge
    cognito._sign_up = sign_up_if_allowed
    cognito._update_user_attributes = update_attributes


def _not_authorized(text: str) -> Any:
    return error_response_json("NotAuthorizedException", text, 400)
