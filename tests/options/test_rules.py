"""Each rule takes what stands at its edge and refuses what stands behind it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.errors import InputError
from mohook.options.convert import convert, shown, to_text
from mohook.options.keys import KEYS, built
from mohook.options.rules import checked, contradictions
from mohook.options.toml_file import read_document
from mohook.settings import Settings

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes()
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("serve.port", 0),
        ("serve.port", 65535),
        ("serve.keep", 1),
        ("serve.seed", -1),
        ("serve.clock", "real"),
        ("serve.clock", "manual"),
        ("serve.clock", "x60"),
        ("serve.clock", "x0.5"),
        ("serve.allow_host", []),
        (
            "serve.allow_host",
            ["*", "a.test", "*.a.test", "192.0.2.1", "192.0.2.0/24", "2001:db8::/32"],
        ),
        ("check.readback_id", "/"),
        ("check.readback_text", "/data/0/a~1b~0c"),
        ("check.settle", 0),
        ("serve.headers", []),
        ("serve.headers", ["X-Api-Key: a, b: c", "authorization:Bearer 7", "!#$%&'*+.^_`|~: \t~"]),
        ("ip1.retry_interval", 0.001),
        ("ip1.retry_limit", 1),
        ("ip1.mcc", "240"),
        ("ip1.mnc", "01"),
        ("ip1.mnc", "001"),
        ("ip1.callback_url", "http://127.0.0.1:5000/sms?x=1"),
        ("ip1.callback_url", "HTTPS://user:pass@host.test"),
        ("intelepeer.webhook", "http://[::1]:5000"),
        ("intelepeer.retry_spacing", ["0s"]),
        ("intelepeer.retry_spacing", [1, "1m"]),
        ("intelepeer.short_code_length", [4, 4]),
        ("intelepeer.provisioning_delay", 0),
        ("intelepeer.secret", ""),
        ("delivery.time_limit", "1ms"),
        ("delivery.acknowledge", 200),
        ("sms.empty_text_parts", 0),
    ],
)
def test_the_last_good_value_is_taken(name: str, value: object) -> None:
    """What is just within a rule passes it."""
    assert checked(KEYS[name], value, name) == convert(value, KEYS[name].annotation)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("serve.port", -1, "a whole number from 0 (any free port) to 65535"),
        ("serve.port", 65536, "a whole number from 0 (any free port) to 65535"),
        ("serve.port", True, "a whole number from 0 (any free port) to 65535"),
        ("serve.port", 80.0, "a whole number from 0 (any free port) to 65535"),
        ("serve.port", "80", "a whole number from 0 (any free port) to 65535"),
        ("serve.keep", 0, "a number of finished messages, 1 or more"),
        ("serve.answer_cap", 0, "a number of bytes, 1 or more"),
        ("serve.request_cap", 0, "a number of bytes, 1 or more"),
        ("serve.per_receiver", 0, "a number of requests in flight, 1 or more"),
        ("serve.seed", 2**64, "a whole number"),
        ("serve.host", " ", "an address or host name to listen on, such as 127.0.0.1"),
        ("serve.clock", "x0", "real, manual, or x and a number above 0, such as x60"),
        ("serve.clock", "x-1", "real, manual, or x and a number above 0, such as x60"),
        ("serve.clock", "fast", "real, manual, or x and a number above 0, such as x60"),
        ("serve.allow_host", [""], 'a list of host patterns, such as ["*.example.test", '),
        ("serve.allow_host", ["http://a.test/"], "a list of host patterns"),
        ("serve.allow_host", ["a.test:80"], "a list of host patterns"),
        ("serve.allow_host", ["192.0.2.0/99"], "a list of host patterns"),
        ("serve.allow_host", "a.test", 'a list of host patterns, such as ["*.example.test", '),
        ("ip1.retry", "always", "until-200 or dlr-like"),
        ("ip1.retry_interval", 0, "a duration longer than 0, such as 30s or 10m"),
        ("ip1.retry_interval", "-1s", "a duration longer than 0, such as 30s or 10m"),
        ("ip1.retry_limit", 0, "a number of attempts in all, 1 or more"),
        ("ip1.mcc", 240, 'three digits in quotes, such as "240"'),
        ("ip1.mcc", "24", 'three digits in quotes, such as "240"'),
        ("ip1.mnc", "1", 'two or three digits in quotes, such as "01"'),
        ("ip1.callback_url", "ftp://host/", "an http:// or https:// URL"),
        ("ip1.callback_url", "localhost:5000", "an http:// or https:// URL"),
        ("ip1.callback_url", "http://", "an http:// or https:// URL"),
        ("ip1.callback_url", "http://[::1", "an http:// or https:// URL"),
        ("intelepeer.webhook", "http://a b/", "an http:// or https:// URL without spaces"),
        ("intelepeer.webhook", "http://host/#here", "an http:// or https:// URL"),
        ("intelepeer.retry_spacing", [], "a list of durations, one for each gap"),
        ("intelepeer.retry_spacing", [-1], "a list of durations, one for each gap"),
        ("intelepeer.retry_spacing", "1m", "a list of durations, one for each gap"),
        ("intelepeer.short_code_length", [6, 4], "the least and the greatest number of digits"),
        ("intelepeer.short_code_length", [0, 4], "the least and the greatest number of digits"),
        ("intelepeer.short_code_length", [3, 4, 5], "the least and the greatest number of digits"),
        ("intelepeer.signature.hash", "sha3", "md5, sha1, sha256 or sha512"),
        ("intelepeer.provisioning_delay", "soon", "a duration such as 500ms, 30s, 10m or 1h30m"),
        ("intelepeer.bearer_only", 1, "true or false"),
        ("check.readback_id", "", "a JSON pointer into each stored message, such as /data/id"),
        ("check.readback_id", "id", "a JSON pointer into each stored message, such as /data/id"),
        ("check.readback_text", "/a~2", "a JSON pointer into each stored message"),
        ("check.readback_command", " ", "a command for the shell"),
        ("check.readback", "/stored", "an http:// or https:// URL"),
        ("delivery.time_limit", 0, "a duration longer than 0, such as 30s or 10m"),
        ("delivery.acknowledge", 201, "200 or 2xx"),
        ("sms.empty_text_parts", True, "0 or 1"),
        ("sms.empty_text_parts", 2, "0 or 1"),
    ],
)
def test_the_first_bad_value_is_refused(name: str, value: object, expected: str) -> None:
    """What is just beyond a rule is refused with the value and what was expected."""
    with pytest.raises(InputError) as refused:
        checked(KEYS[name], value, f"mohook.toml: {name}")
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    assert str(refused.value).startswith(f"mohook.toml: {name} = {shown}: expected {expected}")


@given(name=st.sampled_from(sorted(KEYS)), value=VALUES)
def test_any_value_is_taken_or_refused(name: str, value: object) -> None:
    """Nothing that TOML can hold brings a key to raise anything but `InputError`."""
    document = value
    for part in reversed(name.split(".")):
        document = {part: document}
    assert isinstance(document, dict)
    layer = read_document(document, "mohook.toml")
    assert bool(layer.problems) != (name in layer.values)
    assert all(line.startswith(f"mohook.toml: {name} = ") for line in layer.problems)


def problems(text: str) -> list[str]:
    layer = read_document(tomllib.loads(text), "mohook.toml")
    assert layer.problems == []
    return list(contradictions(built(Settings(), "", layer.values)))


@pytest.mark.parametrize(
    "text",
    [
        "[intelepeer]\nsignature.mode = 'hmac'",
        "[intelepeer]\nsecret = ''",
        "[intelepeer.customers.acme]\nsecret = 's'\nsignature.mode = 'hmac'",
        "[intelepeer.customers.acme]\nsecret = ''\nsignature.mode = 'absent'",
        "[intelepeer.customers.acme]\n[intelepeer.numbers.'+13031112222']\ncustomer = 'acme'",
        "[intelepeer.numbers.1-123]\n[intelepeer.numbers.57-12345678]",
        "[intelepeer]\nshort_code_length = [9, 9]\n[intelepeer.numbers.1-123456789]",
        "[ip1.accounts.a]\nnumbers = ['4561', '4561']\n[ip1.accounts.b]\nnumbers = ['4562']",
    ],
)
def test_what_holds_together_passes(text: str) -> None:
    """Settings that need each other and have each other are no contradiction."""
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[intelepeer]\nsecret = ''\nsignature.mode = 'hmac'",
            'intelepeer.secret is empty: expected a text, since the signature mode is "hmac"',
        ),
        (
            "[intelepeer.customers.acme]\nsecret = ''\nsignature.mode = 'hmac'",
            (
                "intelepeer.customers.acme.secret is empty: expected a text, "
                'since the signature mode is "hmac"'
            ),
        ),
        (
            "[intelepeer.numbers.'+13031112222']\ncustomer = 'acme'",
            (
                "intelepeer.numbers.\"+13031112222\".customer = 'acme': "
                "expected a customer that has a table [intelepeer.customers.acme]"
            ),
        ),
        (
            "[intelepeer.numbers.13031112222]",
            (
                "intelepeer.numbers.13031112222: expected a long code such as +13031112222, "
                "or a short code such as 1-1234, as the table's name"
            ),
        ),
        (
            "[ip1.accounts.a]\nnumbers = ['+456189040623']",
            (
                "ip1.accounts.a.numbers = '+456189040623': "
                'expected an MSISDN, digits alone without a plus, such as "456189040623"'
            ),
        ),
        (
            "[ip1.accounts.a]\nnumbers = ['4561']\n[ip1.accounts.b]\nnumbers = ['4561']",
            "ip1.accounts: '4561' stands in 2 accounts: expected it in one",
        ),
    ],
)
def test_what_cannot_hold_together_is_told(text: str, line: str) -> None:
    """Each contradiction is one line that names its keys."""
    assert problems(text) == [line]


@pytest.mark.parametrize(
    "header",
    ["X-Api-Key", ": 7", "X-Api-Key:", "X-Api-Key: ", "X Key: 7", "X-Api-Key: a\r\nb: c", "K: ü",
     "host: a.test", "Content-Type: text/plain", "Content-Length: 7", "Transfer-Encoding: chunked"],
)  # fmt: skip
def test_a_header_that_cannot_be_added_is_refused(header: str) -> None:
    """It has a name and a value, makes no other request of a delivery, and is never shown."""
    with pytest.raises(InputError, match=r"^here = \(hidden\): expected a list of headers such as"):
        checked(KEYS["serve.headers"], [header], "here")


def test_a_secret_never_stands_in_an_error() -> None:
    """Secrets of the wrong type are hidden, and credentials in URLs are masked."""
    document = {
        "ip1": {"callback_url": "ftp://user:hush@host/"},
        "intelepeer": {
            "secret": ["hush"],
            "customers": {"acme": {"password": ["hush"], "token": ["hush"], "secret": ["hush"]}},
        },
    }
    found = read_document(document, "mohook.toml").problems
    assert len(found) == 5
    assert "hush" not in "".join(found)
    assert "ftp://***@host/" in found[0]


def test_credentials_that_are_cut_short_are_masked_before() -> None:
    """Credentials so long that their `@` is cut away are masked all the same, in lists too."""
    url = f"ftp://user:{'hush' * 30}@host/{'x' * 100}"
    for value in (url, [url], {"a": url}):
        assert "hush" not in shown(value)
        assert "ftp://***@host/" in shown(value)


def test_a_secret_never_stands_in_a_repr() -> None:
    """Settings can be logged."""
    customer = {"password": "hush", "token": "hush", "secret": "hush"}
    document = {
        "intelepeer": {"secret": "hush", "customers": {"acme": customer}},
        "serve": {"headers": ["X-Api-Key: hush"]},
    }
    settings = built(Settings(), "", read_document(document, "").values)
    assert settings.intelepeer.customers["acme"].token == "hush"
    assert "hush" not in repr(settings)


def test_values_read_as_they_are_written() -> None:
    """The text of a value is what a variable takes."""
    assert to_text(Settings().intelepeer.retry_spacing) == "1m,1m,1m,1m"
    assert (to_text(None), to_text(True), to_text(7), to_text((3, 8))) == (
        "none",
        "true",
        "7",
        "3,8",
    )
