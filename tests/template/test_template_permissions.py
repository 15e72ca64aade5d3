import json

import pytest

from tests.support.stack_template import Node, properties, resources, statements

FUNCTIONS = resources("AWS::Serverless::Function")
ALLOWED = [(name, statement) for name, statement in statements() if statement["Effect"] == "Allow"]
DENIED = [(name, statement) for name, statement in statements() if statement["Effect"] == "Deny"]
# CloudWatch Logs has no resources for these.
ONLY_ON_ALL = {"logs"}


def as_list(node: object) -> list[object]:
    return node if isinstance(node, list) else [node]


def actions(statement: Node) -> list[str]:
    return [str(action) for action in as_list(statement["Action"])]


def managed(name: str) -> set[str]:
    """The managed policies of this template that a function holds."""
    return {policy["Ref"] for policy in properties(name)["Policies"] if "Ref" in policy}


@pytest.mark.parametrize(("name", "statement"), ALLOWED)
def test_a_statement_has_a_name_and_neither_wildcard_actions_nor_resources(name, statement):
    assert statement["Sid"].isalnum()
    assert not any("*" in action for action in actions(statement))
    services = {action.partition(":")[0] for action in actions(statement)}
    if not services <= ONLY_ON_ALL:
        assert "*" not in as_list(statement["Resource"])


@pytest.mark.parametrize(("name", "statement"), ALLOWED)
def test_a_statement_touches_only_what_parameters_name_or_this_template_makes(name, statement):
    for resource in as_list(statement["Resource"]):
        text = json.dumps(resource)
        assert text == '"*"' or any(
            own in text
            for own in ("ReplicaBucketArns", "SecretArns", "RunBucket", "Queue", "StateMachine", "StackName")
        )


def test_no_arn_assumes_the_partition():
    assert not [statement["Sid"] for _, statement in statements() if "arn:aws" in json.dumps(statement)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_uses_the_table_and_no_policy_template_that_grants_more_than_it_says(name):
    templates = {next(iter(policy)) for policy in properties(name)["Policies"]} - {"Statement", "Ref"}

    assert templates - {"SQSSendMessagePolicy"} == {"DynamoDBCrudPolicy"}


@pytest.mark.parametrize(
    ("name", "policies"),
    [
        (
            "RunControlFunction",
            {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy", "EndWaitPolicy"},
        ),
        ("FinderFunction", {"ReadSecretsPolicy", "ReadReplicasPolicy"}),
        (
            "TransferFunction",
            {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy", "EndWaitPolicy"},
        ),
        ("MultipartCopyFunction", {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy"}),
        ("DeadLettersFunction", {"ReadReplicasPolicy", "EndWaitPolicy"}),
    ],
)
def test_a_function_holds_the_shared_permissions_it_needs_and_no_other(name, policies):
    assert managed(name) == policies


def test_only_the_finder_sends_jobs_and_only_the_transfer_receives_them():
    senders = {name for name in FUNCTIONS if "SQSSendMessagePolicy" in json.dumps(properties(name))}
    receivers = {name for name, statement in ALLOWED if "sqs:ReceiveMessage" in actions(statement)}

    assert senders == {"FinderFunction"}
    assert receivers == {"TransferFunction", "DeadLettersFunction"}


def test_nothing_may_delete_a_replica():
    assert not [
        action for _, statement in ALLOWED for action in actions(statement) if "DeleteObject" in action
    ]


@pytest.mark.parametrize("name", [*resources("AWS::SQS::Queue"), *resources("AWS::S3::Bucket")])
def test_a_queue_or_bucket_refuses_what_does_not_come_by_tls(name):
    (statement,) = [statement for holder, statement in DENIED if holder == f"{name}Policy"]

    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {"Fn::GetAtt": [name, "Arn"]} in as_list(statement["Resource"])


@pytest.mark.parametrize("name", resources("AWS::Serverless::StateMachine"))
def test_a_workflow_may_start_and_follow_only_its_own_map_runs(name):
    own = properties(name)["Name"]["Fn::Sub"]
    granted = {
        action: json.dumps(statement["Resource"])
        for holder, statement in ALLOWED
        if holder == name
        for action in actions(statement)
    }

    assert granted.keys() == {"states:StartExecution", "states:DescribeExecution", "states:StopExecution"}
    assert f":stateMachine:{own}" in granted["states:StartExecution"]
    assert f":execution:{own}:*" in granted["states:StopExecution"]
    assert f":execution:{own}/*" in granted["states:StopExecution"]
