"""Which bucket and key a request names: path style, virtual hosts and CNAMEs."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from local.oss.errors import OssError
from local.oss.names import decode_once


@dataclass(frozen=True)
class Address:
    """Bucket and key of a request; an empty bucket is the service, an empty key the bucket."""

    bucket: str
    key: bytes


@dataclass(frozen=True)
class HostRules:
    """How Host headers are read.

    Attributes:
        service_hosts: Host names that are the service itself; ``<bucket>.<service host>`` is a bucket.
        cnames: Host names bound to one bucket.
        endpoint: The service host that errors tell clients to use.
    """

    service_hosts: frozenset[str] = frozenset()
    cnames: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""


def service_hosts(region: str) -> frozenset[str]:
    """Host names of OSS in a region, besides loopback."""
    return frozenset(
        {
            f"oss-{region}.aliyuncs.com",
            f"oss-{region}-internal.aliyuncs.com",
            f"{region}.oss.aliyuncs.com",
            "oss-accelerate.aliyuncs.com",
            "oss-accelerate-overseas.aliyuncs.com",
        }
    )


def bucket_of_host(host: str, rules: HostRules) -> str:
    """The bucket a Host header names, empty when the bucket is in the path.

    IP addresses, ``localhost`` and other single-label names are path style, as oss2 decides
    (``oss2/api.py`` ``_determine_endpoint_type``).

    Args:
        host: Host header, with or without a port.
        rules: Service hosts and CNAMEs.
    """
    name = _without_port(host).lower()
    if name in rules.cnames:
        return rules.cnames[name]
    if not name or "." not in name or _is_ip(name) or name in rules.service_hosts:
        return ""
    return name.partition(".")[0]


def check_endpoint(bucket: str, host: str, rules: HostRules) -> None:
    """Refuse a bucket's host in a region that is not this server's.

    Args:
        bucket: Bucket name.
        host: Host header, with or without a port.
        rules: Service hosts and CNAMEs.

    Raises:
        OssError: ``AccessDenied`` that names the right endpoint.

    Source:
        OSS user guide, "HTTP 403 errors".
    """
    name = _without_port(host).lower()
    endpoint = name.removeprefix(f"{bucket}.")
    if not name.endswith(".aliyuncs.com") or endpoint in rules.service_hosts or name in rules.cnames:
        return
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    details = {"Bucket": bucket, "Endpoint": rules.endpoint}
    raise OssError(403, "AccessDenied", message, details=details)


def locate(raw_path: str, host: str, rules: HostRules) -> Address:
    """Split the raw, still percent-encoded path and decode the key once.

    The bucket is cut off first, so ``%2F``, ``//``, ``.`` and ``..`` in keys survive.

    Args:
        raw_path: Request path without query, exactly as sent.
        host: Host header.
        rules: Service hosts and CNAMEs.

    Raises:
        OssError: ``AccessDenied`` for a bucket's host in another region.
    """
    path = raw_path.removeprefix("/")
    bucket = bucket_of_host(host, rules)
    if bucket:
        check_endpoint(bucket, host, rules)
        return Address(bucket, decode_once(path))
    first, _, rest = path.partition("/")
    return Address(decode_once(first).decode("utf-8", "replace"), decode_once(rest))


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


@lru_cache(maxsize=256)
def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
