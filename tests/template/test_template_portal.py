import re

import pytest

from tests.support.stack_template import properties, resources, template

PARAMETERS = template()["Parameters"]
ROUTES = {
    name: route["Properties"]
    for name, route in resources("AWS::ApiGatewayV2::Route").items()
    if route["Properties"]["ApiId"] == {"Ref": "PortalApi"}
}
POOL = {"Ref": "PortalUserPool"}


def goes_to(route, integration):
    return ROUTES[route]["Target"] == {"Fn::Sub": f"integrations/${{{integration}}}"}


def test_whatever_reaches_the_tasks_api_was_let_through_by_the_authorizer():
    guarded = {name for name in ROUTES if goes_to(name, "TasksApiIntegration")}

    assert {ROUTES[name]["RouteKey"] for name in guarded} == {
        f"{method} /api/v1/{{proxy+}}" for method in ("GET", "POST", "PUT", "DELETE")
    }
    for name in guarded:
        assert ROUTES[name]["AuthorizationType"] == "JWT"
        assert ROUTES[name]["AuthorizerId"] == {"Ref": "PortalAuthorizer"}


def test_everything_else_is_the_console_which_strangers_may_only_read():
    open_ones = {name for name in ROUTES if not goes_to(name, "TasksApiIntegration")}

    assert all(goes_to(name, "ConsoleIntegration") for name in open_ones)
    assert {ROUTES[name]["RouteKey"] for name in open_ones} == {
        f"{method} {path}" for method in ("GET", "HEAD") for path in ("/", "/{proxy+}")
    }


def test_no_route_leaves_it_to_its_kind_which_one_wins():
    keys = [route["RouteKey"] for route in ROUTES.values()]

    assert not [key for key in keys if key.startswith(("ANY ", "$default"))]


def test_the_api_believes_tokens_of_the_stacks_own_pool_and_client_only():
    authorizer = properties("PortalAuthorizer")

    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    assert authorizer["JwtConfiguration"] == {
        "Issuer": {"Fn::Sub": "https://${PortalUserPool.ProviderName}"},
        "Audience": [{"Ref": "PortalUserPoolClient"}],
    }


def test_the_access_log_holds_nothing_that_lets_anybody_in():
    text = properties("PortalStage")["AccessLogSettings"]["Format"]
    named = set(re.findall(r"\$context\.([\w.]+)", text))

    assert {"requestId", "identity.sourceIp", "routeKey", "status", "authorizer.claims.sub"} <= named
    assert not [name for name in named if "header" in name.lower() or "query" in name.lower()]


def test_requests_of_strangers_are_throttled():
    throttling = properties("PortalStage")["DefaultRouteSettings"]

    assert throttling == {"ThrottlingRateLimit": 100, "ThrottlingBurstLimit": 200}


def test_users_are_invited_and_sign_in_by_email_with_a_long_password():
    pool = properties("PortalUserPool")

    assert pool["UsernameAttributes"] == pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert [way["Name"] for way in pool["AccountRecoverySetting"]["RecoveryMechanisms"]] == ["verified_email"]


def test_an_invitation_says_where_to_go_as_whom_and_with_what():
    text, values = properties("PortalUserPool")["AdminCreateUserConfig"]["InviteMessageTemplate"][
        "EmailMessage"
    ]["Fn::Sub"]

    assert values["Url"] == template()["Outputs"]["PortalUrl"]["Value"]
    assert {"${Url}", "{username}", "{####}"} <= set(re.findall(r"\$?\{[\w#]+\}", text))


def test_a_password_never_leaves_the_browser_and_a_session_ends():
    client = properties("PortalUserPoolClient")

    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert set(client["TokenValidityUnits"].values()) == {"hours"}
    assert (client["IdTokenValidity"], client["AccessTokenValidity"], client["RefreshTokenValidity"]) == (
        1,
        1,
        12,
    )


def test_nobody_changes_the_address_that_the_audit_log_names_him_by():
    assert properties("PortalUserPoolClient")["WriteAttributes"] == ["name"]


def test_the_first_user_is_an_administrator():
    user = properties("AdminUserPoolUser")

    assert user["Username"] == {"Ref": "AdminEmail"}
    assert {one["Name"]: one["Value"] for one in user["UserAttributes"]} == {
        "email": {"Ref": "AdminEmail"},
        "email_verified": "true",
    }
    assert properties("AdminUserPoolUserToGroupAttachment") == {
        "UserPoolId": POOL,
        "Username": {"Ref": "AdminUserPoolUser"},
        "GroupName": {"Ref": "AdminUserPoolGroup"},
    }


def test_there_is_a_group_for_each_role():
    groups = resources("AWS::Cognito::UserPoolGroup")

    assert {group["Properties"]["GroupName"] for group in groups.values()} == {"admin", "operator", "viewer"}


@pytest.mark.parametrize(
    "kind", ["AWS::Cognito::UserPool", "AWS::Cognito::UserPoolGroup", "AWS::Cognito::UserPoolUser"]
)
def test_users_and_their_roles_outlive_the_stack(kind):
    assert {resource["DeletionPolicy"] for resource in resources(kind).values()} == {"Retain"}


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("admin@example.com", True),
        ("first.last+ferry@sub.example.co", True),
        ("", False),
        ("admin", False),
        ("admin@example", False),
        ("a@b.cc,d@e.ff", False),
        ("<admin@example.com>", False),
    ],
)
def test_the_administrators_address_is_checked_before_anything_is_deployed(value, fits):
    assert bool(re.search(PARAMETERS["AdminEmail"]["AllowedPattern"], value)) == fits


def test_the_console_may_write_its_log_and_nothing_else():
    (policy,) = properties("ConsoleRole")["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert properties("ConsoleFunction")["Role"] == {"Fn::GetAtt": ["ConsoleRole", "Arn"]}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == {"Fn::GetAtt": ["ConsoleLogGroup", "Arn"]}
    assert "Layers" not in properties("ConsoleFunction")


def test_a_distribution_keeps_nothing_but_assets_and_is_optional():
    distribution = resources("AWS::CloudFront::Distribution")["PortalDistribution"]
    config = distribution["Properties"]["DistributionConfig"]
    disabled, optimized = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"

    assert distribution["Condition"] == "PortalCdnIsEnabled"
    assert PARAMETERS["PortalCdn"]["Default"] == "Disabled"
    assert config["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    assert {one["PathPattern"]: one["CachePolicyId"] for one in config["CacheBehaviors"]} == {
        "assets/*": optimized
    }
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
