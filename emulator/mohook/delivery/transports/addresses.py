"""Which addresses may be delivered to: loopback and private ones, unless told otherwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

__all__ = ["AddressRule"]

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_OWN_NETWORKS: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    )
)


_METADATA = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
"""Where AWS, Alibaba, Azure and Oracle tell a machine its secrets, beside link-local addresses."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class AddressRule:
    """The address that is connected to decides, not the name it was found under.

    `patterns` come from `--allow-host`: a host name with wildcards (`*.example.com`), an
    address, or a network (`203.0.113.0/24`). Link-local addresses and others where clouds keep
    their machines' secrets are refused under any pattern, also as IPv4 within IPv6.

    >>> AddressRule().allows("localhost", "127.0.0.1")
    True
    >>> AddressRule().allows("a.example", "192.0.2.1")
    False
    >>> AddressRule(("*.example",)).allows("a.example", "192.0.2.1")
    True
    """

    patterns: tuple[str, ...] = ()

    def names(self, host: str, address: str) -> bool:
        """Whether a pattern names the host or the address: being one's own is not enough."""
        return any(_matches(pattern, host.lower(), _parsed(address)) for pattern in self.patterns)

    def allows(self, host: str, address: str) -> bool:
        """Whether a connection for `host` may go to `address` (an IP address as text)."""
        ip = _parsed(address)
        if any(map(_is_never_a_receiver, _every_form(ip))):
            return False
        if any(ip in network for network in _OWN_NETWORKS):
            return True
        return self.names(host, address)


@lru_cache(maxsize=4096)
def _parsed(address: str) -> IPAddress:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip


def _is_never_a_receiver(ip: IPAddress) -> bool:
    return ip.is_link_local or ip.is_multicast or ip in _METADATA


def _every_form(ip: IPAddress) -> Iterator[IPAddress]:
    """Give the address, and the IPv4 addresses to which a router may pass it on.

    Source: RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4291, 2.5.5.1 (IPv4-compatible).
    """
    yield ip
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour:
            yield ip.sixtofour
        if ip in _NAT64 or ip in _COMPATIBLE:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)


def _matches(pattern: str, host: str, ip: IPAddress) -> bool:
    try:
        return ip in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatchcase(host, pattern.lower())
