"""What a test must say to send a message again: its text, its addresses, what was set by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from keyword import iskeyword
from random import Random
from typing import Any, NamedTuple

from mohook.delivery.message import Message
from mohook.errors import MohookError
from mohook.evidence.python import literal
from mohook.providers import PROVIDERS
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.signature import signature
from mohook.providers.ip1.account import OWNER_EXAMPLE, Ip1Account
from mohook.providers.provider import Draft, Payload
from mohook.settings import IntelePeerSettings, Settings, SignatureSettings

__all__ = ["Sending", "sending_of"]

_MADE = {
    "ip1": {"id": "[0-9a-f]{24}", "batchId": "[0-9a-f]{24}"},
    "intelepeer": {"refid": "[0-9A-F]{32}|SM[0-9A-F]{30}"},
}
"""By provider: the fields that are new for each message, and the form in which it makes them."""
_PLAIN_NAMES = {"id", "body", "sender", "recipient"}
"""What a test calls four of the fields, whatever the provider calls them."""
_SIGNATURE = "\0signature"
"""Stands for what a test reads when it runs. Literals are escaped, so that none holds a NUL."""


class Sending(NamedTuple):
    """The arguments of `send`, and the lines that must come before it."""

    arguments: str
    before: Sequence[str]


def sending_of(message: Message, settings: Settings) -> Sending:
    """Return what sends the same message again, under ids of its own.

    Of the fields, those alone are said that the provider would not make so by itself.
    """
    wire = PROVIDERS[message.provider].wire
    payload: Payload = json.loads(message.payload)
    before = []
    sender, recipient = _addresses(message, payload, settings)
    if (sender, recipient) != _wire_addresses(message, payload):
        before.append("# The addresses set by hand are none that a phone could send from or to.")
    given = payload.get(wire.text)
    text = given if isinstance(given, str) else message.body
    fields = dict(_by_hand(message, payload, text, settings))
    if message.provider == "intelepeer":
        before += _signing(payload, text, settings, fields)
    for name in sorted((_PLAIN_NAMES - set(astuple(wire))) & fields.keys()):
        before.append(f"# Left out, for a test says it otherwise: the field {name!r}.")
        del fields[name]
    words = [] if wire.text in fields else [literal(text)]
    words += [] if wire.sender in fields else [f"sender={literal(sender)}"]
    words += [] if wire.recipient in fields else [f"recipient={literal(recipient)}"]
    words += _named(fields)
    written = ", ".join(words).replace(literal(_SIGNATURE), 'os.environ["SIGNATURE"]')
    return Sending(written, before)


def _wire_addresses(message: Message, payload: Payload) -> tuple[str, str]:
    wire = PROVIDERS[message.provider].wire
    sender, recipient = payload.get(wire.sender), payload.get(wire.recipient)
    return (
        sender if isinstance(sender, str) else message.sender,
        recipient if isinstance(recipient, str) else message.recipient,
    )


def _addresses(message: Message, payload: Payload, settings: Settings) -> tuple[str, str]:
    """Return the addresses on the wire, or the message's own where a phone could not send these."""
    on_the_wire = _wire_addresses(message, payload)
    with suppress(MohookError):
        PROVIDERS[message.provider].check(*on_the_wire, settings)
        return on_the_wire
    return message.sender, message.recipient


def _by_hand(
    message: Message, payload: Payload, text: str, settings: Settings
) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a payload that somebody has set: a provider makes them otherwise."""
    wire = PROVIDERS[message.provider].wire
    own = _made(message, text, settings)
    addresses = {wire.sender, wire.recipient, wire.text}
    for name, value in payload.items():
        form = _MADE[message.provider].get(name)
        if name == "signature" or (name in addresses and isinstance(value, str)):
            continue
        if form and isinstance(value, str) and re.fullmatch(form, value):
            continue
        if name not in own or own[name] != value or type(own[name]) is not type(value):
            yield name, value


def _made(message: Message, text: str, settings: Settings) -> Payload:
    """Return the payload that the provider makes of the message; nothing where it makes none."""
    account: Any = Ip1Account(message.endpoint.partition(":")[2] or OWNER_EXAMPLE)
    if message.provider == "intelepeer":
        account = _customers(settings)[0]
    draft = Draft(message.sender, message.recipient, text, message.created_at, account)
    with suppress(MohookError):
        return PROVIDERS[message.provider].payloads([draft], Random(0), settings)[0][0]
    return {}


def _named(fields: dict[str, Any]) -> Iterator[str]:
    strange = {}
    for name, value in fields.items():
        if name.isascii() and name.isidentifier() and not iskeyword(name):
            yield f"{name}={literal(value)}"
        else:
            strange[name] = value
    if strange:
        yield f"**{literal(strange)}"


# What signs


def _signing(
    payload: Payload, text: str, settings: Settings, fields: dict[str, Any]
) -> Iterator[str]:
    """Yield the line that signs as the message was signed; one set by hand goes to `fields`."""
    given = payload.get("signature")
    customer = _signer(payload, text, settings)
    if customer is None:
        if "signature" in payload:
            fields["signature"] = _SIGNATURE if given and isinstance(given, str) else given
        else:
            yield 'mohook.intelepeer.sign_with(mode="absent")'
        return
    how, plain = customer.signature, IntelePeerSettings()
    if how == plain.signature and customer.secret == plain.secret:
        return
    words = [] if customer.secret == plain.secret else ['os.environ["INTELEPEER_SECRET"]']
    usual = asdict(SignatureSettings())
    words += [
        f"{name}={literal(value)}" for name, value in asdict(how).items() if value != usual[name]
    ]
    yield f"mohook.intelepeer.sign_with({', '.join(words)})"


def _signer(payload: Payload, text: str, settings: Settings) -> IntelePeerCustomer | None:
    """Return who has signed a payload so, of those whom the settings know."""
    refid, given = payload.get("refid"), payload.get("signature")
    for customer in _customers(settings):
        made = signature(customer, refid if isinstance(refid, str) else "", text)
        if made == given and (made is not None or "signature" not in payload):
            return customer
    return None


def _customers(settings: Settings) -> list[IntelePeerCustomer]:
    own = settings.intelepeer
    everybody = [IntelePeerCustomer(name="", secret=own.secret, signature=own.signature)]
    for name, each in own.customers.items():
        everybody.append(
            IntelePeerCustomer(
                name=name,
                secret=own.secret if each.secret is None else each.secret,
                signature=each.signature or own.signature,
            )
        )
    return everybody
