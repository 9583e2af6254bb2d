"""Where a request comes from, and what its headers say."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any


def header(scope: Mapping[str, Any], name: bytes) -> str:
    """The value of a header, or nothing."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for given, value in headers if given == name), "")


def network_address(scope: Mapping[str, Any], proxies: int) -> str:
    """Where a request comes from, by the outermost of our own proxies; of IPv6 the network of one subscriber."""
    client = scope.get("client")
    address = str(client[0]) if client else "unknown"
    if proxies:
        hops = [hop.strip() for hop in header(scope, b"x-forwarded-for").split(",") if hop.strip()]
        if len(hops) >= proxies:
            address = hops[-proxies]
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else str(parsed)
