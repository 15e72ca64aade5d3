"""Event notifications a server begins with, as its command line names them."""

from pathlib import Path

from pydantic import ValidationError

from local.oss.events.dispatch import Clock
from local.oss.events.notifications import NotificationOptions
from local.oss.events.rules import RuleSet
from local.oss.starting import CannotStartError


def notification_options(rules: Path | None, *, retry_scale: float) -> NotificationOptions:
    """Read who is told about changes, and how.

    Args:
        rules: JSON file of notification rules; None keeps those of the last run.
        retry_scale: Factor on the pauses between tries, at least 0.

    Raises:
        CannotStartError: The file cannot be read, or holds something else.
    """
    return NotificationOptions(_read_rules(rules) if rules else None, Clock(scale=retry_scale))


def _read_rules(path: Path) -> RuleSet:
    try:
        return RuleSet.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CannotStartError(f"The notification rules in {path} cannot be used: {error}") from error
