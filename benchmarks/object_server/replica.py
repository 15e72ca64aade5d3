"""The replica side: S3 writes under conditions, multipart uploads, heads and listings."""

import hashlib
import itertools
import re
import zlib
from base64 import b64encode
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from benchmarks.object_server.aws_chunked import AwsChunked
from benchmarks.object_server.content import crc64, crc64_of, md5_of
from benchmarks.object_server.http import Receiver, Reply, Request, reply
from benchmarks.object_server.keys import key_of, page_of
from benchmarks.object_server.options import REPLICA_BUCKET, Options
from benchmarks.object_server.source import listing

WRITTEN_AT = "2025-03-04T04:05:06.000Z"
_WRITTEN = "Last-Modified: Tue, 04 Mar 2025 04:05:06 GMT\r\n"
_METADATA = re.compile(rb"(?<=\r\n)x-amz-meta-[^\r]*\r\n", re.IGNORECASE)
_PART = re.compile(rb"<PartNumber>(\d+)</PartNumber>")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept of an object; ``content`` only outside the replica bucket."""

    etag: str
    size: int
    metadata: bytes
    content: bytes | None = None


@dataclass(slots=True)
class Upload:
    """A multipart upload under way: etag and size by part number."""

    metadata: bytes
    parts: dict[int, tuple[str, int]] = field(default_factory=dict)


class Replica:
    """Buckets that are written to."""

    def __init__(self, options: Options, counts: Counter[str]) -> None:
        self.options = options
        self.counts = counts
        self._buckets: dict[str, dict[str, Stored]] = {}
        self._uploads: dict[str, Upload] = {}
        self._upload_ids = itertools.count(1)

    def receive(self, request: Request) -> Receiver:
        """Begin with a request."""
        bucket, _, key = request.path[1:].partition(b"/")
        place = (bucket.decode(), unquote(key.decode()))
        if request.method == b"PUT" and key:
            return ReceivedContent(self, request, place)
        return _Small(self, request, place)

    def answer(self, request: Request, place: tuple[str, str], body: bytes) -> Reply:
        """Answer everything but writes of content."""
        bucket, key = place
        if not key:
            return self._bucket(request, bucket)
        match request.method, request.query:
            case b"POST", {"uploads": _}:
                return self._create_upload(request)
            case b"POST", {"uploadId": upload_id}:
                return self._complete_upload(request, place, upload_id, body)
            case b"DELETE", {"uploadId": upload_id}:
                self.counts["DELETE upload"] += 1
                return reply(204 if self._uploads.pop(upload_id, None) else 404)
            case b"GET", {"uploadId": upload_id}:
                return self._list_parts(upload_id)
            case b"DELETE", _:
                self.counts["DELETE object"] += 1
                self._objects(bucket).pop(key, None)
                return reply(204)
        return self._read(request, place)

    def _objects(self, bucket: str) -> dict[str, Stored]:
        return self._buckets.setdefault(bucket, {})

    def _read(self, request: Request, place: tuple[str, str]) -> Reply:
        bucket, key = place
        self.counts[f"{request.method.decode()} object"] += 1
        stored = self._objects(bucket).get(key)
        if stored is None:
            return _error(404, "NoSuchKey", request)
        head = (
            f'HTTP/1.1 200 OK\r\nETag: "{stored.etag}"\r\n{_WRITTEN}{stored.metadata.decode("latin-1")}'
            f"Content-Type: binary/octet-stream\r\nContent-Length: {stored.size}\r\n\r\n"
        ).encode("latin-1")
        if request.method == b"HEAD":
            return Reply(head)
        if stored.content is not None:
            return Reply(head + stored.content)
        return Reply(head, content_size=stored.size)

    def put(self, request: Request, place: tuple[str, str], received: "ReceivedContent") -> Reply:
        """Keep what came in, under the request's condition."""
        bucket, key = place
        if received.is_damaged:
            self.counts["damaged"] += 1
            return _error(400, "BadDigest", request)
        if "uploadId" in request.query:
            return self._put_part(request, received)
        self.counts["PUT object"] += 1
        objects = self._objects(bucket)
        if refusal := _refusal(request, objects.get(key)):
            return refusal
        objects[key] = Stored(received.etag, received.size, _metadata(request), received.content)
        return reply(200, headers=f'ETag: "{received.etag}"\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n')

    def _put_part(self, request: Request, received: "ReceivedContent") -> Reply:
        self.counts["PUT part"] += 1
        upload = self._uploads.get(request.query["uploadId"])
        if upload is None:
            return _error(404, "NoSuchUpload", request)
        upload.parts[int(request.query["partNumber"])] = (received.etag, received.size)
        return reply(200, headers=f'ETag: "{received.etag}"\r\n')

    def _create_upload(self, request: Request) -> Reply:
        self.counts["POST upload"] += 1
        upload_id = f"upload-{next(self._upload_ids)}"
        self._uploads[upload_id] = Upload(_metadata(request))
        body = f"<UploadId>{upload_id}</UploadId>"
        return reply(200, f"<InitiateMultipartUploadResult>{body}</InitiateMultipartUploadResult>".encode())

    def _complete_upload(
        self, request: Request, place: tuple[str, str], upload_id: str, body: bytes
    ) -> Reply:
        self.counts["POST complete"] += 1
        bucket, key = place
        upload = self._uploads.get(upload_id)
        numbers = [int(number) for number in _PART.findall(body)]
        if upload is None:
            return _error(404, "NoSuchUpload", request)
        if numbers != sorted(upload.parts):
            return _error(400, "InvalidPart", request)
        if refusal := _refusal(request, self._objects(bucket).get(key)):
            return refusal
        parts = [upload.parts[number] for number in numbers]
        digests = b"".join(bytes.fromhex(etag) for etag, _ in parts)
        etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
        size = sum(size for _, size in parts)
        self._objects(bucket)[key] = Stored(etag, size, upload.metadata)
        del self._uploads[upload_id]
        return reply(
            200,
            f"<CompleteMultipartUploadResult><Bucket>{bucket}</Bucket><Key>{key}</Key>"
            f"<ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>".encode(),
        )

    def _list_parts(self, upload_id: str) -> Reply:
        self.counts["GET parts"] += 1
        upload = self._uploads.get(upload_id)
        if upload is None:
            return reply(404, b"<Error><Code>NoSuchUpload</Code></Error>")
        rows = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size></Part>"
            for number, (etag, size) in sorted(upload.parts.items())
        )
        body = f"<ListPartsResult><IsTruncated>false</IsTruncated>{rows}</ListPartsResult>"
        return reply(200, body.encode())

    def _bucket(self, request: Request, bucket: str) -> Reply:
        if request.method in {b"HEAD", b"PUT"}:
            self.counts[f"{request.method.decode()} bucket"] += 1
            return reply(200)
        if "location" in request.query:
            self.counts["GET location"] += 1
            return reply(200, b"<LocationConstraint></LocationConstraint>")
        self.counts["LIST"] += 1
        if bucket == REPLICA_BUCKET and self.options.replicas:
            return self._list_generated(request)
        return self._list_stored(request, bucket)

    def _list_generated(self, request: Request) -> Reply:
        options = self.options
        page = page_of(options.replicas, request.query)
        encode = quote if request.query.get("encoding-type") == "url" else str
        end = _row_end(md5_of(options.object_size), options.object_size)
        changed = _row_end(md5_of(options.object_size + 1), options.object_size + 1)
        every = options.changed_every or options.replicas + 1
        rows = "".join(
            [
                f"<Contents><Key>{encode(key_of(number))}{end if (number + 1) % every else changed}"
                for number in page.numbers
            ]
        )
        return listing(REPLICA_BUCKET, request.query, rows, page.folders, page.numbers, page.is_truncated)

    def _list_stored(self, request: Request, bucket: str) -> Reply:
        query = request.query
        prefix = query.get("prefix", "")
        objects = self._objects(bucket)
        keys = sorted(key for key in objects if key.startswith(prefix))
        after = query.get("continuation-token") or query.get("start-after", "")
        start, most = bisect_right(keys, after), int(query.get("max-keys", 1000))
        page = keys[start : start + most]
        encode = quote if query.get("encoding-type") == "url" else str
        rows = "".join(
            f"<Contents><Key>{encode(key)}{_row_end(objects[key].etag, objects[key].size)}" for key in page
        )
        return listing(bucket, query, rows, (), page, start + most < len(keys))

    def replicas(self) -> int:
        """Tell how many replicas were written."""
        return len(self._objects(REPLICA_BUCKET))


