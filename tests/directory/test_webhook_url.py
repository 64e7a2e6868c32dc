from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mohook.directory.webhook_url import MAX_LENGTH, PATTERN, require_webhook_url
from mohook.errors import WebhookError
from tests.providers.samples import sample


@pytest.mark.parametrize(
    "url",
    [
        sample("intelepeer-webhook-request")["webhook"],
        sample("intelepeer-webhook-get")["webhook"],
        "http://127.0.0.1:5000",
        "http://localhost:65535/a/b?x=[1]&y=%20",
        "HTTPS://user:pa%20ss@host.example./",
        "http://[::1]:80/",
        "http://my_service?x",
        "http://a/" + "x" * (MAX_LENGTH - 9),
    ],
)
def test_url_that_can_be_posted_to_is_taken(url: str) -> None:
    """Either scheme, any host, with or without credentials, port, path and query."""
    assert require_webhook_url(url) == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begin with"),
        ("www.myserver.com/myapp", "begin with"),
        ("ftp://host/", "begin with"),
        ("javascript:alert(1)//http://host", "begin with"),
        ("http://host/a b", "' ' at index 13"),
        ("http://host/\n", "index 12"),
        ("http://host/å", "percent-encoded"),
        ("http://host/#top", "fragment"),
        ("http://", "no such host"),
        ("http:///path", "no such host"),
        ("http://host:0/", "no such host"),
        ("http://host:65536/", "no such host"),
        ("http://a..b/", "no such host"),
        ("http://[::1/", "no such host"),
        ("http://[1:2]/", "no such host"),
        ("http://host/%zz", "no such host"),
        ("http://a/" + "x" * (MAX_LENGTH - 8), f"more than {MAX_LENGTH}"),
    ],
)
def test_other_url_is_refused_with_the_reason(url: str, reason: str) -> None:
    """What cannot be posted to is refused in the document's words, and told why."""
    with pytest.raises(WebhookError, match=f"^Improperly-formatted URL.*{re.escape(reason)}"):
        require_webhook_url(url)


@pytest.mark.parametrize("url", ["http://joe:hush@host/ ", "ftp://joe:hush@host/"])
def test_refusal_shows_no_credentials(url: str) -> None:
    """A refused URL stands in the error without its user and password."""
    with pytest.raises(WebhookError, match=r"\*\*\*@host") as caught:
        require_webhook_url(url)
    assert "hush" not in str(caught.value)


# Generating from a pattern this long takes milliseconds each.
@settings(max_examples=25)
@given(url=st.from_regex(re.compile(PATTERN, re.ASCII), fullmatch=True))
def test_pattern_is_the_whole_rule(url: str) -> None:
    """Whatever the pattern generates is taken, and the standard library finds a host in it."""
    if len(url) <= MAX_LENGTH and not url.endswith("\n"):
        assert require_webhook_url(url) == url
        assert urlsplit(url).hostname


@given(
    text=st.one_of(
        st.ip_addresses(v=6).map(str),
        st.ip_addresses(v=6).map(lambda address: address.exploded),
        st.text("0af:", max_size=24),
    )
)
def test_ipv6_hosts_are_those_of_the_standard_library(text: str) -> None:
    """A bracketed host is taken exactly where `ipaddress` reads it."""
    try:
        IPv6Address(text)
    except AddressValueError:
        with pytest.raises(WebhookError):
            require_webhook_url(f"http://[{text}]/")
    else:
        require_webhook_url(f"http://[{text}]/")
