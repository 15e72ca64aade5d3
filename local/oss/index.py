"""The index of buckets, objects, uploads and parts: one SQLite database.

Keys are stored as blobs, which SQLite compares byte by byte: the order of OSS listings. Only the event
loop's thread uses the connection, so a lookup and the decision on it are never interleaved with a write.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from local.oss.records import (
    Attributes,
    Bucket,
    Kind,
    ObjectRecord,
    ObjectRow,
    Part,
    StorageClass,
    StoredContent,
    Upload,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, storage_class TEXT NOT NULL, created_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, kind TEXT NOT NULL,
    storage_class TEXT NOT NULL, modified_ms INTEGER NOT NULL, content TEXT NOT NULL, md5 BLOB NOT NULL,
    crc64 TEXT NOT NULL, headers TEXT NOT NULL, tags TEXT NOT NULL, points_at BLOB NOT NULL,
    restored_until_ms INTEGER NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, storage_class TEXT NOT NULL,
    headers TEXT NOT NULL, tags TEXT NOT NULL, initiated_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, upload_id);
CREATE TABLE IF NOT EXISTS parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, content TEXT NOT NULL, size INTEGER NOT NULL,
    md5 BLOB NOT NULL, crc64 TEXT NOT NULL, modified_ms INTEGER NOT NULL,
    PRIMARY KEY (upload_id, number)) WITHOUT ROWID;
"""
_ROW = "key, size, etag, kind, storage_class, modified_ms"
_RECORD = f"{_ROW}, content, md5, crc64, headers, tags, points_at, restored_until_ms"


class Index:
    """Records on disk; every method is one statement or one transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, cached_statements=64)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def put_bucket(self, bucket: Bucket) -> None:
        """Create or change a bucket."""
        self._db.execute(
            "INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)",
            (bucket.name, bucket.storage_class, bucket.created_ms),
        )

    def bucket(self, name: str) -> Bucket | None:
        """Look a bucket up."""
        row = self._db.execute("SELECT * FROM buckets WHERE name = ?", (name,)).fetchone()
        return Bucket(row[0], StorageClass(row[1]), row[2]) if row else None

    def buckets(self) -> Iterator[Bucket]:
        """All buckets in ascending order."""
        for name, storage_class, created_ms in self._db.execute("SELECT * FROM buckets ORDER BY name"):
            yield Bucket(name, StorageClass(storage_class), created_ms)

    def delete_bucket(self, name: str) -> None:
        """Delete a bucket's own record."""
        self._db.execute("DELETE FROM buckets WHERE name = ?", (name,))

    def object(self, bucket: str, key: bytes) -> ObjectRecord | None:
        """Look an object up."""
        query = f"SELECT {_RECORD} FROM objects WHERE bucket = ? AND key = ?"  # noqa: S608 (constants only)
        row = self._db.execute(query, (bucket, key)).fetchone()
        if row is None:
            return None
        (
            _,
            size,
            etag,
            kind,
            storage_class,
            modified_ms,
            content,
            md5,
            crc,
            headers,
            tags,
            points_at,
            until,
        ) = row
        return ObjectRecord(
            key,
            Kind(kind),
            etag,
            StoredContent(content, size, md5, int(crc)),
            Attributes(json.loads(headers), json.loads(tags), StorageClass(storage_class)),
            modified_ms,
            points_at,
            until,
        )

    def put_object(self, bucket: str, record: ObjectRecord) -> None:
        """Create or replace an object."""
        content, attributes = record.content, record.attributes
        self._db.execute(
            f"INSERT OR REPLACE INTO objects (bucket, {_RECORD}) VALUES ({','.join('?' * 14)})",  # noqa: S608
            (
                bucket,
                record.key,
                content.size,
                record.etag,
                record.kind,
                attributes.storage_class,
                record.modified_ms,
                content.name,
                content.md5,
                str(content.crc64),
                json.dumps(dict(attributes.headers)),
                json.dumps(dict(attributes.tags)),
                record.points_at,
                record.restored_until_ms,
            ),
        )

    def delete_object(self, bucket: str, key: bytes) -> None:
        """Delete an object; nothing happens when there is none."""
        self._db.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))

    def object_rows(self, bucket: str, lower: bytes) -> Iterator[ObjectRow]:
        """Objects with keys at or above a bound, ascending."""
        query = f"SELECT {_ROW} FROM objects WHERE bucket = ? AND key >= ? ORDER BY key"  # noqa: S608
        for key, size, etag, kind, storage_class, modified_ms in self._db.execute(query, (bucket, lower)):
            yield ObjectRow(key, size, etag, Kind(kind), StorageClass(storage_class), modified_ms)

    def totals(self, bucket: str) -> tuple[int, int]:
        """Number of objects in a bucket, and their bytes together."""
        query = "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM objects WHERE bucket = ?"
        count, size = self._db.execute(query, (bucket,)).fetchone()
        return count, size

    def put_upload(self, upload: Upload) -> None:
        """Record a new upload."""
        attributes = upload.attributes
        self._db.execute(
            "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                upload.upload_id,
                upload.bucket,
                upload.key,
                attributes.storage_class,
                json.dumps(dict(attributes.headers)),
                json.dumps(dict(attributes.tags)),
                upload.initiated_ms,
            ),
        )

    def uploads(self, bucket: str) -> Iterator[Upload]:
        """A bucket's uploads by key, then upload id."""
        query = "SELECT * FROM uploads WHERE bucket = ? ORDER BY key, upload_id"
        for row in self._db.execute(query, (bucket,)):
            yield _upload(row)

    def upload(self, upload_id: str) -> Upload | None:
        """Look an upload up."""
        row = self._db.execute("SELECT * FROM uploads WHERE upload_id = ?", (upload_id,)).fetchone()
        return _upload(row) if row else None

    def put_part(self, upload_id: str, part: Part) -> StoredContent | None:
        """Record a part and return the content it replaces, if any."""
        query = "SELECT content, size, md5, crc64 FROM parts WHERE upload_id = ? AND number = ?"
        old = self._db.execute(query, (upload_id, part.number)).fetchone()
        content = part.content
        self._db.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                upload_id,
                part.number,
                content.name,
                content.size,
                content.md5,
                str(content.crc64),
                part.modified_ms,
            ),
        )
        return StoredContent(old[0], old[1], old[2], int(old[3])) if old else None

    def parts(self, upload_id: str) -> Iterator[Part]:
        """An upload's parts by number."""
        query = "SELECT * FROM parts WHERE upload_id = ? ORDER BY number"
        for _, number, name, size, md5, crc, modified_ms in self._db.execute(query, (upload_id,)):
            yield Part(number, StoredContent(name, size, md5, int(crc)), modified_ms)

    def delete_upload(self, upload_id: str) -> None:
        """Forget an upload and its parts."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM parts WHERE upload_id = ?", (upload_id,))
        self._db.execute("DELETE FROM uploads WHERE upload_id = ?", (upload_id,))
        self._db.execute("COMMIT")


def _upload(row: tuple[str, str, bytes, str, str, str, int]) -> Upload:
    upload_id, bucket, key, storage_class, headers, tags, initiated_ms = row
    attributes = Attributes(json.loads(headers), json.loads(tags), StorageClass(storage_class))
    return Upload(upload_id, bucket, key, attributes, initiated_ms)