class ReceivedContent:
    """The content of an object or part, checked while it arrives."""

    def __init__(self, replica: Replica, request: Request, place: tuple[str, str]) -> None:
        self._replica = replica
        self._request = request
        self._place = place
        self._is_kept = place[0] != REPLICA_BUCKET
        self._kept: list[bytes] = []
        self._crc64 = self._crc32 = self.size = 0
        is_framed = b"aws-chunked" in request.header(b"content-encoding")
        self._frames = AwsChunked(self._take) if is_framed else None
        self._checks_crc32 = replica.options.checks_checksums

    def add(self, content: bytes) -> None:
        """Take the next bytes of the body, framed or not."""
        if self._frames:
            self._frames.add(content)
        else:
            self._take(content)

    def _take(self, content: bytes) -> None:
        self.size += len(content)
        if self._is_kept:
            self._kept.append(content)
            return
        self._crc64 = crc64(content, self._crc64)
        if self._checks_crc32:
            self._crc32 = zlib.crc32(content, self._crc32)

    @property
    def content(self) -> bytes | None:
        """All of it, None when it is generated content, which needs no keeping."""
        return b"".join(self._kept) if self._is_kept else None

    @property
    def etag(self) -> str:
        """The MD5, known by the size once the content is found to be what it should."""
        if self._is_kept:
            return hashlib.md5(self.content or b"", usedforsecurity=False).hexdigest()
        return md5_of(self.size)

    @property
    def is_damaged(self) -> bool:
        """Whether it is not the source's content, or not what its sender's checksum says."""
        if self._is_kept:
            return False
        if self._crc64 != crc64_of(self.size):
            return True
        announced = self._request.header(b"x-amz-checksum-crc32")
        if self._frames:
            announced = self._frames.trailer.get(b"x-amz-checksum-crc32", b"").lower()
        if not self._checks_crc32 or not announced:
            return False
        return b64encode(self._crc32.to_bytes(4)).lower() != announced

    def answer(self) -> Reply:
        """Answer the write."""
        return self._replica.put(self._request, self._place, self)


