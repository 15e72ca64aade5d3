"""What the demonstration puts into the source bucket, and putting it there with plain oss2."""

from __future__ import annotations

import gzip
import mimetypes
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import oss2

from local.demo.selection import RealFile
from local.demo.threads import for_each

PREFIX = "library/"
"""The source prefix of the demonstration's task."""

LARGE_KEY = f"{PREFIX}archives/generated large object.bin"
LARGE_SIZE = (300 << 20) + 12_345
"""Not a whole number of parts, on purpose."""

_PART_SIZE = 16 << 20
_TEXT_SUFFIXES = frozenset((".py", ".pyi", ".json", ".txt", ".md", ".rst", ".yaml", ".toml", ".pyx", ".h"))

# Keys that programs written without care read, write, list or sign wrong.
AWKWARD_NAMES = (
    "with space.txt",
    " leading and trailing ",
    "a+b=c.txt",
    "100% sure.txt",
    "already%20encoded%2Fkey.txt",
    'double "quoted".txt',
    "single 'quoted'.txt",
    "back\\slash\\path.txt",
    "ampersand & <angle> brackets.xml",
    "question?mark#hash.txt",
    "semi;colon,comma:colon@at$dollar!bang.txt",
    "[brackets]{braces}(round)~tilde^caret`backtick|pipe.txt",
    "double//slash///key.txt",
    "trailing slash but content/",
    "漢字/かな/한국어.txt",
    "emoji 🚢 ferry 🐳.txt",
    "astral 𝕬𝖑𝖑 𝟙.txt",
    "Zürich – naïve façade.txt",
    "decomposed e\u0301 and composed é.txt",
    "\u202eright to left.txt",
    "*wild*card?.txt",
    "..dots../...also",
    "-leading-dash",
    "tab\tinside.txt",
    "long/" + "a very long folder name/" * 38 + "end.txt",
)
_DIRECTORIES = ("empty folder/", "nested/empty/folders/", "目录/")
_EMPTY_NAMES = ("empty.txt", "empty", "folder with/empty.bin")
_NOTES = (
    "船运 – Überfahrt № 7 🚢",
    "naïve café",
    "=?not an encoded word",
    "plain text; with, punctuation = fine",
    "渡し船",
)


