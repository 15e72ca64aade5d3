"""The index of multipart uploads and their parts, in the same database as the objects."""

import json
import sqlite3
from collections.abc import Iterator

from local.oss.records import Acl, Attributes, Part, StorageClass, StoredContent, Upload

_SCHEMA = """
CREATE TABLE IF NOT EXISTS uploads (
    upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, storage_class TEXT NOT NULL,
    headers TEXT NOT NULL, tags TEXT NOT NULL, acl TEXT NOT NULL, initiated_ms INTEGER NOT NULL,
    sequential INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_by_key ON uploads (bucket, key, upload_id);
CREATE TABLE IF NOT EXISTS parts (
    upload_id TEXT NOT NULL, number INTEGER NOT NULL, content TEXT NOT NULL, size INTEGER NOT NULL,
    md5 BLOB NOT NULL, crc64 TEXT NOT NULL, modified_ms INTEGER NOT NULL,
    PRIMARY KEY (upload_id, number)) WITHOUT ROWID;
"""


class UploadIndex:
    """Records on disk; every method is one statement or one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._db.executescript(_SCHEMA)

    def put(self, upload: Upload) -> None:
        """Record a new upload."""
        attributes = upload.attributes
        self._db.execute(
            "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                upload.upload_id,
                upload.bucket,
                upload.key,
                attributes.storage_class,
                json.dumps(dict(attributes.headers)),
                json.dumps(dict(attributes.tags)),
                attributes.acl,
                upload.initiated_ms,
                upload.sequential,
            ),
        )

    def in_bucket(self, bucket: str) -> Iterator[Upload]:
        """A bucket's uploads by key, then upload id."""
        query = "SELECT * FROM uploads WHERE bucket = ? ORDER BY key, upload_id"
        for row in self._db.execute(query, (bucket,)):
            yield _upload(row)

    def get(self, upload_id: str) -> Upload | None:
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

    def delete(self, upload_id: str) -> None:
        """Forget an upload and its parts."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM parts WHERE upload_id = ?", (upload_id,))
        self._db.execute("DELETE FROM uploads WHERE upload_id = ?", (upload_id,))
        self._db.execute("COMMIT")


def _upload(row: tuple[str, str, bytes, str, str, str, str, int, int]) -> Upload:
    upload_id, bucket, key, storage_class, headers, tags, acl, initiated_ms, sequential = row
    attributes = Attributes(json.loads(headers), json.loads(tags), StorageClass(storage_class), Acl(acl))
    return Upload(upload_id, bucket, key, attributes, initiated_ms, bool(sequential))
