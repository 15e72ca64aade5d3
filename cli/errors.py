"""Turning what goes wrong into one sentence for people."""

import sys

from ferry.errors import FerryError


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
        from ferry.stores.access_keys import NO_CREDENTIALS

        return NO_CREDENTIALS
    if isinstance(error, NoRegionError):
        return "No AWS region was found; set AWS_REGION or give the region as an option."
    if isinstance(error, BotoCoreError):
        return f"The request to AWS could not be made: {error}"
    return None
