"""ListObjects and ListObjectsV2 as HTTP operations."""

import base64
import binascii

from local.oss import xml
from local.oss.access_control import owner_element
from local.oss.errors import invalid_argument
from local.oss.exchange import Call, Reply, xml_reply
from local.oss.listing import ListQuery, Page, list_page
from local.oss.parameters import Encoder, bounded_number, encoder_for, short_text
from local.oss.records import ObjectRow
from local.oss.restoring import restore_state

DEFAULT_MAX_KEYS = 100
MAX_MAX_KEYS = 1000


async def list_objects(call: Call) -> Reply:
    """ListObjects, or ListObjectsV2 with ``list-type=2``."""
    bucket = call.storage.bucket(call.bucket)
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
    owner = owner_element(bucket) if not version2 or call.query.get("fetch-owner") == "true" else ""
    now = call.storage.now_ms()
    elements += [_contents(row, encoder, owner, now) for row in page.rows]
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


def restore_element(row: ObjectRow, now_ms: int) -> str:
    """The element that tells how far a restore is, if there is one."""
    state = restore_state(row, now_ms) if row.restored_until_ms else ""
    return xml.leaf("RestoreInfo", state) if state else ""


def _contents(row: ObjectRow, encoder: Encoder, owner: str, now_ms: int) -> str:
    # One string instead of xml.branch: a page has a thousand rows, and nothing but the key needs escaping.
    return (
        f"<Contents>{encoder.leaf('Key', row.key)}"
        f"<LastModified>{xml.timestamp(row.modified_ms)}</LastModified>"
        f"<ETag>&quot;{row.etag}&quot;</ETag><Type>{row.kind.value}</Type><Size>{row.size}</Size>"
        f"<StorageClass>{row.storage_class.value}</StorageClass>"
        f"{restore_element(row, now_ms)}{owner}</Contents>"
    )


def _encode_token(after: bytes) -> str:
    return base64.urlsafe_b64encode(after).decode().rstrip("=")


def _decode_token(token: str) -> bytes:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        message = "The continuation token is invalid."
        raise invalid_argument(message, name="continuation-token", value=token) from None
