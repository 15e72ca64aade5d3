"""A source bucket on Alibaba Cloud OSS: bodies and listings over our own HTTP, the rest through oss2."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from ipaddress import ip_address
from typing import Any, Final, Self, override
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from ferry.errors import ConfigurationError, DamagedContentError, PermanentError, TransientError
from ferry.keys import KeyRange
from ferry.objects import ByteRange, ListedObject, SourceObject
from ferry.retry import RetryPolicy
from ferry.stores.access_keys import KeySource, call, renewed
from ferry.stores.http import HttpTransport, Request, Response
from ferry.stores.http_blocking import BlockingHttp
from ferry.stores.listing_pages import PAGE_SIZE, list_pages, read_oss_page
from ferry.stores.oss_replies import source_object
from ferry.stores.protocols import CALLS_AT_ONCE, LONGEST_CALL_SECONDS, SourceBody, SourceStore
from ferry.stores.replies import OSS_KEY_REFUSALS, error_reply, oss_error, parse_error
from ferry.stores.signing import CredentialScope, encode_path, encode_query, sign_oss

_TIMEOUT_SECONDS: Final = 15
"""To connect, and again for every silence of the server."""


@dataclass(frozen=True, slots=True)
class OssEndpoint:
    """Where a bucket is reached.

    Attributes:
        region: As ``cn-hangzhou``, without ``oss-``; part of every signature.
        url: ``https://…`` without the bucket.
        is_cname: Whether ``url`` is a domain bound to the bucket.
    """

    region: str
    url: str
    is_cname: bool = False

    @classmethod
    def public(cls, region: str) -> Self:
        """Return the public endpoint of an OSS region."""
        return cls(region, f"https://oss-{region}.aliyuncs.com")


class OssStore(SourceStore):
    """One OSS bucket.

    Args:
        bucket: Its name.
        endpoint: Where the bucket is reached.
        keys: Asked for every request, so that rotated keys are picked up.
        http: Carries the object bodies.
        listings: Carries the listings.
        retry: For everything but object bodies, which the engine tries again as a whole.
        pays_requests: Whether the caller pays for what it asks, as buckets may demand.
    """

    def __init__(  # noqa: PLR0913 - what a bucket is reached with
        self,
        bucket: str,
        *,
        endpoint: OssEndpoint,
        keys: KeySource,
        http: HttpTransport,
        listings: BlockingHttp | None = None,
        retry: RetryPolicy | None = None,
        pays_requests: bool = False,
    ) -> None:
        self.bucket = bucket
        self._region = endpoint.region
        self._endpoint = endpoint
        self._keys = keys
        self._http = http
        self._retry = retry or RetryPolicy(longest_seconds=LONGEST_CALL_SECONDS)
        self._base_url = _base_url(endpoint, bucket)
        self._listings = listings or BlockingHttp()
        self._payer = {"x-oss-request-payer": "requester"} if pays_requests else {}

    @property
    def host(self) -> str:
        """Where requests are sent."""
        return urlsplit(self._base_url).hostname or ""

    @property
    def port(self) -> int:
        """And to which port."""
        url = urlsplit(self._base_url)
        return url.port or {"http": 80, "https": 443}[url.scheme]

    @override
    @asynccontextmanager
    async def open(
        self, key: str, *, byte_range: ByteRange | None = None, if_match: str | None = None
    ) -> AsyncIterator[SourceBody]:
        headers = {"accept-encoding": "identity", **self._payer}
        if byte_range is not None:
            # Without the second header OSS answers a range it dislikes with 200 and the whole object.
            headers["range"] = byte_range.header()
            headers["x-oss-range-behavior"] = "standard"
        if if_match is not None:
            headers["if-match"] = f'"{if_match}"'
        access_key = self._keys()
        scope = CredentialScope(access_key, self._region, datetime.now(UTC))
        signed = sign_oss("GET", self.bucket, key, headers, scope=scope)
        request = Request("GET", f"{self._base_url}/{encode_path(key)}", signed)
        async with self._http.send(request) as response:
            if response.status not in {200, 206}:
                error = oss_error(parse_error(await response.read(), response.headers, response.status))
                raise await asyncio.to_thread(renewed, error, self._keys, access_key, OSS_KEY_REFUSALS)
            yield _OssBody(key, response, byte_range)

    @override
    def list_objects(self, prefix: str, key_range: KeyRange) -> Iterator[ListedObject]:
        return list_pages(partial(self._page, prefix), read_oss_page, key_range)

    @override
    def next_common_prefixes(self, prefix: str, key_range: KeyRange, limit: int) -> list[str]:
        start = {"start-after": key_range.after, "delimiter": "/"}
        page = self._page(prefix, start, read_oss_page, max_keys=min(limit, PAGE_SIZE))
        return [name for name in page.prefixes if name in key_range]

    @override
    def first_key(self, prefix: str, key_range: KeyRange) -> str | None:
        page = self._page(prefix, {"start-after": key_range.after}, read_oss_page, max_keys=1)
        key = page.objects[0].key if page.objects else None
        return key if key is not None and key in key_range else None

    @override
    def head(self, key: str) -> SourceObject:
        reply = self._call(lambda: self._bucket.head_object(key, headers=self._payer))
        return source_object(key, _lower(reply.headers), int(reply.headers["Content-Length"]))

    @override
    def tags(self, key: str) -> dict[str, str]:
        reply = self._call(lambda: self._bucket.get_object_tagging(key, headers=self._payer))
        return dict(reply.tag_set.tagging_rule)

    @override
    def acl(self, key: str) -> str:
        return str(self._call(lambda: self._bucket.get_object_acl(key, headers=self._payer)).acl)

    @override
    def restore(self, key: str, *, days: int) -> None:
        from oss2.models import RestoreConfiguration

        # Without a tier, since Archive takes none; the others then take the standard one.
        wanted = RestoreConfiguration(days=days)
        try:
            self._call(lambda: self._bucket.restore_object(key, headers=self._payer, input=wanted))
        except PermanentError as error:
            if error.reason != "RestoreAlreadyInProgress":
                raise

    def _page[Page](
        self,
        prefix: str,
        place: Mapping[str, str],
        read: Callable[[bytes], Page],
        *,
        max_keys: int = PAGE_SIZE,
    ) -> Page:
        """Ask for a page of a listing until it can be read."""
        asked = {
            "list-type": "2",
            "encoding-type": "url",
            "max-keys": str(max_keys),
            "prefix": prefix,
            **place,
        }
        query = {name: value for name, value in asked.items() if value}

        def ask() -> Page:
            scope = CredentialScope(self._keys(), self._region, datetime.now(UTC))
            signed = sign_oss("GET", self.bucket, "", self._payer, scope=scope, query=query)
            reply = self._listings.get(f"{self._base_url}/?{encode_query(query)}", signed)
            if reply.status != 200:
                raise oss_error(parse_error(reply.body, reply.headers, reply.status))
            return read(reply.body)

        return call(ask, self._keys, OSS_KEY_REFUSALS, self._retry)

    def _call[T](self, operation: Callable[[], T]) -> T:
        return call(lambda: _translated(operation), self._keys, OSS_KEY_REFUSALS, self._retry)

    @cached_property
    def _bucket(self) -> Any:
        # oss2 takes about half a second to import, which copying an object never needs.
        import oss2

        auth = oss2.ProviderAuthV4(_Provider(self._keys))
        session = oss2.Session(pool_size=CALLS_AT_ONCE)
        # A redirect could lead anywhere; as elsewhere, it is an answer and not followed.
        session.session.get_redirect_target = lambda _: None
        try:
            return oss2.Bucket(
                auth,
                self._endpoint.url,
                self.bucket,
                is_cname=self._endpoint.is_cname,
                session=session,
                connect_timeout=_TIMEOUT_SECONDS,
                region=self._region,
                enable_crc=False,
            )
        except (oss2.exceptions.ClientError, ValueError) as error:
            msg = f"The source bucket {self.bucket!r} at {self._endpoint.url!r} cannot be addressed: {error}"
            raise ConfigurationError(msg, reason="InvalidSource") from error


class _OssBody(SourceBody):
    def __init__(self, key: str, response: Response, byte_range: ByteRange | None) -> None:
        self._response = response
        self._size, total = _body_size(response, byte_range)
        self._source = source_object(key, response.headers, total)

    @property
    @override
    def source(self) -> SourceObject:
        return self._source

    @property
    @override
    def size(self) -> int:
        return self._size

    @override
    async def read(self) -> bytes:
        content = await self._response.read()
        self._check(len(content))
        return content

    @override
    async def chunks(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._response.chunks():
            size += len(chunk)
            yield chunk
        self._check(size)

    def _check(self, size: int) -> None:
        if size != self._size:
            msg = f"The source sent {size} bytes of {self._size}."
            raise DamagedContentError(msg, reason="Truncated")


class _Provider:
    """Hands our credentials to oss2 for every request it signs."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys

    def get_credentials(self) -> Any:
        from oss2.credentials import Credentials

        key = self._keys()
        return Credentials(key.access_key_id, key.secret_access_key, key.security_token or "")