@dataclass(frozen=True)
class SeedObject:
    """An object of the source bucket.

    Attributes:
        key: Its whole key.
        content: Makes its bytes.
        headers: Content headers by name.
        metadata: User metadata, names in lower case.
        tags: Its tags.
    """

    key: str
    content: Callable[[], bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def request_headers(self) -> dict[str, str | bytes]:
        """All of it as the headers of one OSS request."""
        sent: dict[str, str | bytes] = dict(self.headers)
        # requests sends text as latin-1; OSS takes UTF-8.
        sent |= {f"x-oss-meta-{name}": value.encode() for name, value in self.metadata.items()}
        if self.tags:
            sent["x-oss-tagging"] = urlencode(self.tags, quote_via=quote)
        return sent


def plan_seed(files: Sequence[RealFile]) -> list[SeedObject]:
    """Describe everything but the large object: real files in many forms, and odd keys.

    Args:
        files: Real files, whose names become keys.

    Returns:
        Objects with distinct keys, in no particular order. The same files give the same objects.
    """
    objects = [_from_file(number, file) for number, file in enumerate(files)]
    objects += [
        SeedObject(
            f"{PREFIX}awkward/{name}",
            f"The key of this object ends in {name!r}.\n".encode,
            {"Content-Type": "text/plain; charset=utf-8"},
            {"note": _NOTES[number % len(_NOTES)], "number": str(number)},
        )
        for number, name in enumerate(AWKWARD_NAMES)
    ]
    objects += [SeedObject(PREFIX + name, bytes, {"Content-Type": "text/plain"}) for name in _EMPTY_NAMES]
    objects += [
        SeedObject(PREFIX + name, bytes, {"Content-Type": "application/x-directory"}) for name in _DIRECTORIES
    ]
    return objects


def outside_prefix() -> list[SeedObject]:
    """Neighbours of the prefix that must not be copied."""
    keys = ("library", "library.txt", "library-2/other.txt", "librarx/zzz", "unrelated.txt")
    return [SeedObject(key, "Not part of the task.\n".encode) for key in keys]


def large_object() -> SeedObject:
    """The large object but for its bytes, which ``large_parts`` makes."""
    return SeedObject(
        LARGE_KEY,
        bytes,
        {
            "Content-Type": "application/octet-stream",
            "Cache-Control": "private, max-age=60",
            "Content-Disposition": 'attachment; filename="large.bin"',
            "Content-Language": "en, zh-CN",
            "Expires": "Fri, 31 Dec 2100 23:59:59 GMT",
        },
        {"origin": "generated", "note": _NOTES[0]},
        {"size": "large", "made by": "demo"},
    )


def large_parts(size: int, *, part_size: int = _PART_SIZE) -> Iterator[bytes]:
    """Make the bytes of a large object part by part, the same every time; they do not compress."""
    for number, offset in enumerate(range(0, size, part_size)):
        yield random.Random(number).randbytes(min(part_size, size - offset))


def upload(
    bucket: oss2.Bucket, objects: Iterable[SeedObject], on_object: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Upload many objects at a time.

    Args:
        bucket: Where to.
        objects: What.
        on_object: Told the bytes of every object that is there, from this thread.

    Returns:
        How many objects and bytes there were.
    """

    def put(item: SeedObject) -> int:
        content = item.content()
        bucket.put_object(item.key, content, headers=item.request_headers())
        return len(content)

    count = total = 0

    def add(_: SeedObject, size: int) -> None:
        nonlocal count, total
        count, total = count + 1, total + size
        on_object(size)

    for_each(put, objects, add)
    return count, total


def upload_large(
    bucket: oss2.Bucket, described: SeedObject, size: int, on_bytes: Callable[[int], None] = lambda _: None
) -> None:
    """Upload the large object in parts; one part is held in memory.

    Args:
        bucket: Where to.
        described: Its key and everything but its bytes.
        size: How many bytes.
        on_bytes: Told the bytes of every part that is there.
    """
    upload_id = bucket.init_multipart_upload(described.key, headers=described.request_headers()).upload_id
    parts = []
    for number, content in enumerate(large_parts(size), start=1):
        sent = bucket.upload_part(described.key, upload_id, number, content)
        parts.append(oss2.models.PartInfo(number, sent.etag, size=len(content), part_crc=sent.crc))
        on_bytes(len(content))
    bucket.complete_multipart_upload(described.key, upload_id, parts)


def _from_file(number: int, file: RealFile) -> SeedObject:
    """A real file as an object; which headers, metadata and tags it gets follows from its number."""
    kind, encoding = mimetypes.guess_type(file.name)
    headers = {"Content-Type": kind or "application/octet-stream"}
    content: Callable[[], bytes] = file.path.read_bytes
    if encoding == "gzip":
        # A compressed service model: its type is JSON, and so it is served.
        headers["Content-Encoding"] = "gzip"
    elif number % 8 == 0 and Path(file.name).suffix in _TEXT_SUFFIXES:
        headers["Content-Encoding"] = "gzip"
        content = _gzipped(file.path)
    optional = {
        "Cache-Control": (7, "public, max-age=31536000, immutable"),
        "Content-Disposition": (11, f"attachment; filename*=UTF-8''{quote(Path(file.name).name)}"),
        "Content-Language": (13, "en-GB"),
        "Expires": (17, "Thu, 01 Dec 2050 16:00:00 GMT"),
    }
    headers |= {name: value for name, (every, value) in optional.items() if number % every == 0}
    metadata = {"kind": file.kind, "package": file.name.partition("/")[0]}
    if number % 5 == 0:
        metadata["note"] = _NOTES[number // 5 % len(_NOTES)]
    tags = {}
    if number % 20 == 0:
        tags = {"kind": file.kind, "team": "ferry", "empty": "", "cost centre": f"a+b/{number}:=_-."}
    return SeedObject(PREFIX + file.name, content, headers, metadata, tags)


def _gzipped(path: Path) -> Callable[[], bytes]:
    return lambda: gzip.compress(path.read_bytes(), mtime=0)
