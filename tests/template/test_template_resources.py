import pytest

from local.deployment import ROOT
from tests.support.stack_template import Node, properties, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
MAPPINGS = resources("AWS::Lambda::EventSourceMapping")
QUEUES = resources("AWS::SQS::Queue")
STATEFUL = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup"]
TYPE_NAMES = {
    "AWS::Serverless::LayerVersion": "Layer",
    "AWS::IAM::ManagedPolicy": "Policy",
    "AWS::SQS::QueuePolicy": "Policy",
    "AWS::S3::BucketPolicy": "Policy",
}
# What each function reads, from the contracts of the functions; all read the table and the log level.
ENVIRONMENT = {
    "RunControlFunction": {
        "FERRY_RUN_BUCKET",
        "FERRY_RUN_STATE_MACHINE_ARN",
        "FERRY_PORTAL_URL",
        "FERRY_TASK_TOPIC_PREFIX",
    },
    "IntakeFunction": {"FERRY_EVENT_QUEUE_URL", "FERRY_SENDER_KEY_ARN", "FERRY_EVENTS_URL"},
    "FinderFunction": {"FERRY_RUN_BUCKET", "FERRY_JOB_QUEUE_URL", "FERRY_LARGE_OBJECT_THRESHOLD"},
    "TransferFunction": {
        "FERRY_EVENT_QUEUE_URL",
        "FERRY_JOB_QUEUE_URL",
        "FERRY_LARGE_OBJECT_STATE_MACHINE_ARN",
        "FERRY_LARGE_OBJECT_THRESHOLD",
        "FERRY_MAX_DELIVERIES",
    },
    "MultipartPlanFunction": {"FERRY_UPLOAD_PRINCIPAL"},
    "MultipartCopyFunction": set(),
    "MultipartFinishFunction": {"FERRY_UPLOAD_PRINCIPAL"},
    "DeadLettersFunction": {"FERRY_MAX_DELIVERIES", "FERRY_UPLOAD_PRINCIPAL"},
    "TasksApiFunction": {
        "FERRY_ALARM_EMAIL",
        "FERRY_ARCHITECTURE",
        "FERRY_BROKEN_OFF_QUEUE_ARN",
        "FERRY_DASHBOARD_NAME",
        "FERRY_DEAD_LETTER_QUEUE_URL",
        "FERRY_EVENTS_URL",
        "FERRY_EVENT_QUEUE_ARN",
        "FERRY_EVENT_QUEUE_URL",
        "FERRY_JOB_QUEUE_URL",
        "FERRY_LARGE_OBJECT_THRESHOLD",
        "FERRY_MIRROR_DELETES",
        "FERRY_OBJECT_ACLS",
        "FERRY_REPLICA_BUCKET_ARNS",
        "FERRY_RUN_BUCKET",
        "FERRY_RUN_CONTROL_FUNCTION_ARN",
        "FERRY_RUN_STATE_MACHINE_ARN",
        "FERRY_SCHEDULER_ROLE_ARN",
        "FERRY_SCHEDULE_GROUP",
        "FERRY_SECRET_ARNS",
        "FERRY_SENDER_KEY_ARN",
        "FERRY_STACK_NAME",
        "FERRY_TASK_TOPIC_PREFIX",
    },
}


def referred(node: Node) -> str:
    """The logical id that a Ref or GetAtt names."""
    found = node.get("Ref") or node["Fn::GetAtt"][0]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("name", template()["Resources"])
