import json

import pytest

from tests.support.stack_template import Node, properties, resources, statements, template

FUNCTIONS = resources("AWS::Serverless::Function")
ALLOWED = [(name, statement) for name, statement in statements() if statement["Effect"] == "Allow"]
DENIED = [(name, statement) for name, statement in statements() if statement["Effect"] == "Deny"]
# CloudWatch Logs has no resources for log deliveries, X-Ray none for traces, CloudWatch none for metrics.
ONLY_ON_ALL = {"DeliverLogs": {"logs"}, "SendTraces": {"xray"}, "ReadMetrics": {"cloudwatch"}}
OWN = (
    "ReplicaBucketArns",
    "SecretArns",
    "KmsKeyArns",
    "FerryTable",
    "RunBucket",
    "Queue",
    "StateMachine",
    "StackName",
    "RunControlFunction",
    "SenderKeySecret",
    "TaskScheduleGroup",
    "SchedulerRole",
    "ConsoleLogGroup",
)


def as_list(node: object) -> list[object]:
    return node if isinstance(node, list) else [node]


def actions(statement: Node) -> list[str]:
    return [str(action) for action in as_list(statement["Action"])]


def managed(name: str) -> set[str]:
    """The managed policies of this template that a function or workflow always holds."""
    return {policy["Ref"] for policy in properties(name)["Policies"] if "Ref" in policy}


def conditional(name: str) -> dict[str, str]:
    """The managed policies that one holds under a condition, by its name."""
    chosen = [policy["Fn::If"] for policy in properties(name)["Policies"] if "Fn::If" in policy]
    assert all(otherwise == {"Ref": "AWS::NoValue"} for _, _, otherwise in chosen)
    return {condition: policy["Ref"] for condition, policy, _ in chosen}


@pytest.mark.parametrize(("name", "statement"), ALLOWED)
def test_a_statement_has_a_name_and_neither_wildcard_actions_nor_resources(name, statement):
    assert statement["Sid"].isalnum()
    assert not any("*" in action for action in actions(statement))
    if statement["Sid"] in ONLY_ON_ALL:
        assert {action.partition(":")[0] for action in actions(statement)} == ONLY_ON_ALL[statement["Sid"]]
    else:
        assert "*" not in as_list(statement["Resource"])


@pytest.mark.parametrize(("name", "statement"), ALLOWED)
def test_a_statement_touches_only_what_parameters_name_or_this_template_makes(name, statement):
    for resource in as_list(statement["Resource"]):
        text = json.dumps(resource)
        assert text == '"*"' or any(own in text for own in OWN)


