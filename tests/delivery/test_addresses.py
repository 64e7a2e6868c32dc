"""The address rule: own networks, what patterns add, and what none can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.transports.addresses import AddressRule

OWN = ["127.0.0.1", "127.8.9.10", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
       "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"]  # fmt: skip
FOREIGN = ["192.0.2.1", "8.8.8.8", "172.32.0.1", "172.15.255.255", "11.0.0.1", "192.169.0.1",
           "2001:db8::1", "0.0.0.0", "::", "::ffff:8.8.8.8", "100.64.0.1"]  # fmt: skip
NEVER = ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254",
         "224.0.0.1", "ff02::1"]  # fmt: skip


@pytest.mark.parametrize("address", OWN)
def test_loopback_and_private_addresses_need_no_leave(address: str) -> None:
    """Also as IPv4 mapped into IPv6, and whatever name led there."""
    assert AddressRule().allows("receiver.example", address)


@pytest.mark.parametrize("address", FOREIGN)
def test_any_other_address_needs_a_pattern(address: str) -> None:
    """Even the addresses right beside the private networks; `*` allows them all."""
    assert not AddressRule().allows("localhost", address)
    assert AddressRule(("*",)).allows("localhost", address)


def test_a_pattern_names_a_host_or_an_address() -> None:
    """What is allowed as one's own is not named by that."""
    assert not AddressRule().names("localhost", "127.0.0.1")
    assert AddressRule(("LOCAL*",)).names("localhost", "::1")
    assert AddressRule(("10.0.0.0/8",)).names("a.test", "::ffff:10.1.2.3")


@pytest.mark.parametrize("address", NEVER)
def test_link_local_and_multicast_are_refused_under_any_pattern(address: str) -> None:
    """A cloud's machine secrets are never a receiver: not by name, network or address."""
    patterns = ("*", "0.0.0.0/0", "::/0", address.partition("%")[0])
    assert not AddressRule(patterns).allows(address, address)


@pytest.mark.parametrize(
    ("pattern", "host", "address", "allowed"),
    [
        ("*.example", "a.example", "192.0.2.1", True),
        ("*.example", "A.Example", "192.0.2.1", True),
        ("*.EXAMPLE", "a.example", "192.0.2.1", True),
        ("*.example", "example", "192.0.2.1", False),
        ("*.example", "a.example.evil.test", "192.0.2.1", False),
        ("a.example", "a.example", "192.0.2.1", True),
        ("a.example", "xa.example", "192.0.2.1", False),
        ("192.0.2.1", "whatever", "192.0.2.1", True),
        ("192.0.2.1", "whatever", "192.0.2.2", False),
        ("192.0.2.0/24", "whatever", "192.0.2.77", True),
        ("192.0.2.5/24", "whatever", "192.0.2.77", True),
        ("192.0.2.0/24", "whatever", "192.0.3.1", False),
        ("192.0.2.0/24", "whatever", "::ffff:192.0.2.1", True),
        ("2001:db8::/32", "whatever", "2001:db8::7", True),
        ("2001:db8::/32", "whatever", "192.0.2.1", False),
        ("192.0.2.*", "192.0.2.9", "192.0.2.9", True),
    ],
)
def test_a_pattern_is_a_name_an_address_or_a_network(
    pattern: str, host: str, address: str, *, allowed: bool
) -> None:
    """Names match by wildcard and without case, networks by the address connected to."""
    assert AddressRule((pattern,)).allows(host, address) is allowed


def test_one_of_several_patterns_is_enough() -> None:
    """The others need not fit."""
    assert AddressRule(("nope", "192.0.2.0/24", "*.x")).allows("a.example", "192.0.2.1")


@given(st.ip_addresses(), st.text(max_size=20))
def test_no_address_is_too_odd_to_decide(address: object, pattern: str) -> None:
    """Any address and any pattern give an answer; a pattern never takes one away."""
    text = str(address)
    assert AddressRule((pattern,)).allows("host", text) >= AddressRule().allows("host", text)
