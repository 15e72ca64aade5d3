"""Trying out a KMS key for encrypting replicas."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from ferry.errors import ConfigurationError, TransientError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_REMEDIES: Final = {
    "NotFoundException": "correct the task's KMS key; it has to be in the destination's region",
    "DisabledException": "enable the key",
    "KMSInvalidStateException": "enable the key, or cancel its deletion",
    "AccessDeniedException": "add the key's ARN to the stack's KmsKeyArns, and allow it in the key's policy",
    "InvalidKeyUsageException": "give a symmetric key for encryption and decryption",
}


def check_key(client: "KMSClient", key: str) -> None:
    """Ask KMS whether data keys may be made, without making one.

    Raises:
        ConfigurationError: A sentence that says why not, and what to do.
        TransientError: KMS did not answer.

    Source:
        AWS KMS Developer Guide, "Testing your permissions": a dry run that would succeed is answered with
        DryRunOperationException.
    """
    try:
        client.generate_data_key(KeyId=key, KeySpec="AES_256", DryRun=True)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "DryRunOperationException":
            return
        said = f"KMS answered {code} for the key {key}"
        if (remedy := _REMEDIES.get(code)) is not None:
            raise ConfigurationError(f"{said}. To go on: {remedy}.", reason=code) from error
        raise TransientError(f"{said}.", reason=code) from error
    except BotoCoreError as error:
        msg = f"KMS could not be reached: {error}."
        raise TransientError(msg, reason="ConnectionFailed") from error
