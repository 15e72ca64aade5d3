"""Compressing what a GET reads, for clients that accept gzip.

Source: OSS FAQ, "How do I compress objects that I download from OSS in the GZIP format?".
"""

from collections.abc import Mapping

_SMALLEST_BYTES = 1024
_TYPES = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/rss+xml",
        "application/x-javascript",
        "text/cache-manifest",
        "text/css",
        "text/html",
        "text/json",
        "text/plain",
        "text/xml",
    }
)


def is_compressed(request: Mapping[str, str], reply: Mapping[str, str], size: int) -> bool:
    """Whether a whole object is sent compressed: 1 KB and more of text, not encoded yet.

    Args:
        request: Request headers by lower-case name.
        reply: Response headers so far.
        size: Bytes in the object.
    """
    if "gzip" not in request.get("accept-encoding", "") or size < _SMALLEST_BYTES:
        return False
    media_type = reply["Content-Type"].partition(";")[0].strip().lower()
    return media_type in _TYPES and "Content-Encoding" not in reply


def compressed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Response headers of a compressed object: its etag and length are not those of what is sent."""
    dropped = {"Accept-Ranges", "Content-Length", "ETag"}
    kept = {name: value for name, value in headers.items() if name not in dropped}
    return kept | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
