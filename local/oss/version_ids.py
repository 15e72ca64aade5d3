"""Version ids: opaque to clients, but they tell the order of the versions of a key.

OSS's ids are base64url of a small protocol buffer: two constants, a number that grows, 32 random hex
digits. Ours carry the version's sequence as the number, so a listing can go on after a version that was
deleted in the meantime.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping

from local.oss.errors import invalid_argument
from local.oss.records import NULL_VERSION

_HEAD = b"\x08\x01\x10\x05\x18"
_TAIL = b"\x22\x20"


def new_version_id(sequence: int) -> str:
    """An id for a version.

    Args:
        sequence: Place among the versions of its key, at least 1.
    """
    message = _HEAD + _varint(sequence) + _TAIL + secrets.token_hex(16).encode()
    return base64.urlsafe_b64encode(message).decode().rstrip("=")


def sequence_of(version_id: str) -> int | None:
    """The sequence in an id made by `new_version_id`, or None for anything else."""
    try:
        message = base64.b64decode(version_id + "=" * (-len(version_id) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    number, tail = message[len(_HEAD) : -34], message[-34:]
    if not message.startswith(_HEAD) or not tail.startswith(_TAIL) or not 1 <= len(number) <= 9:
        return None
    sequence = 0
    for byte in reversed(number):
        sequence = sequence << 7 | byte & 0x7F
    return sequence


def requested_version(query: Mapping[str, str]) -> str:
    """The version a request names with ``versionId``; empty when it names none.

    Raises:
        OssError: ``InvalidArgument`` for something that cannot be an id.
    """
    version_id = query.get("versionId")
    if version_id is None:
        return ""
    return checked_version_id(version_id)


def checked_version_id(version_id: str) -> str:
    """The id itself.

    Raises:
        OssError: ``InvalidArgument`` for something that cannot be an id.
    """
    if version_id != NULL_VERSION and sequence_of(version_id) is None:
        raise invalid_argument("Invalid version id specified", name="versionId", value=version_id)
    return version_id


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
