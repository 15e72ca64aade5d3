"""The source: the same objects in the dialect of OSS and in that of S3, told apart by who signed."""

import re
from collections import Counter
from urllib.parse import quote, unquote

from benchmarks.object_server.content import crc64_of, md5_of
from benchmarks.object_server.http import Receiver, Reply, Request, reply
from benchmarks.object_server.keys import key_of, number_of, page_of
from benchmarks.object_server.limits import RequestLimit
from benchmarks.object_server.options import SOURCE_BUCKET, Options

LAST_MODIFIED = "Last-Modified: Mon, 03 Mar 2025 04:05:06 GMT\r\n"
MODIFIED_AT = "2025-03-03T04:05:06.000Z"
QOS_DELAY_MS = 100
_RANGE = re.compile(rb"bytes=(\d+)-(\d+)$")


class Source:
    """Answers reads of one bucket."""

    def __init__(self, options: Options, limit: RequestLimit, counts: Counter[str]) -> None:
        self._options = options
        self._limit = limit
        self._counts = counts
        size = options.object_size
        self._md5 = md5_of(size)
        common = f"Content-Type: image/jpeg\r\nAccept-Ranges: bytes\r\n{LAST_MODIFIED}"
        self._oss_headers = (
            f'Server: AliyunOSS\r\n{common}ETag: "{self._md5.upper()}"\r\nx-oss-object-type: Normal\r\n'
            f"x-oss-request-id: 5C3D9175B6FC201293AD4A7C\r\nx-oss-storage-class: Standard\r\n"
            f"x-oss-hash-crc64ecma: {crc64_of(size)}\r\nx-oss-server-time: 3\r\n"
        )
        self._s3_headers = (
            f'Server: AmazonS3\r\n{common}ETag: "{self._md5}"\r\nx-amz-request-id: 4442587FB7D0A2F9\r\n'
        )
        self._whole = {
            is_oss: Reply(
                f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {size}\r\n\r\n".encode(), content_size=size
            )
            for is_oss, headers in ((True, self._oss_headers), (False, self._s3_headers))
        }
        self._row_end = self._rows_end()

    def receive(self, request: Request) -> Receiver:
        """Begin with a request; reads have no body to wait for."""
        request.taken = self._limit.takes()
        return _Read(self, request)

    def answer(self, request: Request) -> Reply:
        """Answer a read."""
        is_oss = b"\r\nauthorization: oss" in request.head
        bucket, _, key = request.path[1:].partition(b"/")
        if not request.taken:
            self._counts["refused"] += 1
            return self._refused(is_oss=is_oss)
        if bucket != SOURCE_BUCKET.encode():
            return self._missing("NoSuchBucket", request)
        if not key:
            return self._bucket(request, is_oss=is_oss)
        self._counts[f"{request.method.decode()} object"] += 1
        if number_of(unquote(key.decode()), self._options.objects) is None:
            return self._missing("NoSuchKey", request)
        whole = self._whole[is_oss]
        if request.method == b"HEAD":
            return Reply(whole.head)
        asked = _RANGE.match(request.header(b"range"))
        return self._range(asked, is_oss=is_oss) if asked else whole

    def _range(self, asked: re.Match[bytes], *, is_oss: bool) -> Reply:
        size = self._options.object_size
        first, last = int(asked[1]), min(int(asked[2]), size - 1)
        headers = self._oss_headers if is_oss else self._s3_headers
        head = (
            f"HTTP/1.1 206 Partial Content\r\n{headers}Content-Range: bytes {first}-{last}/{size}\r\n"
            f"Content-Length: {last - first + 1}\r\n\r\n"
        )
        return Reply(head.encode(), first, last - first + 1)

    def _refused(self, *, is_oss: bool) -> Reply:
        if is_oss:
            delay = f"x-oss-qos-delay-time: {QOS_DELAY_MS}\r\n"
            return reply(503, b"<Error><Code>TotalQpsLimitExceeded</Code></Error>", delay)
        return reply(503, b"<Error><Code>SlowDown</Code></Error>")

    def _missing(self, code: str, request: Request) -> Reply:
        body = b"" if request.method == b"HEAD" else f"<Error><Code>{code}</Code></Error>".encode()
        return reply(404, body)

    def _bucket(self, request: Request, *, is_oss: bool) -> Reply:
        if request.method == b"HEAD":
            self._counts["HEAD bucket"] += 1
            return reply(200)
        if "location" in request.query:
            self._counts["GET location"] += 1
            return reply(200, b"<LocationConstraint>us-east-1</LocationConstraint>")
        self._counts["LIST"] += 1
        page = page_of(self._options.objects, request.query)
        encode = quote if request.query.get("encoding-type") == "url" else str
        end = self._row_end[is_oss]
        rows = "".join([f"<Contents><Key>{encode(key_of(number))}{end}" for number in page.numbers])
        return listing(SOURCE_BUCKET, request.query, rows, page.folders, page.numbers, page.is_truncated)

    def _rows_end(self) -> dict[bool, str]:
        size = self._options.object_size
        begin = f"</Key><LastModified>{MODIFIED_AT}</LastModified><ETag>&quot;"
        return {
            True: f"{begin}{self._md5.upper()}&quot;</ETag>"
            f"<Type>Normal</Type><Size>{size}</Size><StorageClass>Standard</StorageClass></Contents>",
            False: f"{begin}{self._md5}&quot;</ETag>"
            f"<Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>",
        }


class _Read:
    def __init__(self, source: Source, request: Request) -> None:
        self._source = source
        self._request = request

    def add(self, content: bytes) -> None:
        """Reads have no body."""

    def answer(self) -> Reply:
        """Answer it."""
        return self._source.answer(self._request)


def listing(
    bucket: str,
    query: dict[str, str],
    rows: str,
    folders: tuple[str, ...],
    numbers: range | list[str],
    is_truncated: bool,
) -> Reply:
    """Return a page of a version 2 listing, which goes on after its last key."""
    last = numbers[-1] if numbers else ""
    token = key_of(last) if isinstance(last, int) else last
    encoding = "<EncodingType>url</EncodingType>" if query.get("encoding-type") == "url" else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>'
        f"<Name>{bucket}</Name><Prefix>{query.get('prefix', '')}</Prefix>"
        f"<MaxKeys>{query.get('max-keys', 1000)}</MaxKeys>"
        f"{encoding}<IsTruncated>{str(is_truncated).lower()}</IsTruncated><KeyCount>{len(numbers)}</KeyCount>"
        + (f"<NextContinuationToken>{token}</NextContinuationToken>" if is_truncated else "")
        + rows
        + "".join(f"<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>" for folder in folders)
        + "</ListBucketResult>"
    )
    return reply(200, body.encode())
