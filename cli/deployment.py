"""Reaching a deployed stack: its table and its workflows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ferry.errors import ConfigurationError

from cli.sessions import aws_session, enter_stack, running_stack, uses_local

if TYPE_CHECKING:
    import boto3
    from ferry.sender.package import EventEntry
    from ferry.task_editor import TaskEditor
    from ferry.tasks.alerts import AlertTopics
    from ferry.tasks.audit import AuditLog, AuditTrail
    from ferry.tasks.control import RunControl
    from ferry.tasks.ledger import Ledger
    from ferry.tasks.schedules import Scheduler
    from ferry.tasks.store import TaskStore
    from ferry.tasks.strays import Strays
    from ferry.workflows import Workflows
    from mypy_boto3_dynamodb.service_resource import Table

    from local.stack import LocalStack


@dataclass(frozen=True)
class Deployment:
    """A deployed stack.

    Attributes:
        outputs: The stack's outputs by name.
        local: The local stack if it is one.
    """

    name: str
    session: "boto3.Session"
    outputs: Mapping[str, str]
    local: "LocalStack | None" = None

    @cached_property
    def _table(self) -> "Table":
        return self.session.resource("dynamodb").Table(self.output("TableName"))

    @cached_property
    def tasks(self) -> "TaskStore":
        """Tasks and runs."""
        from ferry.tasks.store import TaskStore

        return TaskStore(self._table)

    @cached_property
    def ledger(self) -> "Ledger":
        """The accounts of the runs."""
        from ferry.tasks.ledger import Ledger

        return Ledger(self._table)

    @cached_property
    def workflows(self) -> "Workflows":
        """The workflows."""
        from ferry.workflows import Workflows

        return Workflows(self.session.client("stepfunctions"))

    @cached_property
    def control(self) -> "RunControl":
        """What changes the course of runs."""
        from ferry.tasks.control import RunControl

        machine = self.output("RunStateMachineArn")
        return RunControl(self.tasks, self.ledger, self.workflows, machine, self.audit)

    @cached_property
    def editor(self) -> "TaskEditor":
        """What changes tasks."""
        from ferry.task_editor import TaskEditor

        return TaskEditor(self.tasks, self.scheduler, self.alert_topics, self.audit)

    @cached_property
    def audit(self) -> "AuditTrail":
        """Where this user's changes are written down."""
        from ferry.tasks.audit import AuditTrail

        return AuditTrail(self.audit_log, self.session.client("sts").get_caller_identity()["Arn"])

    @cached_property
    def audit_log(self) -> "AuditLog":
        """Everybody's changes."""
        from ferry.tasks.audit import AuditLog

        return AuditLog(self._table)

    @cached_property
    def event_entry(self) -> "EventEntry":
        """Where notifications are taken in."""
        from ferry.sender.package import EventEntry

        names = ("EventsUrl", "EventQueueUrl", "EventQueueArn")
        return EventEntry(*(self.output(name) for name in names))

    @cached_property
    def strays(self) -> "Strays":
        """Messages that no task could take."""
        from ferry.tasks.strays import Strays

        return Strays(self._table)

    @cached_property
    def sender_key(self) -> bytes:
        """The key that the secrets of senders are derived from."""
        secrets = self.session.client("secretsmanager")
        return secrets.get_secret_value(SecretId=self.output("SenderKeyArn"))["SecretString"].encode()

    @cached_property
    def alert_topics(self) -> "AlertTopics":
        """The topics of tasks."""
        from ferry.tasks.alerts import AlertTopics

        return AlertTopics(self.session.client("sns"), self.output("TaskTopicPrefix"))

    @cached_property
    def scheduler(self) -> "Scheduler":
        """The schedules of tasks."""
        from ferry.tasks.schedules import Scheduler

        return Scheduler(
            self.session.client("scheduler"),
            group=self.output("ScheduleGroupName"),
            function_arn=self.output("RunControlFunctionArn"),
            role_arn=self.output("SchedulerRoleArn"),
            dead_letter_arn=self.output("BrokenOffQueueArn"),
        )

    def output(self, name: str) -> str:
        """Return an output of the stack; raises ConfigurationError when it has none of that name."""
        if name not in self.outputs:
            msg = f"The stack {self.name!r} has no output {name}; is it Ferry's, and fully deployed?"
            raise ConfigurationError(msg, reason="NotFerry")
        return self.outputs[name]


def find_deployment(stack: str, region: str, *, local: bool) -> Deployment:
    """Return the local stack if that is asked for, else the named one of the AWS account.

    Raises:
        ConfigurationError: There is no such stack, or it cannot be looked at.
    """
    if uses_local(local):
        running = running_stack()
        enter_stack(running)
        return Deployment("local", aws_session(running.aws.region), running.outputs or {}, running)
    session = aws_session(region)
    return Deployment(stack, session, _outputs(session, stack))


def _outputs(session: "boto3.Session", stack: str) -> dict[str, str]:
    from botocore.exceptions import ClientError

    try:
        found = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        msg = (
            f"There is no stack {stack!r} in {session.region_name}; deploy it with `sam deploy`, "
            "or name another with --stack, --aws-region or AWS_PROFILE."
        )
        raise ConfigurationError(msg, reason="NoStack") from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
