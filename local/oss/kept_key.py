"""The access key a server makes up when it is given none, kept beside its objects."""

import os
import secrets
from pathlib import Path

from local.oss.credentials import Credential, parse_credential
from local.oss.starting import CannotStartError, refusing_to_start


def kept_key_path(root: Path) -> Path:
    """Where the made-up key of a folder is: one line, ``ID:SECRET``, readable by its owner only."""
    return root / "access-key"


def kept_key(root: Path) -> Credential:
    """Return the key that is kept in a folder, making one up when there is none.

    Raises:
        CannotStartError: The folder cannot be written, or what is there is no key.
    """
    path = kept_key_path(root)
    with refusing_to_start(f"The access key {path} cannot be kept"):
        root.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write(path, f"LOCAL{secrets.token_hex(8).upper()}:{secrets.token_urlsafe(24)}\n")
        text = path.read_text(encoding="utf-8")
    try:
        return parse_credential(text.strip())
    except ValueError as error:
        raise CannotStartError(f"{path} holds no access key ({error}); mend or remove it.") from None


def _write(path: Path, text: str) -> None:
    """Make the whole line appear at once, so that another server never reads half a key."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
