"""OSS access keys from Secrets Manager."""

import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, override

from botocore.exceptions import ClientError

from ferry.errors import ConfigurationError, TransientError
from ferry.stores.access_keys import KeySource
from ferry.stores.signing import AccessKey

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEEP_SECONDS: Final = 300.0
RENEW_SECONDS: Final = 5.0
"""A secret that was read so recently is not read again because its key is refused."""
_FORMAT: Final = '{"access_key_id": "…", "secret_access_key": "…"}'


class SecretCredentials(KeySource):
    """A secret's access key, read when first needed, every five minutes, and when it is refused.

    Args:
        client: Of the region the secret is in.
        secret: Name or ARN.
        clock: Returns seconds that only grow.
    """

    def __init__(
        self, client: "SecretsManagerClient", secret: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: AccessKey | None = None
        self._read_at = 0.0

    @override
    def __call__(self) -> AccessKey:
        """Return the access key; raises as ``read_secret``."""
        with self._lock:
            return self._key(KEEP_SECONDS)

    @override
    def renew(self, refused: AccessKey) -> AccessKey:
        """Return the key to use instead of a refused one; raises as ``read_secret``.

        However many requests are refused at once, the secret is read once.
        """
        with self._lock:
            return self._key(RENEW_SECONDS if self._kept == refused else KEEP_SECONDS)

    def _key(self, keep_seconds: float) -> AccessKey:
        if self._kept is None or self._clock() >= self._read_at + keep_seconds:
            self._kept = read_secret(self._client, self._secret)
            self._read_at = self._clock()
        return self._kept


def read_secret(client: "SecretsManagerClient", secret: str) -> AccessKey:
    """Read an access key.

    Args:
        client: Of the region the secret is in.
        secret: Name or ARN of a secret in the form ``{"access_key_id", "secret_access_key"}``, with
            ``security_token`` for a temporary key.

    Raises:
        ConfigurationError: There is no such secret, it may not be read, or it has another form.
        TransientError: Secrets Manager did not answer.
    """
    try:
        text = client.get_secret_value(SecretId=secret).get("SecretString", "")
    except ClientError as error:
        raise _refusal(error, secret) from error
    return parse_secret(text, secret)


def parse_secret(text: str, secret: str) -> AccessKey:
    """Read the text of a secret; errors name the secret and never show its text.

    Raises:
        ConfigurationError: It has another form.
    """
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        msg = f"The secret {secret!r} is not JSON; store it as plaintext {_FORMAT}."
        raise ConfigurationError(msg, reason="InvalidSecret")
    missing = [name for name in ("access_key_id", "secret_access_key") if not _is_text(fields.get(name))]
    if missing:
        msg = f"The secret {secret!r} lacks {' and '.join(missing)}; store it as plaintext {_FORMAT}."
        raise ConfigurationError(msg, reason="InvalidSecret")
    names = ("access_key_id", "secret_access_key", "security_token")
    key_id, secret_key, token = (str(fields.get(name) or "").strip() for name in names)
    return AccessKey(key_id, secret_key, token or None)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _refusal(error: ClientError, secret: str) -> ConfigurationError | TransientError:
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        msg = f"There is no secret {secret!r}; create it in Secrets Manager or correct the task's secret."
    elif code in {"AccessDeniedException", "AccessDenied"}:
        msg = (
            f"The secret {secret!r} may not be read; add its ARN to the stack's SecretArns and deploy again."
        )
    elif code in {"InternalServiceError", "ThrottlingException"}:
        return TransientError(f"Secrets Manager answered {code}.", reason=code)
    else:
        msg = f"The secret {secret!r} cannot be read: {code}. Check it in Secrets Manager."
    return ConfigurationError(msg, reason=code)
