"""The index of buckets and of the versions of their objects: one SQLite database.

Keys are stored as blobs, which SQLite compares byte by byte: the order of OSS listings. Versions of a key
follow one another from new to old, so the first one is the current one. Only the event loop's thread uses
the connection, so a lookup and the decision on it are never interleaved with a write.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.oss.records import (
    Acl,
    Attributes,
    Bucket,
    Kind,
    ObjectRecord,
    ObjectRow,
    Payer,
    StorageClass,
    StoredContent,
    Versioning,
)

_FORMAT = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, account TEXT NOT NULL, created_ms INTEGER NOT NULL, storage_class TEXT NOT NULL,
    acl TEXT NOT NULL, versioning TEXT NOT NULL, payer TEXT NOT NULL, archive_direct_read INTEGER NOT NULL,
    encryption TEXT NOT NULL, policy TEXT NOT NULL, redundancy TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS versions (
    bucket TEXT NOT NULL, key BLOB NOT NULL, sequence INTEGER NOT NULL, version_id TEXT NOT NULL,
    size INTEGER NOT NULL, etag TEXT NOT NULL, kind TEXT NOT NULL, storage_class TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, restored_from_ms INTEGER NOT NULL, restored_until_ms INTEGER NOT NULL,
    content TEXT NOT NULL, md5 BLOB NOT NULL, crc64 TEXT NOT NULL, headers TEXT NOT NULL, tags TEXT NOT NULL,
    acl TEXT NOT NULL, points_at BLOB NOT NULL, PRIMARY KEY (bucket, key, sequence DESC)) WITHOUT ROWID;
"""
_ROW = (
    "key, sequence, version_id, size, etag, kind, storage_class, modified_ms, "
    "restored_from_ms, restored_until_ms"
)
_RECORD = f"{_ROW}, content, md5, crc64, headers, tags, acl, points_at"


def open_database(path: Path) -> sqlite3.Connection:
    """Open or create the database.

    Raises:
        RuntimeError: It was written by another version of this program.
    """
    database = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    (written_as,) = database.execute("PRAGMA user_version").fetchone()
    is_new = database.execute("SELECT 1 FROM sqlite_schema").fetchone() is None
    if written_as != _FORMAT and not is_new:
        database.close()
        raise RuntimeError(f"{path} has format {written_as}, this server reads format {_FORMAT}")
    database.execute(f"PRAGMA user_version = {_FORMAT}")
    return database


