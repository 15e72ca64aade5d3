"""Wrong response headers."""

from collections.abc import Mapping

from local.oss.faults.kinds import Headers


def changed_headers(headers: Mapping[str, str], fault: Headers) -> dict[str, str]:
    """Headers as a fault changes them; names are compared without regard to case.

    Args:
        headers: What would be sent.
        fault: What to falsify, remove and set, in this order.
    """
    falsify = {name.lower() for name in fault.falsify}
    dropped = {name.lower() for name in (*fault.remove, *fault.set)}
    kept = {
        name: falsified(value) if name.lower() in falsify else value
        for name, value in headers.items()
        if name.lower() not in dropped
    }
    return kept | fault.set


def falsified(value: str) -> str:
    """Another value of the same form: a number stays a number, hex stays hex, base64 stays base64."""
    if value.isdecimal():
        return str(int(value) ^ 1)
    for position, character in enumerate(value):
        if character.isalnum():
            return value[:position] + _another(character) + value[position + 1 :]
    return value + "0"


def _another(character: str) -> str:
    if character.isdecimal():
        return str((int(character) + 1) % 10)
    first, second = ("A", "B") if character.isupper() else ("a", "b")
    return second if character == first else first
