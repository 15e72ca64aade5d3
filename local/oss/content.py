"""Content files: written once under a random name, then only read.

An overwrite writes a new file and drops the old name; a reader that opened the old one keeps it.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from local.oss.checksums import combine_crc64, crc64
from local.oss.records import StoredContent

EMPTY = StoredContent("", 0, hashlib.md5(b"", usedforsecurity=False).digest(), 0)


class ContentWriter:
    """Receives one content in chunks; ends with `finish` or `discard`."""

    def __init__(self, store: "ContentStore") -> None:
        self._store = store
        self._name = secrets.token_hex(16)
        self._path = store.incoming / self._name
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc64 = 0
        self._size = 0

    def write(self, chunk: bytes) -> None:
        """Append a chunk."""
        self._md5.update(chunk)
        self._crc64 = crc64(chunk, self._crc64)
        self._size += len(chunk)
        view = memoryview(chunk)
        while view:
            view = view[os.write(self._fd, view) :]

    def finish(self) -> StoredContent:
        """Close the content and give it its lasting name."""
        os.close(self._fd)
        self._path.rename(self._store.path(self._name))
        return StoredContent(self._name, self._size, self._md5.digest(), self._crc64)

    def discard(self) -> None:
        """Drop what was written."""
        os.close(self._fd)
        self._path.unlink()


class ContentStore:
    """The folder of content files."""

    def __init__(self, root: Path) -> None:
        self.incoming = root / "incoming"
        self._content = root / "content"
        self.incoming.mkdir(parents=True, exist_ok=True)
        for leftover in self.incoming.iterdir():
            leftover.unlink()
        for number in range(256):
            (self._content / f"{number:02x}").mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a content is."""
        return self._content / name[:2] / name

    def writer(self) -> ContentWriter:
        """Begin a new content."""
        return ContentWriter(self)

    def open(self, content: StoredContent) -> int:
        """Open a content that is not empty and return its file descriptor."""
        # A string instead of `path`: this is on the way of every GET.
        return os.open(f"{self._content}/{content.name[:2]}/{content.name}", os.O_RDONLY)

    def remove(self, content: StoredContent) -> None:
        """Drop a content; readers that opened it keep it."""
        if content.name:
            self.path(content.name).unlink(missing_ok=True)

    def duplicate(self, content: StoredContent) -> StoredContent:
        """A second name for the same bytes, at no cost."""
        if not content.name:
            return content
        name = secrets.token_hex(16)
        os.link(self.path(content.name), self.path(name))
        return StoredContent(name, content.size, content.md5, content.crc64)

    def slice(self, content: StoredContent, offset: int, size: int) -> StoredContent:
        """Copy a range of a content into a new one; reads and writes all of it."""
        writer = self.writer()
        try:
            with self.path(content.name).open("rb") as reader:
                reader.seek(offset)
                while size and (chunk := reader.read(min(size, 1 << 20))):
                    writer.write(chunk)
                    size -= len(chunk)
        except BaseException:
            writer.discard()
            raise
        return writer.finish()

    def join(self, contents: Sequence[StoredContent]) -> StoredContent:
        """Copy contents one after the other into a new one, without hashing them again.

        Returns:
            The new content, with a combined CRC and no MD5.
        """
        name = secrets.token_hex(16)
        path = self.incoming / name
        size, crc = 0, 0
        try:
            with path.open("wb") as joined:
                for content in contents:
                    _copy(self, content, joined.fileno())
                    size += content.size
                    crc = combine_crc64(crc, content.crc64, content.size)
        except BaseException:
            path.unlink()
            raise
        path.rename(self.path(name))
        return StoredContent(name, size, b"", crc)

    def with_md5(self, content: StoredContent) -> StoredContent:
        """The same content with the MD5 it lacks; reads all of it."""
        with self.path(content.name).open("rb") as reader:
            digest = hashlib.file_digest(reader, lambda: hashlib.md5(usedforsecurity=False)).digest()
        return replace(content, md5=digest)

    def extend(self, content: StoredContent, tail: StoredContent) -> StoredContent:
        """Write a content behind another one, in place.

        Readers of the old content only read its old size, and bytes behind that size, left over from
        an append that never became visible, are cut off first.

        Returns:
            The longer content under the same name, without MD5.
        """
        fd = os.open(self.path(content.name), os.O_WRONLY)
        try:
            os.ftruncate(fd, content.size)
            os.lseek(fd, content.size, os.SEEK_SET)
            _copy(self, tail, fd)
        finally:
            os.close(fd)
        crc = combine_crc64(content.crc64, tail.crc64, tail.size)
        return StoredContent(content.name, content.size + tail.size, b"", crc)


def _copy(store: ContentStore, content: StoredContent, out: int) -> None:
    if not content.size:
        return
    fd = store.open(content)
    try:
        left = content.size
        while left:
            copied = os.copy_file_range(fd, out, min(left, 1 << 26))
            if not copied:
                raise OSError(f"content {content.name} is shorter than recorded")
            left -= copied
    finally:
        os.close(fd)