class Index:
    """Records on disk; every method is one statement or one transaction. Buckets are kept in memory too."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._db.executescript(_SCHEMA)
        self._buckets = {row[0]: _bucket(row) for row in self._db.execute("SELECT * FROM buckets")}

    def put_bucket(self, bucket: Bucket) -> None:
        """Create or change a bucket."""
        row = (
            bucket.name,
            bucket.account,
            bucket.created_ms,
            bucket.storage_class,
            bucket.acl,
            bucket.versioning,
            bucket.payer,
            bucket.archive_direct_read,
            json.dumps(dict(bucket.encryption)),
            bucket.policy,
            bucket.redundancy,
        )
        self._db.execute(f"INSERT OR REPLACE INTO buckets VALUES ({','.join('?' * 11)})", row)  # noqa: S608
        self._buckets[bucket.name] = bucket

    def bucket(self, name: str) -> Bucket | None:
        """Look a bucket up."""
        return self._buckets.get(name)

    def buckets(self) -> list[Bucket]:
        """All buckets in ascending order."""
        return [self._buckets[name] for name in sorted(self._buckets)]

    def delete_bucket(self, name: str) -> None:
        """Delete a bucket's own record."""
        self._db.execute("DELETE FROM buckets WHERE name = ?", (name,))
        self._buckets.pop(name, None)

    def current(self, bucket: str, key: bytes) -> ObjectRecord | None:
        """Look the newest version of a key up; it may be a delete marker."""
        query = (
            f"SELECT {_RECORD} FROM versions WHERE bucket = ? AND key = ? "  # noqa: S608 (constants only)
            "ORDER BY sequence DESC LIMIT 1"
        )
        row = self._db.execute(query, (bucket, key)).fetchone()
        return _record(row) if row else None

    def version(self, bucket: str, key: bytes, version_id: str) -> ObjectRecord | None:
        """Look one version of a key up; it may be a delete marker."""
        query = f"SELECT {_RECORD} FROM versions WHERE bucket = ? AND key = ? AND version_id = ?"  # noqa: S608
        row = self._db.execute(query, (bucket, key, version_id)).fetchone()
        return _record(row) if row else None

    def put_version(self, bucket: str, record: ObjectRecord, replaced: ObjectRecord | None) -> None:
        """Write a version, in place of another one with the same key if there is one to replace."""
        content, attributes = record.content, record.attributes
        # Commits or rolls back if a transaction was begun; a single statement needs none.
        with self._db:
            if replaced is not None and replaced.sequence != record.sequence:
                self._db.execute("BEGIN IMMEDIATE")
                self.delete_version(bucket, replaced)
            self._db.execute(
                f"INSERT OR REPLACE INTO versions (bucket, {_RECORD}) VALUES ({','.join('?' * 18)})",  # noqa: S608
                (
                    bucket,
                    record.key,
                    record.sequence,
                    record.version_id,
                    content.size,
                    record.etag,
                    record.kind,
                    attributes.storage_class,
                    record.modified_ms,
                    record.restored_from_ms,
                    record.restored_until_ms,
                    content.name,
                    content.md5,
                    str(content.crc64),
                    json.dumps(dict(attributes.headers)),
                    json.dumps(dict(attributes.tags)),
                    attributes.acl,
                    record.points_at,
                ),
            )

    def delete_version(self, bucket: str, record: ObjectRecord) -> None:
        """Delete one version; nothing happens when it is gone."""
        self._db.execute(
            "DELETE FROM versions WHERE bucket = ? AND key = ? AND sequence = ?",
            (bucket, record.key, record.sequence),
        )

    def object_rows(self, bucket: str, lower: bytes) -> Iterator[ObjectRow]:
        """Current objects with keys at or above a bound, ascending."""
        listed: bytes | None = None
        for row in self.version_rows(bucket, lower):
            if row.key != listed:
                listed = row.key
                if row.kind is not Kind.DELETE_MARKER:
                    yield row

    def version_rows(self, bucket: str, lower: bytes) -> Iterator[ObjectRow]:
        """All versions and delete markers of keys at or above a bound: ascending, then new before old."""
        query = (
            f"SELECT {_ROW} FROM versions WHERE bucket = ? AND key >= ? "  # noqa: S608 (constants only)
            "ORDER BY key, sequence DESC"
        )
        for row in self._db.execute(query, (bucket, lower)):
            key, sequence, version_id, size, etag, kind, storage_class, modified_ms, readable_from, until = (
                row
            )
            yield ObjectRow(
                key,
                sequence,
                version_id,
                size,
                etag,
                Kind(kind),
                StorageClass(storage_class),
                modified_ms,
                readable_from,
                until,
            )

    def delete_markers(self, bucket: str) -> int:
        """Number of delete markers in a bucket."""
        query = "SELECT COUNT(*) FROM versions WHERE bucket = ? AND kind = ?"
        (count,) = self._db.execute(query, (bucket, Kind.DELETE_MARKER)).fetchone()
        return int(count)

    def totals(self, bucket: str) -> dict[StorageClass, tuple[int, int]]:
        """Number and bytes of a bucket's versions by storage class, without delete markers."""
        query = (
            "SELECT storage_class, COUNT(*), SUM(size) FROM versions "
            "WHERE bucket = ? AND kind != ? GROUP BY storage_class"
        )
        rows = self._db.execute(query, (bucket, Kind.DELETE_MARKER))
        return {StorageClass(name): (count, size) for name, count, size in rows}


def _bucket(row: tuple[Any, ...]) -> Bucket:
    name, account, created_ms, storage_class, acl, versioning, payer, archive_direct_read = row[:8]
    encryption, policy, redundancy = row[8:]
    return Bucket(
        name,
        account,
        created_ms,
        StorageClass(storage_class),
        Acl(acl),
        Versioning(versioning),
        Payer(payer),
        bool(archive_direct_read),
        json.loads(encryption),
        policy,
        redundancy,
    )


def _record(row: tuple[Any, ...]) -> ObjectRecord:
    key, sequence, version_id, size, etag, kind, storage_class, modified_ms, readable_from, until = row[:10]
    content, md5, crc, headers, tags, acl, points_at = row[10:]
    return ObjectRecord(
        key,
        Kind(kind),
        etag,
        StoredContent(content, size, md5, int(crc)),
        Attributes(json.loads(headers), json.loads(tags), StorageClass(storage_class), Acl(acl)),
        modified_ms,
        points_at,
        readable_from,
        until,
        version_id,
        sequence,
    )
