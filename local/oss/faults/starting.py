"""Faults and limits a server begins with, as its command line names them."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from local.oss.faults.limits import AccountLimits, Limits
from local.oss.faults.rules import Rule, Rules
from local.oss.starting import CannotStartError


def read_rules(path: Path) -> Sequence[Rule]:
    """Read a JSON file of fault rules.

    Raises:
        CannotStartError: It cannot be read, or holds something else.
    """
    try:
        return Rules.model_validate_json(path.read_bytes()).rules
    except (OSError, ValidationError) as error:
        raise CannotStartError(f"The fault rules in {path} cannot be used: {error}") from error


def limits_of_every_account(requests_per_second: float | None, bytes_per_second: float | None) -> Limits:
    """Limits that hold for each account by itself.

    Args:
        requests_per_second: None for no limit.
        bytes_per_second: In either direction; None for no limit.
    """
    return Limits(
        every_account=AccountLimits(
            requests_per_second=requests_per_second,
            download_bytes_per_second=bytes_per_second,
            upload_bytes_per_second=bytes_per_second,
        )
    )
