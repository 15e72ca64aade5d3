"""Where stores get the keys they sign with, and what to do when a cloud refuses one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, override

from ferry.errors import ConfigurationError, FerryError, TransientError
from ferry.retry import RetryPolicy
from ferry.stores.signing import AccessKey

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from boto3 import Session

NO_CREDENTIALS: Final = (
    "No AWS credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)


class KeySource(Protocol):
    """Gives the access key of one side; safe to call from several threads."""

    def __call__(self) -> AccessKey:
        """Return the key to sign with now."""

    def renew(self, refused: AccessKey) -> AccessKey:
        """Return the key to use instead of one that was refused; the same when there is no other."""


@dataclass(frozen=True, slots=True)
class FixedKey(KeySource):
    """A key that stays."""

    key: AccessKey

    @override
    def __call__(self) -> AccessKey:
        """Return the key."""
        return self.key

    @override
    def renew(self, refused: AccessKey) -> AccessKey:
        """Return the key, as there is no other."""
        return self.key


class SessionKeys(KeySource):
    """The credentials of an AWS session, which it refreshes by itself when they are about to expire."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @override
    def __call__(self) -> AccessKey:
        """Return the session's credentials; raises ConfigurationError when it has none."""
        return _frozen(self._session)

    @override
    def renew(self, refused: AccessKey) -> AccessKey:
        """Look for credentials where the session found its own, such as in a file that was changed.

        What is found is given to the session, so that its clients use it too.
        """
        import boto3

        profile = self._session.profile_name
        fresh = boto3.Session(profile_name=None if profile == "default" else profile)
        current, found = self._session.get_credentials(), fresh.get_credentials()
        # Credentials that somebody handed to the session are not looked for anywhere.
        if current is not None and found is not None and current.method == found.method:
            key = _frozen(fresh)
            if _frozen(self._session) == refused != key:
                current.access_key, current.secret_key = key.access_key_id, key.secret_access_key
                current.token = key.security_token
        return _frozen(self._session)


def renewed(error: FerryError, keys: KeySource, used: AccessKey, refusals: "Set[str]") -> FerryError:
    """Turn the refusal of a key into an error worth another try when there is another key by now.

    Args:
        error: What a request came to.
        keys: Where its key came from.
        used: The key.
        refusals: The reasons that may lie in the key.
    """
    if isinstance(error, ConfigurationError) and error.reason in refusals and keys.renew(used) != used:
        return TransientError(f"{error} The access key was read again.", reason=error.reason)
    return error


def call[T](operation: "Callable[[], T]", keys: KeySource, refusals: "Set[str]", retry: RetryPolicy) -> T:
    """Make a request, with another key once the first is refused and there is one.

    Args:
        operation: Makes one attempt and raises errors of ours.
        keys: Where its key comes from.
        refusals: The reasons that may lie in the key.
        retry: How often to try.
    """

    def attempt() -> T:
        used = keys()
        try:
            return operation()
        except ConfigurationError as error:
            raise renewed(error, keys, used, refusals) from error

    return retry.call(attempt)


def _frozen(session: "Session") -> AccessKey:
    credentials = session.get_credentials()
    if credentials is None:
        raise ConfigurationError(NO_CREDENTIALS, reason="NoCredentials")
    frozen = credentials.get_frozen_credentials()
    if frozen.access_key is None or frozen.secret_key is None:
        raise ConfigurationError(NO_CREDENTIALS, reason="NoCredentials")
    return AccessKey(frozen.access_key, frozen.secret_key, frozen.token)