def test_a_logical_id_ends_in_its_type(name):
    kind = template()["Resources"][name]["Type"]

    assert name.endswith(TYPE_NAMES.get(kind, kind.rpartition("::")[2]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_code_logs_and_limits_of_its_own(name):
    function = properties(name)
    folder = function["CodeUri"]

    assert name == "".join(word.title() for word in folder.removeprefix("functions/").split("_")) + "Function"
    assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == folder.removeprefix(
        "functions/"
    )
    assert referred(function["LoggingConfig"]["LogGroup"]) == name.replace("Function", "LogGroup")
    assert 0 < function["Timeout"] <= 900
    assert function["MemorySize"] <= 1024
    assert function["Description"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gets_only_what_it_reads(name):
    variables = properties(name)["Environment"]["Variables"].keys() - {"POWERTOOLS_SERVICE_NAME"}

    assert variables == ENVIRONMENT[name]


@pytest.mark.parametrize("name", ["TransferFunction", "DeadLettersFunction"])
def test_a_function_knows_how_often_the_queue_delivers(name):
    redrive = template()["Resources"]["JobQueue"]["Properties"]["RedrivePolicy"]

    assert properties(name)["Environment"]["Variables"]["FERRY_MAX_DELIVERIES"] == str(
        redrive["maxReceiveCount"]
    )


def test_every_function_folder_is_deployed():
    folders = {f"functions/{path.parent.name}" for path in (ROOT / "functions").glob("*/app.py")}

    deployed = {function["Properties"]["CodeUri"] for function in FUNCTIONS.values()}
    assert folders == deployed | {properties("ConsoleFunction")["Code"]}


def test_shared_settings_are_the_same_for_all_functions():
    shared = template()["Globals"]["Function"]

    assert shared["Runtime"] == "python3.13"
    assert shared["Architectures"] == [{"Ref": "Architecture"}]
    assert shared["Layers"] == [{"Ref": "CoreLayer"}, {"Ref": "DepsLayer"}]
    assert shared["LoggingConfig"]["LogFormat"] == "JSON"


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_queue_hides_a_message_much_longer_than_its_function_may_take(name):
    # Notifications come again soon after a function died of them.
    times = 1 if name == "EventsEventSourceMapping" else 6
    mapping = properties(name)
    visibility = properties(referred(mapping["EventSourceArn"]))["VisibilityTimeout"]
    timeout = properties(referred(mapping["FunctionName"]))["Timeout"]

    assert times * timeout < visibility + 1 <= 12 * 3600


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_message_that_fails_does_not_repeat_the_others(name):
    assert properties(name)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_number_of_transfers_is_a_parameter():
    scaling = properties("TransferEventSourceMapping")["ScalingConfig"]

    assert scaling == {"MaximumConcurrency": {"Ref": "TransferConcurrency"}}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted_and_keeps_messages_as_long_as_it_can(name):
    assert properties(name)["SqsManagedSseEnabled"] is True
    assert properties(name)["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_a_job_that_kills_its_function_every_time_becomes_a_dead_letter():
    redrive = properties("JobQueue")["RedrivePolicy"]

    assert redrive == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]},
        "maxReceiveCount": 5,
    }


def test_the_table_is_encrypted_can_be_restored_and_forgets():
    table = properties("FerryTable")

    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_the_run_bucket_is_encrypted_private_and_forgets():
    bucket = properties("RunBucket")

    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == {"Ref": "RunHistoryDays"}


@pytest.mark.parametrize("kind", STATEFUL)
def test_what_holds_state_says_what_happens_to_it(kind):
    kept = {"AWS::DynamoDB::Table", "AWS::S3::Bucket"}

    for resource in resources(kind).values():
        policies = {resource["DeletionPolicy"], resource["UpdateReplacePolicy"]}
        assert policies == ({"Retain"} if kind in kept else {"Delete"})


def test_logs_are_kept_for_a_time_that_is_a_parameter():
    groups = resources("AWS::Logs::LogGroup")

    apis = [
        stage for stage in resources("AWS::ApiGatewayV2::Stage") if "AccessLogSettings" in properties(stage)
    ]
    console = 1
    assert len(groups) == len(FUNCTIONS) + console + len(resources("AWS::Serverless::StateMachine")) + len(
        apis
    )
    assert all(properties(name)["RetentionInDays"] == {"Ref": "LogRetentionDays"} for name in groups)


def test_a_failed_large_object_reaches_dead_letters():
    (rule,) = properties("DeadLettersFunction")["Events"].values()

    detail = rule["Properties"]["Pattern"]["detail"]
    assert detail["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert detail["stateMachineArn"] == [{"Ref": "LargeObjectStateMachine"}]


@pytest.mark.parametrize("name", ["RunControlFunction", "DeadLettersFunction"])
def test_an_event_that_no_function_could_take_in_is_kept(name):
    invocation = properties(name)["EventInvokeConfig"]

    assert properties(name)["Events"]
    assert invocation["MaximumRetryAttempts"] == 2
    assert invocation["DestinationConfig"] == {
        "OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": ["BrokenOffQueue", "Arn"]}}
    }


def test_the_outputs_are_those_that_the_command_line_reads():
    assert template()["Outputs"].keys() >= {
        "TableName",
        "JobQueueUrl",
        "RunBucketName",
        "RunStateMachineArn",
        "LargeObjectStateMachineArn",
    }
