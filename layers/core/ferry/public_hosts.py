"""Which hosts are on the internet, so that nobody's URL leads a function to what lies inside."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Final

from ferry.errors import ConfigurationError, TransientError

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

type Resolve = Callable[[str, int], list[str]]


def system_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host, without doubles; raises TransientError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"The host {host} was not found: {error}"
        raise TransientError(msg, reason="HostNotFound") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_addresses(host: str, port: int, resolve: Resolve = system_addresses) -> list[str]:
    """Return the addresses of a host that is on the internet with all of them, at least one.

    Raises:
        ConfigurationError: It is not.
        TransientError: It was not found.
    """
    addresses = resolve(host, port)
    if not addresses or not all(is_public(address) for address in addresses):
        msg = f"The host {host} is not on the internet; name another one."
        raise ConfigurationError(msg, reason="PrivateHost")
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet, also when it stands for one of another protocol."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved
