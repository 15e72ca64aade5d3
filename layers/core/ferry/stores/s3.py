"""A replica bucket on Amazon S3: bodies and listings over our own HTTP, the rest through boto3."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, override
from urllib.parse import quote, unquote, urlencode, urlsplit

from ferry.checksums import crc32
from ferry.errors import (
    ConfigurationError,
    ConflictError,
    ObjectNotFoundError,
    PermanentError,
    TransientError,
)
from ferry.keys import KeyRange
from ferry.metadata import decode_value
from ferry.objects import ListedObject, Marker, PendingUpload, Replica, ReplicaProperties, UploadedPart
from ferry.retry import RetryPolicy
from ferry.stores.access_keys import KeySource, call, renewed
from ferry.stores.aws_chunked import base64_crc32, framed_content, framed_size
from ferry.stores.backups import copy_to_backup
from ferry.stores.http import HttpTransport, Request
from ferry.stores.http_blocking import BlockingHttp
from ferry.stores.listing_pages import list_pages, read_s3_page
from ferry.stores.protocols import LONGEST_CALL_SECONDS, Body, ExpectedEtag, ReplicaStore
from ferry.stores.replies import S3_KEY_REFUSALS, parse_error, s3_error
from ferry.stores.s3_headers import condition_headers, property_headers
from ferry.stores.s3_replies import find_text, translated
from ferry.stores.signing import (
    UNSIGNED_PAYLOAD,
    UNSIGNED_TRAILER,
    CredentialScope,
    encode_path,
    encode_query,
    sign_s3,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ABORTS: Final = 5
_NO_ETAG: Final = "0" * 32


class S3Store(ReplicaStore):
    """One S3 bucket.

    Args:
        bucket: Its name.
        client: A boto3 client for the bucket's region; it also says which endpoint to use.
        keys: Asked for every object body sent, so that refreshed keys are picked up.
        http: Carries the object bodies.
        listings: Carries the listings of objects.
        retry: For everything but object bodies, which the engine tries again as a whole; the client is
            to make one attempt each.
        pays_requests: Whether the caller pays for what it asks, as buckets may demand.
    """

    def __init__(  # noqa: PLR0913 - what a bucket is reached with
        self,
        bucket: str,
        *,
        client: "S3Client",
        keys: KeySource,
        http: HttpTransport,
        listings: BlockingHttp | None = None,
        retry: RetryPolicy | None = None,
        pays_requests: bool = False,
    ) -> None:
        self.bucket = bucket
        self._retry = retry or RetryPolicy(longest_seconds=LONGEST_CALL_SECONDS)
        self._client = client
        self._keys = keys
        self._http = http
        self._listings = listings or BlockingHttp()
        # As a header for our own requests, as a parameter for boto3's.
        self._payer = {"x-amz-request-payer": "requester"} if pays_requests else {}
        self._paying: dict[str, Any] = {"RequestPayer": "requester"} if pays_requests else {}
        endpoint = client.meta.endpoint_url
        host = urlsplit(endpoint).netloc
        # A bucket in the host name is S3's preferred style; a dot in it would not fit the certificate.
        if ".amazonaws.com" in host and "." not in bucket:
            self._host, self._path = f"{bucket}.{host}", "/"
        else:
            self._host, self._path = host, f"/{bucket}/"
        self._origin = f"{urlsplit(endpoint).scheme}://{self._host}"

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        return list_pages(partial(self._page, prefix), read_s3_page, key_range)

    @override
    def head(self, key: str) -> Replica | None:
        try:
            reply = self._call(lambda: self._client.head_object(Bucket=self.bucket, Key=key, **self._paying))
        except ObjectNotFoundError:
            return None
        metadata = {name.lower(): decode_value(value) for name, value in reply["Metadata"].items()}
        return Replica(
            key,
            reply["ContentLength"],
            reply["ETag"].strip('"'),
            Marker.from_metadata(metadata),
            reply["LastModified"],
        )

    @override
    async def put(
        self, key: str, body: Body, *, size: int, properties: ReplicaProperties, expected: ExpectedEtag
    ) -> str:
        headers = property_headers(properties) | condition_headers(expected)
        try:
            reply, _ = await self._send_body("PUT", key, {}, headers, body, size)
        except ObjectNotFoundError as error:
            # If-Match on a replica that somebody deleted.
            raise ConflictError(str(error)) from error
        return reply["etag"].strip('"')

    @override
    def delete(self, key: str, *, expected: str) -> None:
        try:
            self._call(
                lambda: self._client.delete_object(
                    Bucket=self.bucket, Key=key, IfMatch=f'"{expected}"', **self._paying
                )
            )
        except ObjectNotFoundError as error:
            raise ConflictError(str(error)) from error

    @override
    def keep_aside(self, key: str, backup_key: str, *, expected: str) -> None:
        try:
            place = {"Bucket": self.bucket, **self._paying}
            self._call(lambda: copy_to_backup(self._client, place, key, backup_key, expected))
        except ObjectNotFoundError as error:
            raise ConflictError(str(error)) from error

    @override
    def check_writable(self, key: str) -> None:
        # Permissions come before conditions, and a condition that fails leaves nothing behind, even when the
        # answer is lost.
        with contextlib.suppress(ConflictError, ObjectNotFoundError):
            self._call(
                lambda: self._client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=b"",
                    IfMatch=f'"{_NO_ETAG}"',
                    Tagging="ferry=preflight",
                    **self._paying,
                )
            )
            msg = (
                "The destination ignores the conditions of writes, without which replicas could go backwards."
            )
            raise ConfigurationError(msg, reason="NoConditions")

    @override
    def check_deletable(self, key: str) -> None:
        # Permissions come before conditions, and one that fails leaves no delete marker either.
        with contextlib.suppress(ConflictError):
            self.delete(key, expected=_NO_ETAG)

    @override
    async def create_upload(self, key: str, properties: ReplicaProperties) -> str:
        headers = property_headers(properties) | {
            "x-amz-checksum-algorithm": "CRC32",
            "x-amz-checksum-type": "FULL_OBJECT",
        }
        _, reply = await self._send("POST", key, {"uploads": ""}, headers, b"")
        upload_id = find_text(reply, "UploadId")
        if not upload_id:
            msg = "S3 started a multipart upload without naming it."
            raise TransientError(msg, reason="NoUploadId")
        return upload_id

    @override
    async def upload_part(self, key: str, upload_id: str, number: int, body: Body, *, size: int) -> str:
        query = {"partNumber": str(number), "uploadId": upload_id}
        reply, _ = await self._send_body("PUT", key, query, {}, body, size)
        return reply["etag"].strip('"')

    @override
    def list_parts(self, key: str, upload_id: str) -> Iterator[UploadedPart]:
        pages = self._pages(
            self._client.list_parts,
            {"Key": key, "UploadId": upload_id},
            {"PartNumberMarker": "NextPartNumberMarker"},
        )
        for page in pages:
            for part in page.get("Parts", []):
                yield UploadedPart(part["PartNumber"], part["ETag"].strip('"'), part["Size"])

    @override
    def list_uploads(self, key: str) -> Iterator[PendingUpload]:
        pages = self._pages(
            self._client.list_multipart_uploads,
            {"Prefix": key, "EncodingType": "url"},
            {"KeyMarker": "NextKeyMarker", "UploadIdMarker": "NextUploadIdMarker"},
        )
        for page in pages:
            encoded = page.get("EncodingType") == "url"
            rows = [(unquote(row["Key"]) if encoded else row["Key"], row) for row in page.get("Uploads", [])]
            for found, row in rows:
                if found == key:
                    yield PendingUpload(row["UploadId"], row.get("Initiator", {}).get("ID", ""))
            # The key itself comes before those that only begin with it.
            if rows and rows[-1][0] != key:
                return

    @override
    def complete_upload(
        self, key: str, upload_id: str, parts: Iterable[UploadedPart], *, expected: ExpectedEtag
    ) -> str:
        listed = list(parts)
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if expected is None else {"IfMatch": f'"{expected}"'}
        try:
            reply = self._call(
                lambda: self._client.complete_multipart_upload(
                    Bucket=self.bucket,
                    Key=key,
                    UploadId=upload_id,
                    MultipartUpload={
                        "Parts": [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in listed]
                    },
                    MpuObjectSize=sum(part.size for part in listed),
                    ChecksumType="FULL_OBJECT",
                    **condition,
                    **self._paying,
                )
            )
        except ObjectNotFoundError as error:
            raise ConflictError(str(error)) from error
        return reply["ETag"].strip('"')

    @override
    def abort_upload(self, key: str, upload_id: str) -> None:
        for _ in range(_ABORTS):
            try:
                self._call(
                    lambda: self._client.abort_multipart_upload(
                        Bucket=self.bucket, Key=key, UploadId=upload_id, **self._paying
                    )
                )
                # A part that was being written may have survived; S3 says so by still listing parts.
                next(self.list_parts(key, upload_id), None)
            except PermanentError as error:
                if error.reason != "NoSuchUpload":
                    raise
                return
        msg = f"S3 still lists parts of the aborted upload {upload_id} of {key!r}."
        raise TransientError(msg, reason="UploadSurvived")

    def _call[T](self, operation: Callable[[], T]) -> T:
        return call(lambda: translated(operation), self._keys, S3_KEY_REFUSALS, self._retry)

    def _page[Page](self, prefix: str, place: Mapping[str, str], read: Callable[[bytes], Page]) -> Page:
        """Ask for a page of a listing until it can be read."""
        asked = {"list-type": "2", "encoding-type": "url", "prefix": prefix, **place}
        query = {name: value for name, value in asked.items() if value}
        path = self._path.rstrip("/") or "/"
        headers = {"x-amz-content-sha256": UNSIGNED_PAYLOAD, **self._payer, "host": self._host}

        def ask() -> Page:
            scope = CredentialScope(self._keys(), self._client.meta.region_name, datetime.now(UTC))
            signed = sign_s3("GET", path, query, headers, scope=scope)
            reply = self._listings.get(f"{self._origin}{path}?{encode_query(query)}", signed)
            if reply.status != 200:
                raise s3_error(parse_error(reply.body, reply.headers, reply.status))
            return read(reply.body)

        return call(ask, self._keys, S3_KEY_REFUSALS, self._retry)

    def _pages(
        self, operation: Callable[..., Any], asked: Mapping[str, str], continued: Mapping[str, str]
    ) -> Iterator[Any]:
        """Yield the pages of a listing, each of which is asked for again by itself when it fails.

        boto3's paginators would end early there: what is left of a generator that raised is nothing.

        Args:
            operation: Returns one page.
            asked: What to ask it for, beside the bucket.
            continued: Names of what to ask for besides for the next page, and where a page tells it.
        """
        request = {"Bucket": self.bucket, **asked, **self._paying}
        while True:
            page = self._call(lambda: operation(**request))  # noqa: B023 - called before it changes
            yield page
            if not page.get("IsTruncated"):
                return
            following = {name: page.get(told) for name, told in continued.items()}
            if None in following.values():
                msg = "The listing says that it goes on, but not where."
                raise TransientError(msg, reason="NoContinuation")
            request |= following

    async def _send_body(
        self,
        method: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Body,
        size: int,
    ) -> tuple[Mapping[str, str], bytes]:
        """Send content with a checksum that S3 compares before it keeps the object."""
        if isinstance(body, bytes):
            checksum = {"x-amz-checksum-crc32": base64_crc32(crc32(body))}
            return await self._send(method, key, query, {**headers, **checksum}, body)
        encoding = headers.get("content-encoding")
        framed = {
            **headers,
            "content-encoding": f"aws-chunked,{encoding}" if encoding else "aws-chunked",
            "content-length": str(framed_size(size)),
            "x-amz-content-sha256": UNSIGNED_TRAILER,
            "x-amz-decoded-content-length": str(size),
            "x-amz-trailer": "x-amz-checksum-crc32",
        }
        return await self._send(method, key, query, framed, framed_content(body, size))

    async def _send(
        self, method: str, key: str, query: Mapping[str, str], headers: Mapping[str, str], body: Body
    ) -> tuple[Mapping[str, str], bytes]:
        path = self._path + encode_path(key)
        access_key = self._keys()
        signed = sign_s3(
            method,
            path,
            query,
            {"x-amz-content-sha256": UNSIGNED_PAYLOAD, **headers, **self._payer, "host": self._host},
            scope=CredentialScope(access_key, self._client.meta.region_name, datetime.now(UTC)),
        )
        url = f"{self._origin}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        async with self._http.send(Request(method, url, signed, body)) as response:
            reply = await response.read()
            if response.status != 200:
                error = s3_error(parse_error(reply, response.headers, response.status))
                raise await asyncio.to_thread(renewed, error, self._keys, access_key, S3_KEY_REFUSALS)
            return response.headers, reply
