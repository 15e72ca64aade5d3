"""What can go wrong, sorted by what to do about it.

Stores turn every vendor error into one of these; no other module reads a vendor's error code.
"""

from typing import Literal


class FerryError(Exception):
    """The base of all errors that Ferry raises on purpose.

    Attributes:
        reason: A short stable word for reports and filters, such as ``AccessDenied`` or ``Truncated``.
    """

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason or type(self).__name__.removesuffix("Error")


class TransientError(FerryError):
    """Worth trying again: throttling, a server's 5xx, a broken connection, damaged bytes.

    Attributes:
        retry_after_seconds: What the server asked to wait, or None when it did not say.
    """

    def __init__(
        self, message: str, *, reason: str | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message, reason=reason)
        self.retry_after_seconds = retry_after_seconds


class DamagedContentError(TransientError):
    """The bytes that arrived are not the object: wrong length or wrong checksum."""


class ConflictError(FerryError):
    """A conditional write found another replica than the one it expected. Look again and decide again."""


class SourceChangedError(FerryError):
    """The source object is no longer the version that was being copied. Plan again."""


class PartsDifferError(SourceChangedError):
    """The uploaded parts are not the object they were planned from. Plan again."""


class ThrottledError(TransientError):
    """The server refused because of its rate limits.

    Attributes:
        side: Whose server it is.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        retry_after_seconds: float | None = None,
        side: Literal["source", "replica"] = "source",
    ) -> None:
        super().__init__(message, reason=reason, retry_after_seconds=retry_after_seconds)
        self.side = side


class LimitReachedError(FerryError):
    """The task's own limits leave no room for a while. Come again later; nothing has failed.

    Attributes:
        wait_seconds: About how long there is none.
    """

    def __init__(self, message: str, *, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class PermanentError(FerryError):
    """Trying again cannot help; the object is recorded as failed with this reason."""


class ObjectNotFoundError(PermanentError):
    """The object does not exist: a definite 404 NoSuchKey, nothing weaker."""


class ArchivedError(PermanentError):
    """The object is archived and has to be restored before it can be read."""


class RequestError(FerryError):
    """What a person asks for cannot be done as it is asked for; no workflow ever meets it."""


class ConfigurationError(PermanentError):
    """Nothing can work until somebody changes a setting, a key or a permission.

    The message says which one and what to do. It ends the run instead of failing its objects one by one.
    """
