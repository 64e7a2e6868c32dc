"""What a well-typed value must still satisfy: key by key, and of all of them together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from mohook.delivery.clock import clock_from
from mohook.errors import InputError
from mohook.options.convert import convert, expected, shown
from mohook.options.keys import Key, joined
from mohook.settings import (
    AccountSettings,
    CheckSettings,
    CustomerSettings,
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    ServeSettings,
    Settings,
)
from mohook.sms.addresses import is_e164, is_msisdn, is_short_code

__all__ = ["checked", "contradictions"]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a key takes, in words and as a test of the converted value."""

    expected: str
    accepts: Callable[[Any], bool]


def _is_url(value: str) -> bool:
    # Imported when it is needed: its pattern costs every other command some milliseconds.
    from mohook.directory.webhook_url import require_webhook_url

    try:
        require_webhook_url(value)
    except InputError:
        return False
    return True


def _is_clock(value: str) -> bool:
    try:
        clock_from(value)
    except InputError:
        return False
    return True


def _is_host_pattern(value: str) -> bool:
    """Whether it can match: a URL, a host with a port and a network with /99 never do."""
    with suppress(ValueError):
        ip_network(value, strict=False)
        return True
    return re.fullmatch(r"[^\s/:@]+", value) is not None


_OWN_HEADERS = frozenset(
    {"host", "content-type", "content-length", "transfer-encoding", "connection", "expect"}
)


def _is_header(value: str) -> bool:
    """Whether it can be sent (RFC 9110, 5), and is none that makes another request of it."""
    name, colon, content = value.partition(":")
    return (
        re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) is not None
        and bool(colon and content.strip())
        and re.fullmatch(r"[\t -~]*", content) is not None
        and name.lower() not in _OWN_HEADERS
    )


def _at_least_one(what: str) -> _Rule:
    return _Rule(f"{what}, 1 or more", lambda count: count >= 1)


def _filled(what: str) -> _Rule:
    return _Rule(what, lambda text: bool(text.strip()))


def _code(pattern: str, what: str) -> _Rule:
    return _Rule(what, lambda text: re.fullmatch(pattern, text) is not None)


_URL = _Rule(
    "an http:// or https:// URL without spaces or fragment, such as http://127.0.0.1:5000/sms",
    _is_url,
)
_LONGER_THAN_NONE = _Rule(
    "a duration longer than 0, such as 30s or 10m", lambda length: length > timedelta()
)
_BYTES = _at_least_one("a number of bytes")
_POINTER = _code("(/([^~/]|~[01])*)+", "a JSON pointer into each stored message, such as /data/id")

_RULES: Mapping[tuple[type, str], _Rule] = {
    (ServeSettings, "host"): _filled("an address or host name to listen on, such as 127.0.0.1"),
    (ServeSettings, "port"): _Rule(
        "a whole number from 0 (any free port) to 65535", lambda port: 0 <= port <= 65_535
    ),
    (ServeSettings, "control_token"): _code(
        "[!-~]{16,}", "16 or more visible ASCII characters, such as `openssl rand -hex 16` prints"
    ),
    (ServeSettings, "state"): _filled("the path of a file, or the URL of a database"),
    (ServeSettings, "clock"): _Rule(
        "real, manual, or x and a number above 0, such as x60",
        _is_clock,
    ),
    (ServeSettings, "keep"): _at_least_one("a number of finished messages"),
    (ServeSettings, "allow_host"): _Rule(
        'a list of host patterns, such as ["*.example.test", "203.0.113.0/24"]',
        lambda patterns: all(map(_is_host_pattern, patterns)),
    ),
    (ServeSettings, "headers"): _Rule(
        'a list of headers such as ["X-Api-Key: 7"], none of those that a delivery has itself',
        lambda headers: all(map(_is_header, headers)),
    ),
    (ServeSettings, "answer_cap"): _BYTES,
    (ServeSettings, "request_cap"): _BYTES,
    (ServeSettings, "per_receiver"): _at_least_one("a number of requests in flight"),
    (Ip1Settings, "callback_url"): _URL,
    (Ip1Settings, "retry_interval"): _LONGER_THAN_NONE,
    (Ip1Settings, "retry_limit"): _at_least_one("a number of attempts in all"),
    (Ip1Settings, "mcc"): _code("[0-9]{3}", 'three digits in quotes, such as "240"'),
    (Ip1Settings, "mnc"): _code("[0-9]{2,3}", 'two or three digits in quotes, such as "01"'),
    (AccountSettings, "callback_url"): _URL,
    (IntelePeerSettings, "webhook"): _URL,
    (IntelePeerSettings, "retry_spacing"): _Rule(
        'a list of durations, one for each gap between attempts, such as ["1m", "1m", "5m", "10m"]',
        lambda spacing: len(spacing) >= 1,
    ),
    (IntelePeerSettings, "short_code_length"): _Rule(
        "the least and the greatest number of digits, such as [3, 8]",
        lambda lengths: 1 <= lengths[0] <= lengths[1],
    ),
    (CustomerSettings, "token"): _filled("a text that is not empty"),
    (NumberSettings, "webhook"): _URL,
    (DeliverySettings, "time_limit"): _LONGER_THAN_NONE,
    (CheckSettings, "readback"): _URL,
    (CheckSettings, "readback_command"): _filled("a command for the shell"),
    (CheckSettings, "readback_id"): _POINTER,
    (CheckSettings, "readback_text"): _POINTER,
}

