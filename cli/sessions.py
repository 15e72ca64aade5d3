"""AWS sessions, of the user's account or of a local stack."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ferry.errors import ConfigurationError

if TYPE_CHECKING:
    import boto3

    from local.stack import LocalStack


def stack_folder() -> Path:
    """Return where the local stack keeps everything: FERRY_LOCAL, or ``.ferry/stack`` here."""
    return Path(os.environ.get("FERRY_LOCAL") or Path(".ferry") / "stack")


def uses_local(asked: bool) -> bool:
    """Tell whether a command works on the local stack."""
    return asked or bool(os.environ.get("FERRY_LOCAL"))


def running_stack() -> "LocalStack":
    """Return the local stack.

    Raises:
        ConfigurationError: There is none, or it does not run.
    """
    from local.stack import load_stack

    folder = stack_folder()
    stack = load_stack(folder)
    if stack is None or not stack.is_running:
        msg = f"No local stack runs in {folder}; start one with `ferry local up` or set FERRY_LOCAL."
        raise ConfigurationError(msg, reason="NoLocalStack")
    return stack


def enter_stack(stack: "LocalStack") -> None:
    """Point this process at a local stack, as its environment variables would."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "OSS_"))]:
        del os.environ[name]
    os.environ.update(stack.aws.environment() | stack.oss.environment())


def aws_session(region: str = "", profile: str = "") -> "boto3.Session":
    """Return a session of a profile's or the environment's credentials; an empty region is the profile's.

    Raises:
        ConfigurationError: There is no such profile.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        return boto3.Session(region_name=region or None, profile_name=profile or None)
    except BotoCoreError as error:
        named_by = "--aws-profile" if profile else "AWS_PROFILE"
        msg = f"The AWS settings cannot be used: {error}. Check {named_by}."
        raise ConfigurationError(msg, reason="InvalidProfile") from error
