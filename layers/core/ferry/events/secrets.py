"""The secrets of senders: derived from the deployment's one key, so that they can be shown again.

The table holds only nonces; without the key, which lies in Secrets Manager, they are of no use.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from ferry.tasks.real_time import MAX_SECRETS, RealTime, SenderSecret


def secret_of(key: bytes, nonce: str) -> str:
    """Return the secret of a nonce: 43 characters that need no quoting in URLs."""
    digest = hmac.digest(key, b"ferry-sender\n" + nonce.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fresh_secret(client_token: str | None = None) -> SenderSecret:
    """Make up a secret for a wish."""
    return SenderSecret(nonce=secrets.token_hex(16), client_token=client_token)


def current_secret(real_time: RealTime, key: bytes) -> str:
    """Return the secret that senders are to use."""
    return secret_of(key, real_time.secrets[0].nonce)


def is_secret_of(real_time: RealTime, given: str, *, key: bytes, now: datetime) -> bool:
    """Tell whether a secret is one that the task still accepts.

    Every secret is compared, in constant time, whether one before fitted or not.
    """
    told = given.encode("utf-8", "surrogatepass")
    fits = False
    for secret in real_time.secrets:
        is_equal = hmac.compare_digest(secret_of(key, secret.nonce).encode(), told)
        is_valid = secret.valid_until is None or now < secret.valid_until
        fits |= is_equal and is_valid
    return fits


def rotated(
    real_time: RealTime, now: datetime, *, keep: timedelta, client_token: str | None = None
) -> RealTime:
    """Give a task a new secret, unless the same wish made one before that is still accepted.

    Args:
        real_time: As it is.
        now: The current time.
        keep: How long the secret so far is still accepted; nothing or less ends it at once.
        client_token: Names the wish; None for one that is never repeated.
    """
    if client_token is not None and any(one.client_token == client_token for one in real_time.secrets):
        return real_time
    until = now + keep
    older = [
        secret if secret.valid_until is not None and secret.valid_until < until else ended
        for secret in real_time.secrets
        for ended in [secret.model_copy(update={"valid_until": until})]
    ]
    valid = [secret for secret in older if secret.valid_until is not None and secret.valid_until > now]
    kept = (fresh_secret(client_token), *valid)[:MAX_SECRETS]
    return real_time.model_copy(update={"secrets": kept})
