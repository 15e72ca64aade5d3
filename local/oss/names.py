"""Names of buckets and objects: what is legal, and how names are percent-encoded.

Source: OSS user guide, "Bucket naming conventions" and "Object naming conventions".
"""

import re
from urllib.parse import quote, unquote_to_bytes

from local.oss.errors import OssError

MAX_KEY_BYTES = 1023
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def check_bucket_name(bucket: str) -> None:
    """Refuse a bucket name outside the naming rules.

    Raises:
        OssError: ``InvalidBucketName``.
    """
    if not _BUCKET.fullmatch(bucket):
        raise OssError(
            400, "InvalidBucketName", "The specified bucket is not valid.", details={"BucketName": bucket}
        )


def check_key(key: bytes) -> None:
    r"""Refuse a key that is empty, longer than 1,023 bytes, not UTF-8, or begins with ``/`` or ``\``.

    Raises:
        OssError: ``InvalidObjectName``.
    """
    if not key:
        raise _invalid_key("The Object name can not be empty.", key)
    if len(key) > MAX_KEY_BYTES:
        raise _invalid_key("The Length of Object name must be less than 1024.", key)
    if key[:1] in {b"/", b"\\"} or not is_utf8(key):
        raise _invalid_key("The specified object is not valid.", key)


def _invalid_key(message: str, key: bytes) -> OssError:
    return OssError(400, "InvalidObjectName", message, details={"ObjectName": key.decode("utf-8", "replace")})


def is_utf8(text: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode_once(text: str) -> bytes:
    """Undo one level of percent-encoding; ``+`` stays ``+``."""
    return unquote_to_bytes(text)


def encode_for_listing(text: str | bytes) -> str:
    """Percent-encode as listings do with ``encoding-type=url``: a space is ``%20``, ``/`` is kept."""
    return quote(text, safe="/")
