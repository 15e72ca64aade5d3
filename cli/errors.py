"""Turning what goes wrong into one sentence for people."""

import sys
from typing import Final

from ferry.errors import FerryError

_ACCESS_KEY_REASONS: Final = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken", "SecurityTokenExpired"}
)


def explain(error: BaseException) -> str | None:
    """Return a sentence that says what is wrong, or None for an error nobody foresaw."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, FerryError):
        return str(error)
    if "botocore" in sys.modules:
        return _explain_aws(error)
    return None


def _explain_aws(error: BaseException) -> str | None:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    if isinstance(error, ClientError):
        reply = error.response["Error"]
        return f"AWS answered {reply.get('Code', '')} to {error.operation_name}: {reply.get('Message', '')}"
    if isinstance(error, NoCredentialsError):
        return (
            "No AWS credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if isinstance(error, NoRegionError):
        return "No AWS region was found; set AWS_REGION or give the region as an option."
    if isinstance(error, BotoCoreError):
        return f"The request to AWS could not be made: {error}"
    return None
