"""The secrets that a deployment may read: their names, never what they hold."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A secret.

    Attributes:
        problem: Why it cannot be used, a sentence that says what to do; None when it can.
    """

    name: str
    arn: str
    description: str
    changed_at: datetime | None
    problem: str | None = None


class SecretList:
    """The secrets of one deployment.

    Args:
        client: Reaches Secrets Manager.
        arns: Of the secrets that the stack's parameter names.
    """

    def __init__(self, client: "SecretsManagerClient", arns: tuple[str, ...]) -> None:
        self._client = client
        self._arns = arns

    def __iter__(self) -> Iterator[NamedSecret]:
        """Yield the secrets, in the order of the parameter."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="secret") as threads:
            yield from threads.map(self._describe, self._arns)

    def _describe(self, arn: str) -> NamedSecret:
        try:
            found = self._client.describe_secret(SecretId=arn)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            name = arn.rpartition(":secret:")[2]
            missing = code == "ResourceNotFoundException"
            problem = (
                "There is no such secret; create it, or correct the stack's SecretArns."
                if missing
                else f"It cannot be looked at: {code}."
            )
            return NamedSecret(name, arn, "", None, problem)
        problem = "It is to be deleted; restore it in Secrets Manager." if "DeletedDate" in found else None
        return NamedSecret(
            found["Name"], found["ARN"], found.get("Description", ""), found.get("LastChangedDate"), problem
        )
