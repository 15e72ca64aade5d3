"""Server-side encryption as clients see it: names that are kept and told back. Nothing is encrypted.

Source: OSS developer reference, "PutObject", and user guide, "Server-side encryption".
"""

from collections.abc import Mapping

from local.oss.errors import OssError
from local.oss.records import Attributes, Bucket

ALGORITHM = "x-oss-server-side-encryption"
KEY_ID = "x-oss-server-side-encryption-key-id"
KEY_ALGORITHM = "x-oss-server-side-data-encryption"
_NAMES = (ALGORITHM, KEY_ALGORITHM, KEY_ID)
_ALGORITHMS = frozenset({"AES256", "KMS", "SM4"})
_DEFAULT_KEY_ID = "00000000-0000-0000-0000-000000000001"


def encryption_from(headers: Mapping[str, str], bucket: Bucket) -> Mapping[str, str]:
    """How a new object is to be encrypted, as the headers that tell it; empty for not at all.

    KMS without a key takes the account's own.

    Args:
        headers: Header values by lower-case name.
        bucket: Decides for requests that say nothing.

    Raises:
        OssError: ``InvalidEncryptionAlgorithmError``.
    """
    if ALGORITHM in headers:
        chosen: Mapping[str, str] = checked_encryption(
            headers[ALGORITHM], key_id=headers.get(KEY_ID, ""), key_algorithm=headers.get(KEY_ALGORITHM, "")
        )
    else:
        chosen = bucket.encryption
    return {KEY_ID: _DEFAULT_KEY_ID, **chosen} if chosen.get(ALGORITHM) == "KMS" else chosen


def checked_encryption(algorithm: str, *, key_id: str, key_algorithm: str) -> dict[str, str]:
    """The headers that tell an encryption.

    Args:
        algorithm: ``AES256``, ``KMS`` or ``SM4``.
        key_id: A KMS key, counts with ``KMS`` only.
        key_algorithm: ``SM4`` or empty, counts with ``KMS`` only.

    Raises:
        OssError: ``InvalidEncryptionAlgorithmError``.
    """
    if algorithm not in _ALGORITHMS or key_algorithm not in {"", "AES256", "SM4"}:
        message = "The Encryption request you specified is not valid. Supported value: AES256/KMS/SM4."
        raise OssError(400, "InvalidEncryptionAlgorithmError", message)
    if algorithm != "KMS":
        return {ALGORITHM: algorithm}
    named = {ALGORITHM: algorithm, KEY_ID: key_id, KEY_ALGORITHM: key_algorithm}
    return {name: value for name, value in named.items() if value}


def encryption_headers(attributes: Attributes) -> dict[str, str]:
    """Response headers that tell how an object is encrypted."""
    return {name: attributes.headers[name] for name in _NAMES if name in attributes.headers}


def without_encryption(headers: Mapping[str, str]) -> dict[str, str]:
    """An object's headers but those that tell how it is encrypted."""
    return {name: value for name, value in headers.items() if name not in _NAMES}