_SECRET_FIELDS = frozenset({"token", "password", "secret", "headers", "control_token"})


def checked(key: Key, value: object, place: str) -> object:
    """Return `value` converted for `key`, once its rule accepts it.

    Raises `InputError` that begins with `place`, shows the value and says what was expected.
    """
    rule = _RULES.get((key.table, key.field), _Rule(expected(key.annotation), lambda _: True))
    try:
        converted = convert(value, key.annotation)
    except InputError:
        converted = None
    if converted is None or not rule.accepts(converted):
        given = "(hidden)" if key.field in _SECRET_FIELDS else shown(value)
        msg = f"{place} = {given}: expected {rule.expected}"
        raise InputError(msg)
    return converted


def contradictions(settings: Settings) -> Iterator[str]:
    """Yield what cannot hold together, each as a line that names the keys."""
    yield from _unsigned(settings.intelepeer)
    yield from _without_customer(settings.intelepeer)
    yield from _malformed_numbers(settings)
    yield from _in_two_accounts(settings.ip1)


def _unsigned(intelepeer: IntelePeerSettings) -> Iterator[str]:
    # Source: IntelePeer, Securing Inbound SMS Webhooks: signed where a secret is set.
    everyone = {"intelepeer": CustomerSettings(secret=intelepeer.secret)}
    named = {joined("intelepeer.customers", name): c for name, c in intelepeer.customers.items()}
    for name, customer in (everyone | named).items():
        mode = (customer.signature or intelepeer.signature).mode
        secret = intelepeer.secret if customer.secret is None else customer.secret
        if mode == "hmac" and not secret:
            yield f'{name}.secret is empty: expected a text, since the signature mode is "hmac"'


def _without_customer(intelepeer: IntelePeerSettings) -> Iterator[str]:
    for number, entry in intelepeer.numbers.items():
        if entry.customer is not None and entry.customer not in intelepeer.customers:
            key = joined("intelepeer.numbers", number)
            yield (
                f"{key}.customer = {shown(entry.customer)}: expected a customer that has a table "
                f"[{joined('intelepeer.customers', entry.customer)}]"
            )


def _malformed_numbers(settings: Settings) -> Iterator[str]:
    lengths = settings.intelepeer.short_code_length
    for number in settings.intelepeer.numbers:
        if not is_e164(number) and not is_short_code(number, lengths):
            yield (
                f"{joined('intelepeer.numbers', number)}: expected a long code such as "
                f"+13031112222, or a short code such as 1-1234, as the table's name"
            )
    for owner, account in settings.ip1.accounts.items():
        for number in account.numbers:
            if not is_msisdn(number):
                yield (
                    f"{joined('ip1.accounts', owner)}.numbers = {shown(number)}: expected an "
                    'MSISDN, digits alone without a plus, such as "456189040623"'
                )


def _in_two_accounts(ip1: Ip1Settings) -> Iterator[str]:
    owners = Counter(number for entry in ip1.accounts.values() for number in set(entry.numbers))
    for number, count in owners.items():
        if count > 1:
            yield f"ip1.accounts: {shown(number)} stands in {count} accounts: expected it in one"
