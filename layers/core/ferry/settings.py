"""What a deployment tells its functions, from their environment."""

import os
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ferry.errors import ConfigurationError

PREFIX: Final = "FERRY_"
_LISTS: Final = frozenset({"replica_bucket_arns", "secret_arns"})
"""Variables that hold several values, separated by commas."""


class Settings(BaseModel):
    """The ``FERRY_…`` variables; a function that does not get one does not need it.

    Attributes:
        large_object_threshold: Bytes from which an object is copied by the large-object workflow.
        part_size: Preferred bytes per part of a large object.
        objects_in_flight: Objects that one transfer function copies at once.
        held_bytes: Bytes of object content that one transfer function holds at once.
        sender_key_arn: The secret that the secrets of senders are derived from.
        events_url: Where senders reach the endpoint of notifications, without a path of its own.
        upload_principal: Name of the role that begins the uploads of large objects.
        portal_url: Of the console; empty where there is none.
        task_topic_prefix: What the ARNs of the tasks' topics begin with.
        run_history_days: How long the failures and minutes of runs are kept.
        max_deliveries: Deliveries of a job after which its objects are given up.
        replica_bucket_arns: Of the buckets that tasks may write to.
        secret_arns: Of the secrets that tasks may name.
        private_sources: Whether OSS may be reached at an address that is not on the internet, as on the
            one-machine stack.
    """

    model_config = ConfigDict(frozen=True)

    table: str = ""
    job_queue_url: str = ""
    event_queue_url: str = ""
    run_bucket: str = ""
    large_object_state_machine_arn: str = ""
    sender_key_arn: str = ""
    events_url: str = ""
    run_state_machine_arn: str = ""
    upload_principal: str = ""
    event_queue_arn: str = ""
    dead_letter_queue_url: str = ""
    schedule_group: str = ""
    scheduler_role_arn: str = ""
    run_control_function_arn: str = ""
    broken_off_queue_arn: str = ""
    replica_bucket_arns: tuple[str, ...] = ()
    secret_arns: tuple[str, ...] = ()
    mirror_deletes: Literal["Allowed", "Denied"] = "Denied"
    object_acls: Literal["Allowed", "Refused"] = "Refused"
    private_sources: Literal["Allowed", "Refused"] = "Refused"
    architecture: str = ""
    stack_name: str = ""
    dashboard_name: str = ""
    alarm_email: str = ""
    portal_url: str = ""
    task_topic_prefix: str = ""
    run_history_days: Annotated[int, Field(ge=1, le=3650)] = 90
    large_object_threshold: Annotated[int, Field(ge=5 * 1024**2, le=5 * 1024**3)] = 512 * 1024**2
    part_size: Annotated[int, Field(ge=5 * 1024**2, le=5 * 1024**3)] = 16 * 1024**2
    objects_in_flight: Annotated[int, Field(ge=1, le=1024)] = 64
    held_bytes: Annotated[int, Field(ge=16 * 1024**2)] = 128 * 1024**2
    max_deliveries: Annotated[int, Field(ge=1, le=100)] = 5

    @classmethod
    def from_environment(cls) -> Self:
        """Read the variables.

        Raises:
            ConfigurationError: One has a value that cannot be.
        """
        values: dict[str, object] = {
            name: os.environ[variable]
            for name in cls.model_fields
            if (variable := f"{PREFIX}{name.upper()}") in os.environ
        }
        for name in _LISTS & values.keys():
            values[name] = tuple(filter(None, str(values[name]).split(",")))
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            wrong = ", ".join(
                f"{PREFIX}{str(entry['loc'][0]).upper()}: {entry['msg']}" for entry in error.errors()
            )
            msg = f"The deployment's settings are wrong: {wrong}. Correct the stack's parameters."
            raise ConfigurationError(msg, reason="InvalidSettings") from error
