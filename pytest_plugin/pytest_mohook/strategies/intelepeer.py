"""Strategies for what IntelePeer posts."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.endpoints import require_endpoint
from mohook.providers.intelepeer.ids import REFID_LENGTH
from mohook.providers.intelepeer.signature import signature as signed
from mohook.providers.provider import Payload
from mohook.settings import IntelePeerSettings, SignatureSettings
from mohook.sms.segments import segment
from pytest_mohook.strategies.arguments import StrategyArgumentError, require_bool
from pytest_mohook.strategies.extras import draw_extra_fields
from pytest_mohook.strategies.given import Given, draw_given
from pytest_mohook.strategies.numbering import PLACES, numbered
from pytest_mohook.strategies.records import RECORDS, Record
from pytest_mohook.strategies.texts import draw_sms_text

__all__ = ["Choice", "choices", "choose", "customer", "intelepeer_messages", "payload"]

_AS_IT_COMES = IntelePeerSettings()


class _Form(NamedTuple):
    """What IntelePeer chooses of a few: drawn at once, for each draw has its price."""

    refid_prefix: str
    short_sender: bool
    short_recipient: bool
    has_extras: bool


_SHORT = (False, False, False, True)
# Of each so many as a power of two: the shrinker can take one of them back alone, as it takes
# bits. And 256 together: so many are drawn evenly.
_FORMS = st.sampled_from(
    [_Form(*each) for each in product(("", "SM"), _SHORT, _SHORT, (False,) * 5 + (True,) * 3)]
)
_EXAMPLE = "e164_numbers()"
_TAIL_BITS = 32  # of a reference id, after its number


class Choice(NamedTuple):
    """All that IntelePeer is free to send of one message, but for its reference id."""

    body: str
    sender: str
    recipient: str
    refid_prefix: str
    salt: int
    """96 bits, for what a reference id has around its number."""
    extras: dict[str, Any]


@st.composite
def intelepeer_messages(
    draw: st.DrawFn,
    *,
    bodies: Given[str] = None,
    senders: Given[str] = None,
    recipients: Given[str] = None,
    secret: str | None = None,
    signature: SignatureSettings | None = None,
    extra_fields: bool = True,
) -> Payload:
    """Every payload that IntelePeer may validly post: a dict, its keys in documented order.

    No `refid` comes twice in one test case. `bodies`, `senders` and `recipients` are strategies
    that take the place of all that is possible: `bodies=st.just("Hi")`. `secret` is the shared
    code, and `signature` says what is made of it. By default it is the documented one, and
    stands there as it is.
    With `extra_fields`, some messages have fields that no document names today.

    `mohook.intelepeer.send(**payload)` sends one. Raises StrategyArgumentError when it draws,
    for an argument of the wrong kind and for values that IntelePeer cannot send.

    >>> from hypothesis import given
    >>> @given(payload=intelepeer_messages(secret="s3cret"))
    ... def test_messages(payload):
    ...     assert payload["signature"] == "s3cret"
    >>> test_messages()

    Source: IntelePeer, Receiving SMS messages.
    """
    signer = customer(secret, signature)
    choice = choose(draw, bodies, senders, recipients, extra_fields)
    return payload(draw, choice, signer)


def choose(
    draw: st.DrawFn,
    bodies: Given[str],
    senders: Given[str],
    recipients: Given[str],
    extra_fields: bool,
) -> Choice:
    """Draw all but the reference id of a message."""
    require_bool("extra_fields", extra_fields)
    form, record = draw(_FORMS), draw(RECORDS)
    return Choice(
        draw_sms_text(draw)
        if bodies is None
        else draw_given(draw, "bodies", bodies, segment, example='st.just("Hi")'),
        _address(record, 0, short=form.short_sender)
        if senders is None
        else draw_given(draw, "senders", senders, require_endpoint, example=_EXAMPLE),
        _address(record, 1, short=form.short_recipient)
        if recipients is None
        else draw_given(draw, "recipients", recipients, require_endpoint, example=_EXAMPLE),
        form.refid_prefix,
        record.integer(0) << 64 | record.integer(1) << 32 | record.integer(2),
        draw_extra_fields(draw) if form.has_extras and extra_fields else {},
    )


choices = st.composite(choose)
"""Strategies of all but the reference id: arguments as `choose` takes them."""


def customer(secret: str | None, signature: SignatureSettings | None) -> IntelePeerCustomer:
    """Return who signs: as the emulator does it, unless something else is given.

    Raises StrategyArgumentError for what cannot sign.
    """
    secret = _AS_IT_COMES.secret if secret is None else secret
    signature = _AS_IT_COMES.signature if signature is None else signature
    if not isinstance(secret, str) or not secret:
        msg = f"secret={secret!r}: expected the shared code, such as {_AS_IT_COMES.secret!r}"
        raise StrategyArgumentError(msg)
    if not isinstance(signature, SignatureSettings):
        msg = f"signature={signature!r}: expected such as {_AS_IT_COMES.signature!r}"
        raise StrategyArgumentError(msg)
    return IntelePeerCustomer(name="drawn", secret=secret, signature=signature)


def payload(draw: st.DrawFn, choice: Choice, signer: IntelePeerCustomer) -> Payload:
    """Return the payload, with a reference id that no other message has."""
    refid = _refid(choice, next(draw(PLACES)))
    signature = signed(signer, refid, choice.body)
    return {
        "refid": refid,
        "from": choice.sender,
        "to": choice.recipient,
        "message": choice.body,
        **({} if signature is None else {"signature": signature}),
        **choice.extras,
    }


def _address(record: Record, which: int, *, short: bool) -> str:
    return record.short_code(which) if short else f"+{record.number(which)}"


def _refid(choice: Choice, place: int) -> str:
    before, after = divmod(choice.salt, 1 << _TAIL_BITS)
    digits = REFID_LENGTH - len(choice.refid_prefix)
    number = numbered(before, place, after, _TAIL_BITS) % 16**digits
    return f"{choice.refid_prefix}{number:0{digits}X}"