def test_no_arn_assumes_the_partition():
    assert not [statement["Sid"] for _, statement in statements() if "arn:aws" in json.dumps(statement)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_uses_the_table_and_no_policy_template_that_grants_more_than_it_says(name):
    kinds = {next(iter(policy)) for policy in properties(name)["Policies"]}

    assert kinds <= {"Ref", "Fn::If", "Statement", "SQSSendMessagePolicy"}
    # The one that strangers reach may read tasks and remember signatures, and nothing else.
    assert ("UseTablePolicy" in managed(name)) == (name != "IntakeFunction")


@pytest.mark.parametrize(
    ("name", "policies"),
    [
        (
            "RunControlFunction",
            {
                "ReadSecretsPolicy",
                "ReadReplicasPolicy",
                "WriteReplicasPolicy",
                "DropUploadsPolicy",
                "EndWaitPolicy",
            },
        ),
        ("FinderFunction", {"ReadSecretsPolicy", "ReadReplicasPolicy"}),
        (
            "TransferFunction",
            {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy", "EndWaitPolicy"},
        ),
        (
            "MultipartPlanFunction",
            {
                "ReadSecretsPolicy",
                "ReadReplicasPolicy",
                "WriteReplicasPolicy",
                "DropUploadsPolicy",
                "EndWaitPolicy",
            },
        ),
        ("MultipartCopyFunction", {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy"}),
        (
            "MultipartFinishFunction",
            {
                "ReadSecretsPolicy",
                "ReadReplicasPolicy",
                "WriteReplicasPolicy",
                "DropUploadsPolicy",
                "EndWaitPolicy",
            },
        ),
        (
            "DeadLettersFunction",
            {"ReadSecretsPolicy", "ReadReplicasPolicy", "DropUploadsPolicy", "EndWaitPolicy"},
        ),
        (
            "TasksApiFunction",
            {"ReadSecretsPolicy", "ReadReplicasPolicy", "WriteReplicasPolicy", "DropUploadsPolicy"},
        ),
    ],
)
def test_a_function_holds_the_shared_permissions_it_needs_and_no_other(name, policies):
    assert managed(name) - {"UseTablePolicy"} == policies


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "IntakeFunction"])
def test_a_function_that_meets_encrypted_buckets_or_secrets_may_use_their_keys(name):
    assert conditional(name)["KmsKeysAreGiven"] == "UseKmsKeysPolicy"
    assert template()["Resources"]["UseKmsKeysPolicy"]["Condition"] == "KmsKeysAreGiven"


def test_only_what_writes_replicas_may_give_them_an_acl_and_only_when_that_is_allowed():
    holders = {name for name in FUNCTIONS if "ObjectAclsAreAllowed" in conditional(name)}

    assert holders == {"TransferFunction", "MultipartPlanFunction"}
    assert template()["Resources"]["SetObjectAclsPolicy"]["Condition"] == "ObjectAclsAreAllowed"
    assert template()["Parameters"]["ObjectAcls"]["Default"] == "Refused"
    assert {name for name, statement in ALLOWED if "s3:PutObjectAcl" in actions(statement)} == {
        "SetObjectAclsPolicy"
    }


@pytest.mark.parametrize("name", resources("AWS::Serverless::StateMachine"))
def test_a_workflow_may_send_traces_where_it_traces(name):
    assert properties(name)["Tracing"] == {"Enabled": {"Fn::If": ["TracingIsActive", True, False]}}
    assert conditional(name) == {"TracingIsActive": "SendTracesPolicy"}
    assert template()["Resources"]["SendTracesPolicy"]["Condition"] == "TracingIsActive"


def test_only_the_tasks_api_may_delete_from_the_table():
    granted = {action for _, statement in ALLOWED for action in actions(statement)}

    assert {action for action in granted if action.startswith("dynamodb:")} == {
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
    }
    assert [name for name, statement in ALLOWED if "dynamodb:DeleteItem" in actions(statement)] == [
        "TasksApiFunction"
    ]


def test_a_role_is_passed_to_the_scheduler_only():
    ((name, statement),) = [(name, one) for name, one in ALLOWED if "iam:PassRole" in actions(one)]

    assert name == "TasksApiFunction"
    assert statement["Resource"] == {"Fn::GetAtt": ["SchedulerRole", "Arn"]}
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_only_functions_that_begin_or_end_uploads_may_list_and_abort_them():
    granted = {
        action: name
        for name, statement in ALLOWED
        for action in actions(statement)
        if "RunBucket" not in json.dumps(statement["Resource"])
    }
    holders = {name for name in FUNCTIONS if "DropUploadsPolicy" in managed(name)}

    assert (
        granted["s3:AbortMultipartUpload"] == granted["s3:ListBucketMultipartUploads"] == "DropUploadsPolicy"
    )
    assert holders == {
        "RunControlFunction",
        "MultipartPlanFunction",
        "MultipartFinishFunction",
        "DeadLettersFunction",
        "TasksApiFunction",
    }


@pytest.mark.parametrize("name", ["MultipartPlanFunction", "MultipartFinishFunction", "DeadLettersFunction"])
def test_whoever_drops_uploads_knows_whose_they_are(name):
    variables = properties(name)["Environment"]["Variables"]

    assert variables["FERRY_UPLOAD_PRINCIPAL"] == {"Ref": "MultipartPlanFunctionRole"}


def test_the_function_that_strangers_reach_touches_only_the_rows_it_needs():
    rows = {
        statement["Sid"]: [str(row) for test in statement["Condition"].values() for row in test.values()]
        for holder, statement in ALLOWED
        if holder == "IntakeFunction" and "dynamodb" in actions(statement)[0]
    }

    assert rows == {"ReadTasks": ["['TASKS']", "false"], "RememberSignatures": ["['SEEN#*']", "false"]}


def test_only_some_send_jobs_and_only_the_transfer_receives_them():
    senders = {name for name in FUNCTIONS if "SQSSendMessagePolicy" in json.dumps(properties(name))}
    receivers = {name for name, statement in ALLOWED if "sqs:ReceiveMessage" in actions(statement)}

    assert senders == {"FinderFunction", "IntakeFunction", "TasksApiFunction", "TransferFunction"}
    assert receivers == {"TransferFunction", "DeadLettersFunction"}


def test_only_where_deletes_are_allowed_may_anything_delete_a_replica_and_only_replicas():
    granted = [
        (name, statement)
        for name, statement in ALLOWED
        if any("Delete" in action and action.startswith("s3:") for action in actions(statement))
    ]
    holders = {name for name in FUNCTIONS if "DeletesAreAllowed" in conditional(name)}

    ((policy, statement),) = granted
    assert (policy, actions(statement)[0]) == ("DeleteReplicasPolicy", "s3:DeleteObject")
    assert template()["Resources"][policy]["Condition"] == "DeletesAreAllowed"
    assert template()["Conditions"]["DeletesAreAllowed"] == {
        "Fn::Equals": [{"Ref": "MirrorDeletes"}, "Allowed"]
    }
    assert template()["Parameters"]["MirrorDeletes"]["Default"] == "Denied"
    assert "ReplicaBucketArns" in json.dumps(statement["Resource"])
    assert holders == {"RunControlFunction", "TasksApiFunction", "TransferFunction"}
    assert {conditional(name)["DeletesAreAllowed"] for name in holders} == {policy}


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