def _body_size(response: Response, byte_range: ByteRange | None) -> tuple[int, int]:
    """Return the bytes of the body and of the whole object, or raise when it is not what was asked for."""
    announced = response.headers.get("content-length")
    if announced is None:
        msg = "The source did not say how many bytes it sends."
        raise TransientError(msg, reason="NoContentLength")
    size = int(announced)
    if byte_range is None:
        return size, size
    answered, _, total = response.headers.get("content-range", "").partition("/")
    wanted = f"bytes {byte_range.offset}-{byte_range.offset + byte_range.size - 1}"
    if response.status != 206 or answered != wanted or size != byte_range.size or not total.isdecimal():
        msg = f"Asked for {wanted}, the source answered {response.status} {answered or 'without a range'}."
        raise DamagedContentError(msg, reason="WrongRange")
    return size, int(total)


def _base_url(endpoint: OssEndpoint, bucket: str) -> str:
    url = urlsplit(endpoint.url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        msg = (
            f"The source endpoint {endpoint.url!r} is not a URL such as https://oss-cn-hangzhou.aliyuncs.com."
        )
        raise ConfigurationError(msg, reason="InvalidEndpoint")
    origin = f"{url.scheme}://{url.netloc}"
    if endpoint.is_cname:
        return origin
    # The same rule as oss2's: a bare address has no room for the bucket in its host name.
    if url.hostname == "localhost" or _is_address(url.hostname):
        return f"{origin}/{bucket}"
    return f"{url.scheme}://{bucket}.{url.netloc}"


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _translated[T](operation: Callable[[], T]) -> T:
    """Run an oss2 call, turning what it raises into our errors."""
    import oss2
    import requests
    import urllib3

    try:
        return operation()
    except oss2.exceptions.RequestError as error:
        msg = f"The source did not answer: {_cause(error.exception)}"
        raise TransientError(msg, reason="ConnectionFailed") from error
    except oss2.exceptions.ServerError as error:
        raise oss_error(error_reply(error.status, error.details, _lower(error.headers))) from error
    except ET.ParseError as error:
        msg = f"The reply of the source is damaged: {error}"
        raise DamagedContentError(msg, reason="InvalidReply") from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        msg = f"The reply of the source broke off: {error}"
        raise TransientError(msg, reason="Truncated") from error


def _cause(error: BaseException) -> str:
    """Return what is behind a connection error, without the request that met it."""
    retried = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error
    reason = str(getattr(retried, "reason", None) or retried)
    return reason.partition("): ")[2] or reason


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}
