"""Step Functions: starting workflows and waking the one that waits."""

import hashlib
import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_NO_LONGER_WAITING = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class Workflows:
    """The workflows of one deployment."""

    def __init__(self, client: "SFNClient") -> None:
        self._client = client

    def start_run(self, state_machine_arn: str, *, task_id: str, run_id: str, name: str) -> str:
        """Start a run's workflow and return its execution's ARN.

        Args:
            state_machine_arn: The workflow of a run.
            task_id: The run's task.
            run_id: The run.
            name: Of the execution.
        """
        reply = self._client.start_execution(
            stateMachineArn=state_machine_arn,
            name=name,
            input=json.dumps({"task_id": task_id, "run_id": run_id}),
        )
        return reply["executionArn"]

    def stop_run(self, state_machine_arn: str, *, name: str, cause: str) -> None:
        """Stop a run's workflow; one that has ended, or was never started, is fine."""
        try:
            self._client.stop_execution(
                executionArn=_execution_arn(state_machine_arn, name), error="Stopped", cause=cause
            )
        except ClientError as error:
            # ValidationException: an execution that has ended already.
            if error.response["Error"]["Code"] not in {"ExecutionDoesNotExist", "ValidationException"}:
                raise

    def is_started(self, state_machine_arn: str, name: str) -> bool:
        """Tell whether an execution was started; without permission to look it counts as started."""
        try:
            self._client.describe_execution(executionArn=_execution_arn(state_machine_arn, name))
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in {"ExecutionDoesNotExist", "AccessDeniedException"}:
                raise
            return code == "AccessDeniedException"
        return True

    def start_large_object(self, state_machine_arn: str, job: dict[str, str | int | None]) -> None:
        """Start copying one large object; starting it again for the same version and run changes nothing.

        Args:
            state_machine_arn: The large-object workflow.
            job: Its input: ``task_id``, ``run_id``, ``job_id``, ``key``, ``etag`` and more.
        """
        identity = json.dumps([job["run_id"], job["job_id"], job["key"], job["etag"]])
        name = f"{str(job['run_id'])[:40]}-{hashlib.sha256(identity.encode()).hexdigest()[:32]}"
        try:
            self._client.start_execution(stateMachineArn=state_machine_arn, name=name, input=json.dumps(job))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def wake(self, task_token: str, jobs: int) -> None:
        """Tell the run workflow that every job is accounted for; telling it twice is harmless."""
        try:
            self._client.send_task_success(taskToken=task_token, output=json.dumps({"jobs": jobs}))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NO_LONGER_WAITING:
                raise

    def wake_failed(self, task_token: str, reason: str) -> None:
        """Tell the run workflow that waiting is in vain; telling it twice is harmless."""
        try:
            self._client.send_task_failure(
                taskToken=task_token, error="ConfigurationError", cause=reason[:32000]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NO_LONGER_WAITING:
                raise


def _execution_arn(state_machine_arn: str, name: str) -> str:
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{name}"