class _Small:
    def __init__(self, replica: Replica, request: Request, place: tuple[str, str]) -> None:
        self._replica = replica
        self._request = request
        self._place = place
        self._body = b""

    def add(self, content: bytes) -> None:
        """Take the next bytes of the body."""
        self._body += content

    def answer(self) -> Reply:
        """Answer it."""
        return self._replica.answer(self._request, self._place, self._body)


def _refusal(request: Request, stored: Stored | None) -> Reply | None:
    expected = request.header(b"if-match").strip(b'"').decode()
    if request.header(b"if-none-match") and stored is not None:
        return _error(412, "PreconditionFailed", request)
    if expected and stored is None:
        return _error(404, "NoSuchKey", request)
    if expected and stored is not None and stored.etag != expected:
        return _error(412, "PreconditionFailed", request)
    return None


def _metadata(request: Request) -> bytes:
    """Return the lines of user metadata."""
    return b"".join(_METADATA.findall(request.lines))


def _row_end(etag: str, size: int) -> str:
    return (
        f"</Key><LastModified>{WRITTEN_AT}</LastModified><ETag>&quot;{etag}&quot;</ETag>"
        f"<Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _error(status: int, code: str, request: Request) -> Reply:
    return reply(status, b"" if request.method == b"HEAD" else f"<Error><Code>{code}</Code></Error>".encode())
