"""ListObjects and ListObjectsV2 as HTTP operations."""

import base64
import binascii

from local.oss import xml
from local.oss.errors import invalid_argument
from local.oss.exchange import Call, Reply, xml_reply
from local.oss.listing import ListQuery, Page, list_page
from local.oss.parameters import Encoder, bounded_number, encoder_for, short_text
from local.oss.records import ObjectRow
from local.oss.service import OWNER

DEFAULT_MAX_KEYS = 100
MAX_MAX_KEYS = 1000


async def list_objects(call: Call) -> Reply:
    """ListObjects, or ListObjectsV2 with ``list-type=2``."""
    call.storage.bucket(call.bucket)
    version2 = call.query.get("list-type") == "2"
    token = call.query.get("continuation-token", "") if version2 else ""
    start = short_text(call.query, "start-after" if version2 else "marker")
    query = ListQuery(
        prefix=short_text(call.query, "prefix"),
        delimiter=short_text(call.query, "delimiter"),
        after=_decode_token(token) if token else start,
        max_keys=bounded_number(call.query, "max-keys", default=DEFAULT_MAX_KEYS, largest=MAX_MAX_KEYS),
    )
    page = list_page(lambda lower: call.storage.index.object_rows(call.bucket, lower), query)
    encoder = encoder_for(call.query)
    elements = [
        xml.leaf("Name", call.bucket),
        encoder.leaf("Prefix", query.prefix),
        xml.leaf("MaxKeys", query.max_keys),
        encoder.leaf("Delimiter", query.delimiter),
        encoder.declaration(),
        xml.leaf("IsTruncated", "false" if page.next_after is None else "true"),
    ]
    if version2:
        elements += _version2_elements(page, encoder, start, token)
    else:
        elements.append(encoder.leaf("Marker", start))
        if page.next_after is not None:
            elements.append(encoder.leaf("NextMarker", page.next_after))
    owner = OWNER if not version2 or call.query.get("fetch-owner") == "true" else ""
    elements += [_contents(row, encoder, owner) for row in page.rows]
    elements += [xml.branch("CommonPrefixes", encoder.leaf("Prefix", group)) for group in page.groups]
    return xml_reply(xml.branch("ListBucketResult", *elements))


def _version2_elements(page: Page[ObjectRow], encoder: Encoder, start: bytes, token: str) -> list[str]:
    elements = [
        encoder.leaf("StartAfter", start),
        xml.leaf("KeyCount", len(page.rows) + len(page.groups)),
    ]
    if token:
        elements.append(encoder.leaf("ContinuationToken", token.encode()))
    if page.next_after is not None:
        elements.append(encoder.leaf("NextContinuationToken", _encode_token(page.next_after).encode()))
    return elements


def _contents(row: ObjectRow, encoder: Encoder, owner: str) -> str:
    # One string instead of xml.branch: a page has a thousand rows, and nothing but the key needs escaping.
    return (
        f"<Contents>{encoder.leaf('Key', row.key)}"
        f"<LastModified>{xml.timestamp(row.modified_ms)}</LastModified>"
        f"<ETag>&quot;{row.etag}&quot;</ETag><Type>{row.kind.value}</Type><Size>{row.size}</Size>"
        f"<StorageClass>{row.storage_class.value}</StorageClass>{owner}</Contents>"
    )


def _encode_token(after: bytes) -> str:
    return base64.urlsafe_b64encode(after).decode().rstrip("=")


def _decode_token(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        message = "The continuation token is invalid."
        raise invalid_argument(message, name="continuation-token", value=token) from None
