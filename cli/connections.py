"""Reaching both buckets directly, with what the environment and the options say."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ferry.errors import ConfigurationError

from cli.locations import Location
from cli.sessions import enter_stack, running_stack

if TYPE_CHECKING:
    import boto3
    from ferry.stores.http import HttpTransport
    from ferry.stores.oss import OssStore
    from ferry.stores.s3 import S3Store
    from ferry.stores.signing import AccessKey
    from mypy_boto3_s3 import S3Client

_PUBLIC_ENDPOINT: Final = re.compile(r"https?://oss-([a-z0-9-]+?)(-internal)?\.aliyuncs\.com/?")
_CONNECTIONS: Final = 128


@dataclass(frozen=True)
class OssAccess:
    """How to reach the source. An empty endpoint is the region's public one.

    Attributes:
        is_cname: Whether the endpoint is a domain bound to the bucket.
        pays_requests: Whether the access key's account pays for requests.
    """

    endpoint: str = ""
    region: str = ""
    is_cname: bool = False
    access_key_id: str = ""
    access_key_secret: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    pays_requests: bool = False


@dataclass(frozen=True)
class S3Access:
    """How to reach the destination; what is empty is left to the AWS environment and profile.

    Attributes:
        pays_requests: Whether the caller's account pays for requests.
    """

    endpoint: str = ""
    region: str = ""
    profile: str = ""
    pays_requests: bool = False


def on_local_stack() -> tuple[OssAccess, S3Access]:
    """Point this process at the local stack; raises ConfigurationError when none runs."""
    stack = running_stack()
    enter_stack(stack)
    oss = OssAccess(
        stack.oss.endpoint,
        stack.oss.region,
        access_key_id=stack.oss.access_key_id,
        access_key_secret=stack.oss.access_key_secret,
    )
    return oss, S3Access(stack.aws.endpoint, stack.aws.region)


def open_source(location: Location, access: OssAccess, http: "HttpTransport") -> "OssStore":
    """Return the source bucket.

    Raises:
        ConfigurationError: The region or the access key is missing.
    """
    from ferry.stores.access_keys import FixedKey
    from ferry.stores.oss import OssEndpoint, OssStore

    url = access.endpoint if "://" in access.endpoint or not access.endpoint else f"https://{access.endpoint}"
    derived = _PUBLIC_ENDPOINT.fullmatch(url)
    region = access.region.removeprefix("oss-") or (derived[1] if derived else "")
    if not region:
        msg = "The OSS region is not known; give it with --oss-region or OSS_REGION, such as cn-hangzhou."
        raise ConfigurationError(msg, reason="NoRegion")
    key = FixedKey(_oss_key(access))
    endpoint = OssEndpoint(region, url, access.is_cname) if url else OssEndpoint.public(region)
    return OssStore(
        location.bucket, endpoint=endpoint, keys=key, http=http, pays_requests=access.pays_requests
    )


def _oss_key(access: OssAccess) -> "AccessKey":
    from ferry.stores.signing import AccessKey

    key_id, secret = access.access_key_id.strip(), access.access_key_secret.strip()
    given = {"OSS_ACCESS_KEY_ID": key_id, "OSS_ACCESS_KEY_SECRET": secret}
    if missing := [name for name, value in given.items() if not value]:
        options = " and ".join(f"--{name.lower().replace('_', '-')}" for name in missing)
        names = " and ".join(missing)
        msg = f"The OSS access key is missing; set {names} in the environment or give {options}."
        raise ConfigurationError(msg, reason="NoCredentials")
    return AccessKey(key_id, secret, access.session_token.strip() or None)


def open_replica(
    location: Location,
    access: S3Access,
    client: "S3Client",
    session: "boto3.Session",
    http: "HttpTransport",
) -> "S3Store":
    """Return the destination bucket."""
    from ferry.stores.access_keys import SessionKeys
    from ferry.stores.s3 import S3Store

    return S3Store(
        location.bucket,
        client=client,
        keys=SessionKeys(session),
        http=http,
        pays_requests=access.pays_requests,
    )


def s3_client(session: "boto3.Session", location: Location, access: S3Access) -> "S3Client":
    """Return a client of the bucket's region.

    Raises:
        ConfigurationError: The endpoint is no URL.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(
        max_pool_connections=_CONNECTIONS,
        connect_timeout=10,
        # The store tries again by itself.
        retries={"total_max_attempts": 1},
    )
    endpoint = access.endpoint or None
    try:
        client = session.client("s3", endpoint_url=endpoint, config=config)
    except ValueError as error:
        msg = f"The S3 endpoint {access.endpoint!r} is not a URL such as https://s3.eu-west-1.amazonaws.com."
        raise ConfigurationError(msg, reason="InvalidEndpoint") from error
    if session.region_name or endpoint:
        return client
    try:
        region = client.head_bucket(Bucket=location.bucket).get("BucketRegion")
    except (BotoCoreError, ClientError):
        # What is wrong shows, with a better sentence, when the bucket is checked.
        return client
    return session.client("s3", region_name=region, config=config) if region else client
