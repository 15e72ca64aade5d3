"""What keeps a server from starting, told in a sentence."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator


class CannotStartError(RuntimeError):
    """The server cannot start. The message says why, and what to do where that is not plain."""


@contextlib.contextmanager
def refusing_to_start(sentence: str, advice: str = "") -> Iterator[None]:
    """Turn what the system or SQLite refuses into a `CannotStartError`.

    Args:
        sentence: What cannot be done, without a full stop; the reason is put behind it.
        advice: What to do then, as a sentence of its own; may be empty.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise CannotStartError(f"{sentence}: {_reason(error)}. {advice}".rstrip()) from error


def _reason(error: OSError | sqlite3.Error) -> str:
    """The system's words; asyncio's own message would name the address a second time."""
    if not isinstance(error, OSError):
        return str(error)
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return error.strerror or str(error)
