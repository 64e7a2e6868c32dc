"""Delivery goes to this machine and private networks: attacked by name, form, redirect and time."""

from __future__ import annotations

import pytest

from tests._receivers import Answer, scripted
from tests.security.receivers import posted, witnessed

PUBLIC = "192.0.2.1"  # RFC 5737: nobody's
PUBLIC_6 = "2001:db8::7"
METADATA = "169.254.169.254"

FORMS_OF_PUBLIC = [
    "192.0.2.1", "3221225985", "0xC0000201", "0300.0.2.1", "0xc0.0x0.0x2.0x1", "192.513",
    "192.0.513", "0300.0000.0002.0001", "192.0.2.1.", "[2001:db8::7]", "[::ffff:192.0.2.1]",
    "[::ffff:c000:201]", "[0:0:0:0:0:ffff:c000:0201]", "[64:ff9b::c000:201]", "[2002:c000:201::]",
    "[::c000:201]", "0.0.0.0", "0", "[::]",
]  # fmt: skip
FORMS_OF_METADATA = [
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518", "169.16689662", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[::a9fe:a9fe]", "[fe80::1%25lo]", "[fe80::1]",
    "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16",
]  # fmt: skip
WILDCARDS = ("*", "0.0.0.0/0", "::/0")


def test_the_witness_sees_what_is_opened() -> None:
    """What these tests look for would be found: a delivery on this machine is seen."""
    with scripted() as receiver, witnessed() as transport:
        assert posted(transport, receiver.url).outcome == "200"
        assert transport.opened == ["127.0.0.1"]


@pytest.mark.parametrize("host", FORMS_OF_PUBLIC)
def test_a_public_address_is_refused_in_every_form(host: str) -> None:
    """Decimal, octal, hexadecimal, short, IPv6, IPv4 within IPv6: before a socket is opened."""
    with witnessed() as transport:
        assert posted(transport, f"http://{host}:8080/").outcome in ("forbidden", "name", "error")
        assert transport.opened == []


@pytest.mark.parametrize("host", FORMS_OF_METADATA)
def test_where_clouds_keep_secrets_no_wildcard_leads(host: str) -> None:
    """Link-local and known metadata addresses, in every form, under every pattern."""
    with witnessed({}, *WILDCARDS) as transport:
        assert posted(transport, f"http://{host}:8080/").outcome in ("forbidden", "name", "error")
        assert transport.opened == []


@pytest.mark.parametrize("host", ["192.0.2.1", "3221225985", "0xC0000201", "[2001:db8::7]"])
def test_the_refusal_says_how_to_allow_it(host: str) -> None:
    """The outcome has a name, and the error the option that is missing."""
    with witnessed() as transport:
        exchange = posted(transport, f"http://{host}:8080/")
    assert exchange.outcome == "forbidden"
    assert "--allow-host" in (exchange.error or "")


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6, f"::ffff:{PUBLIC}", METADATA, "0.0.0.0"])
def test_a_name_that_leads_outside_is_refused(address: str) -> None:
    """Whatever the name looks like: the address decides."""
    name = "localhost.evil.example:8080"
    with witnessed({name: [address]}) as transport:
        assert posted(transport, f"http://{name}/").outcome == "forbidden"
        assert transport.asked
        assert transport.opened == []


@pytest.mark.parametrize("pattern", ["*.example", "receiver.example", "*"])
def test_an_allowed_name_that_leads_to_metadata_is_refused(pattern: str) -> None:
    """A pattern that names the host does not name that address."""
    name = "receiver.example:8080"
    with witnessed({name: [METADATA, "fe80::1", "fd00:ec2::254"]}, pattern) as transport:
        assert posted(transport, f"http://{name}/").outcome == "forbidden"
        assert transport.opened == []


@pytest.mark.parametrize("first", [True, False], ids=["public-first", "public-last"])
def test_of_two_addresses_only_the_allowed_one_is_called(first: bool) -> None:
    """A name with one address here and one outside is delivered here, or not at all."""
    with scripted() as receiver:
        name = f"both.example:{receiver.port}"
        found = [PUBLIC, "127.0.0.1"] if first else ["127.0.0.1", PUBLIC]
        with witnessed({name: found}) as transport:
            assert posted(transport, f"http://{name}/").outcome == "200"
            assert transport.opened == ["127.0.0.1"]
    with witnessed({name: found}) as transport:  # and nobody listens here any more
        assert posted(transport, f"http://{name}/").outcome in ("refused", "forbidden")
        assert set(transport.opened) == {"127.0.0.1"}


def test_a_name_that_leads_elsewhere_the_second_time_is_refused_then() -> None:
    """DNS rebinding of the receiver: each connection is checked, not the first one alone."""
    closing = Answer(headers=(("Connection", "close"),))
    with scripted(closing) as receiver:
        name = f"turns.example:{receiver.port}"
        with witnessed({name: ["127.0.0.1"]}) as transport:
            assert posted(transport, f"http://{name}/").outcome == "200"
            transport.lead("turns.example", receiver.port, PUBLIC)
            assert posted(transport, f"http://{name}/").outcome == "forbidden"
            assert transport.opened == ["127.0.0.1"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        f"http://{PUBLIC}/", f"//{PUBLIC}/", "http://3221225985/", "http://[::ffff:192.0.2.1]/",
        "http://outside.example:8080/", f"http://{METADATA}/latest/meta-data/", "http://0/",
        f"http://localhost@{PUBLIC}/", f"http://{PUBLIC}#@localhost/",
    ],
)  # fmt: skip
def test_a_redirect_outside_is_refused(status: int, location: str) -> None:
    """Where redirects are followed, the address at their end is checked as the first one."""
    moved = Answer(status, headers=(("Location", location),))
    with scripted(moved) as receiver:
        names = {"outside.example:8080": [PUBLIC]}
        with witnessed(names) as transport:
            exchange = posted(transport, receiver.url)
            assert exchange.outcome == "forbidden"
            assert exchange.status_code == status
            assert transport.opened == ["127.0.0.1"]


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
        "dict://127.0.0.1:1/",
        "smb://a/",
    ],
)
def test_a_redirect_to_another_protocol_is_refused(location: str) -> None:
    """HTTP alone is spoken."""
    moved = Answer(307, headers=(("Location", location),))
    with scripted(moved) as receiver, witnessed() as transport:
        exchange = posted(transport, receiver.url)
        assert exchange.outcome == "malformed"
        assert transport.opened == ["127.0.0.1"]
        assert exchange.response_body == b""


def test_redirects_are_not_followed_unless_told() -> None:
    """By default a 307 is an answer, and nobody is called after it."""
    moved = Answer(307, headers=(("Location", f"http://{PUBLIC}/"),))
    with scripted(moved) as receiver, witnessed(follow=False) as transport:
        assert posted(transport, receiver.url).outcome == "307"
        assert transport.asked == ["127.0.0.1"]
