"""Pages of listings as the clouds write them."""

from collections.abc import Iterable, Mapping
from typing import Final

ROW: Final = {
    "LastModified": "2026-01-31T12:00:00.000Z",
    "ETag": '"E"',
    "Type": "Normal",
    "Size": "1",
    "StorageClass": "Standard",
}


def row_xml(key: str, elements: Mapping[str, str] = ROW) -> str:
    """One entry; the key is the first element and encoded already, unless another place is given for it."""
    given = elements if "Key" in elements else {"Key": key, **elements}
    return "".join(
        ("<Contents>", *(f"<{name}>{value}</{name}>" for name, value in given.items()), "</Contents>")
    )


def page_xml(
    rows: Iterable[str], *, is_truncated: bool = False, token: str | None = None, encoding: str = "url"
) -> bytes:
    """A page with these entries; an empty encoding is none."""
    elements = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<ListBucketResult><Name>b</Name><Prefix></Prefix>",
        f"<EncodingType>{encoding}</EncodingType>" if encoding else "",
        f"<IsTruncated>{str(is_truncated).lower()}</IsTruncated>",
        "" if token is None else f"<NextContinuationToken>{token}</NextContinuationToken>",
        *rows,
        "</ListBucketResult>",
    ]
    return "".join(elements).encode()
