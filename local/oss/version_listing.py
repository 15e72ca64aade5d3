"""ListObjectVersions.

Source: OSS developer reference, "ListObjectVersions (GetBucketVersions)".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from local.oss import xml
from local.oss.access_control import owner_element
from local.oss.bucket_listing import DEFAULT_MAX_KEYS, MAX_MAX_KEYS, restore_element
from local.oss.errors import invalid_argument
from local.oss.exchange import Call, Reply, xml_reply
from local.oss.listing import group_of, successor
from local.oss.parameters import Encoder, bounded_number, encoder_for, short_text
from local.oss.records import NULL_VERSION, Kind, ObjectRow
from local.oss.storage import Storage
from local.oss.version_ids import sequence_of


@dataclass(frozen=True)
class VersionQuery:
    """One page's question.

    Attributes:
        bucket: Bucket name.
        prefix: Only keys that begin with it.
        delimiter: Keys that contain it after the prefix are grouped up to and including it; empty for none.
        key_marker: Only entries after this key or group.
        version_marker: Also versions of that key that are older than this one.
        max_keys: Largest number of versions, delete markers and groups together, at least 1.
    """

    bucket: str
    prefix: bytes = b""
    delimiter: bytes = b""
    key_marker: bytes = b""
    version_marker: str = ""
    max_keys: int = DEFAULT_MAX_KEYS


@dataclass
class VersionPage:
    """One page's answer.

    Attributes:
        rows: Versions and delete markers that belong to no group: keys ascend, new before old.
        newest: Ids of the rows that are the current version of their key, as ``(key, sequence)``.
        groups: Common prefixes.
        next_markers: Key and version id where the next page begins, or None when this is the last page.
    """

    rows: list[ObjectRow] = field(default_factory=list)
    newest: set[tuple[bytes, int]] = field(default_factory=set)
    groups: list[bytes] = field(default_factory=list)
    next_markers: tuple[bytes, str] | None = None


def list_versions_page(storage: Storage, query: VersionQuery) -> VersionPage:
    """Read one page."""
    page = VersionPage()
    last = (b"", "")
    previous_key: bytes | None = None
    below = _marked_sequence(storage, query)
    rows = storage.index.version_rows(query.bucket, max(query.prefix, query.key_marker))
    while (row := next(rows, None)) is not None and row.key.startswith(query.prefix):
        is_newest, previous_key = row.key != previous_key, row.key
        group = group_of(row.key, query.prefix, query.delimiter)
        if _is_passed(row, group, query, below):
            continue
        if len(page.rows) + len(page.groups) == query.max_keys:
            page.next_markers = last
            return page
        if not group:
            last = (row.key, row.version_id)
            page.rows.append(row)
            if is_newest:
                page.newest.add((row.key, row.sequence))
            continue
        last = (group, "")
        page.groups.append(group)
        behind = successor(group)
        if behind is None:
            return page
        rows = storage.index.version_rows(query.bucket, behind)
    return page


def _marked_sequence(storage: Storage, query: VersionQuery) -> int:
    """Versions of the marked key are wanted below this sequence."""
    if query.version_marker == NULL_VERSION:
        marked = storage.index.version(query.bucket, query.key_marker, NULL_VERSION)
        # A null version that is gone left no trace of its place: better to repeat versions than to miss some.
        return marked.sequence if marked else 1 << 62
    return sequence_of(query.version_marker) or 0


def _is_passed(row: ObjectRow, group: bytes, query: VersionQuery, below: int) -> bool:
    if not query.key_marker:
        return False
    if group and group == query.key_marker:
        return True
    return row.key < query.key_marker or (row.key == query.key_marker and row.sequence >= below)


async def list_object_versions(call: Call) -> Reply:
    """ListObjectVersions; buckets without versioning show their objects with the version id ``null``."""
    bucket = call.storage.bucket(call.bucket)
    query = VersionQuery(
        call.bucket,
        short_text(call.query, "prefix"),
        short_text(call.query, "delimiter"),
        short_text(call.query, "key-marker"),
        _version_marker(call),
        bounded_number(call.query, "max-keys", default=DEFAULT_MAX_KEYS, largest=MAX_MAX_KEYS),
    )
    page = list_versions_page(call.storage, query)
    encoder = encoder_for(call.query)
    elements = [
        xml.leaf("Name", call.bucket),
        encoder.leaf("Prefix", query.prefix),
        encoder.leaf("KeyMarker", query.key_marker),
        xml.leaf("VersionIdMarker", query.version_marker),
        xml.leaf("MaxKeys", query.max_keys),
        encoder.leaf("Delimiter", query.delimiter),
        encoder.declaration(),
        xml.leaf("IsTruncated", "false" if page.next_markers is None else "true"),
    ]
    if page.next_markers is not None:
        elements.append(encoder.leaf("NextKeyMarker", page.next_markers[0]))
        elements.append(xml.leaf("NextVersionIdMarker", page.next_markers[1]))
    now, owner = call.storage.now_ms(), owner_element(bucket)
    elements += _rows(page, encoder, owner, now)
    elements += [xml.branch("CommonPrefixes", encoder.leaf("Prefix", group)) for group in page.groups]
    return xml_reply(xml.branch("ListVersionsResult", *elements))


def _version_marker(call: Call) -> str:
    marker = short_text(call.query, "version-id-marker").decode("utf-8", "replace")
    if marker and not call.query.get("key-marker"):
        message = "A version-id marker cannot be specified without a key marker."
        raise invalid_argument(message, name="version-id-marker", value=marker)
    return marker


def _rows(page: VersionPage, encoder: Encoder, owner: str, now_ms: int) -> Iterator[str]:
    for row in page.rows:
        element = "DeleteMarker" if row.kind is Kind.DELETE_MARKER else "Version"
        yield (
            f"<{element}>{encoder.leaf('Key', row.key)}<VersionId>{row.version_id}</VersionId>"
            f"<IsLatest>{'true' if (row.key, row.sequence) in page.newest else 'false'}</IsLatest>"
            f"<LastModified>{xml.timestamp(row.modified_ms)}</LastModified>"
        )
        if row.kind is not Kind.DELETE_MARKER:
            yield (
                f"<ETag>&quot;{row.etag}&quot;</ETag><Type>{row.kind.value}</Type><Size>{row.size}</Size>"
                f"<StorageClass>{row.storage_class.value}</StorageClass>{restore_element(row, now_ms)}"
            )
        yield f"{owner}</{element}>"
