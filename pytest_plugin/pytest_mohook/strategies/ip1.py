"""Strategies for what ip1 posts: one message, and the messages of one request."""

from __future__ import annotations

import re
import reprlib
import time
from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mohook.directory.ip1 import OWNER_PATTERN
from mohook.errors import InputError
from mohook.providers.ip1.account import OWNER_EXAMPLE
from mohook.providers.ip1.ids import object_id
from mohook.providers.ip1.statuses import (
    FINAL,
    MORE_TO_COME,
    RECEIVED,
    STATUS_CODES,
    STATUS_GROUPS,
)
from mohook.providers.provider import Payload
from mohook.sms.addresses import is_alphanumeric, require_msisdn
from mohook.sms.segments import segment
from pytest_mohook.strategies.arguments import require_bool
from pytest_mohook.strategies.extras import draw_extra_fields
from pytest_mohook.strategies.given import Given, draw_code, draw_given, draw_several
from pytest_mohook.strategies.numbering import PLACES, numbered
from pytest_mohook.strategies.records import RECORDS
from pytest_mohook.strategies.texts import draw_sms_text

__all__ = ["Choice", "batch", "choices", "choose", "ip1_batches", "ip1_messages"]

_FIRST_SECOND = 946_684_800  # 2000-01-01T00:00:00Z
_LAST_SECOND = 2_145_916_799  # 2037-12-31T23:59:59Z, the last year that 32 signed bits hold

# Hypothesis draws evenly from up to 256 elements; where they cannot be hashed, it takes all such
# tables for one and the same. What stands earlier in one is simpler.
Operator = tuple[tuple[str, str | None], ...]


def _operator(**parts: str | None) -> Operator:
    return tuple(parts.items())


_OPERATORS = st.sampled_from(
    [
        *[_operator()] * 8,
        *[_operator(mcc=None, mnc=None)] * 8,
        _operator(mcc=None, mnc="07"),
        _operator(mcc=None, mnc="020"),
        _operator(mcc="240", mnc=None),
        _operator(mcc="310", mnc=None),
        _operator(mcc="240"),
        _operator(mnc="07"),
        _operator(mnc="410"),
        _operator(mcc="431", mnc="20"),  # the sample's, which no country has
        _operator(mcc="240", mnc="01"),  # Sweden: a leading zero that a number would lose
        _operator(mcc="334", mnc="020"),  # Mexico: 020 and 20 would be two networks
        _operator(mcc="310", mnc="410"),  # United States
        _operator(mcc="302", mnc="720"),  # Canada
        _operator(mcc="722", mnc="310"),  # Argentina
        _operator(mcc="001", mnc="01"),  # test networks
        _operator(mcc="901", mnc="28"),  # of no country
        _operator(mcc="999", mnc="99"),  # for private use
    ]
)
"""Absent, null or given: together, or one without the other. ITU-T E.212 has the real ones."""


class Manner(NamedTuple):
    """What ip1 chooses of a few: drawn at once, for each draw has its price."""

    type: str
    priority: int
    code: int
    """A known status code, or `_UNKNOWN`."""


_KNOWN_CODES = [code for code in STATUS_CODES if code != RECEIVED]
_UNKNOWN = 0
# Of each so many as a power of two: the shrinker can take one of them back alone, as it takes
# bits. And 256 together: so many are drawn evenly.
_CODES = [RECEIVED] * 26 + _KNOWN_CODES + [_UNKNOWN] * 24
_MANNERS = st.sampled_from([Manner(*each) for each in product(("SMS", "Flash"), (1, 2), _CODES)])


class Rest(NamedTuple):
    """What hardly ever matters to a receiver."""

    place: int
    """Which message of its batch it is, where the others are posted elsewhere."""
    lag: int
    """Seconds from `created` to `modified`; in the sample, two less than none."""
    extras_at: str
    """Where fields stand that no document names: in the `message`, in its `status`, or nowhere."""


_LAGS = (-2, -2, -2, 0, 0, 1, 86_400, -86_400)
_EXTRAS_AT = ("",) * 4 + ("message",) * 2 + ("status",) * 2
_RESTS = st.sampled_from([Rest(*each) for each in product((1, 1, 2, 40), _LAGS, _EXTRAS_AT)])
# By turns of each group: of so many, Hypothesis draws the first ones more often.
_UNKNOWN_CODES = st.sampled_from(
    [
        code
        for rest in range(100)
        for code in (100 * group + rest for group in STATUS_GROUPS)
        if code not in STATUS_CODES
    ]
)
_FIRST_OWNER = int(OWNER_EXAMPLE.removeprefix("ip1-"))
_OWNERS = 10**8 - _FIRST_OWNER
_EXAMPLE_OWNERS = f"st.just({OWNER_EXAMPLE!r})"
_SECONDS = _LAST_SECOND - _FIRST_SECOND + 1
_TAIL_BITS = 16  # of an id, after its number
_PLACES_IN_BATCH = 256


class Choice(NamedTuple):
    """All that ip1 is free to send of one message, but for its ids."""

    body: str
    sender: str
    recipient: str
    owner: str
    second: int
    salt: int
    """32 bits, for what an id has around its number."""
    manner: Manner
    operator: Operator
    rest: Rest
    extras: dict[str, Any]


@st.composite
def ip1_messages(
    draw: st.DrawFn,
    *,
    bodies: Given[str] = None,
    senders: Given[str] = None,
    recipients: Given[str] = None,
    owners: Given[str] = None,
    status_codes: Given[int] = None,
    unknown_codes: bool = True,
    extra_fields: bool = True,
) -> Payload:
    """Every payload that ip1 may validly post: a dict, its keys in documented order.

    `segments` and `datacoding` follow from `body`, `batchId` stands a little before `id`, and
    no id comes twice in one test case. Each argument but the last two is a strategy that
    takes the place of all that is possible: `bodies=st.just("Hi")`. Without `status_codes`,
    some messages have another code than 201; with `unknown_codes` some have one that no document
    names today ("More may be added in the future"), and with `extra_fields` some have such
    fields.

    `mohook.ip1.send(**payload)` sends one. Senders may also be names, as by the switch
    `alphanumeric_senders`. Raises StrategyArgumentError when it draws, for an argument that
    is no strategy and for values that ip1 cannot send.

    >>> from hypothesis import given
    >>> from hypothesis import strategies as st
    >>> @given(payload=ip1_messages(owners=st.just("ip1-XXXXX")))
    ... def test_messages(payload):
    ...     assert payload["owner"] == "ip1-XXXXX" and payload["segments"] >= 1
    >>> test_messages()

    Source: ip1, Receive incoming SMS.
    """
    choice = choose(
        draw, bodies, senders, recipients, owners, status_codes, unknown_codes, extra_fields
    )
    return _payload(choice, choice, _batch_tail(draw, choice), choice.rest.place)


@st.composite
def ip1_batches(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 5,
    bodies: Given[str] = None,
    senders: Given[str] = None,
    recipients: Given[str] = None,
    owners: Given[str] = None,
    status_codes: Given[int] = None,
    unknown_codes: bool = True,
    extra_fields: bool = True,
) -> list[Payload]:
    """Every list of messages that ip1 may receive in one request: one `batchId`, ids in a row.

    They share owner and time. Further arguments are those of `ip1_messages`.

    >>> from hypothesis import given
    >>> @given(payloads=ip1_batches(min_size=2))
    ... def test_batches(payloads):
    ...     assert payloads[0]["batchId"] == payloads[1]["batchId"]
    >>> test_batches()

    Source: ip1, Receive incoming SMS (`batchId`).
    """
    each = choices(bodies, senders, recipients, owners, status_codes, unknown_codes, extra_fields)
    return batch(draw, draw_several(draw, each, min_size, max_size, least=1))


def batch(draw: st.DrawFn, chosen: Sequence[Choice]) -> list[Payload]:
    """Return the payloads of one request, with ids that no other message has."""
    tail = _batch_tail(draw, chosen[0])
    return [
        _payload(choice, chosen[0], tail, place) for place, choice in enumerate(chosen, start=1)
    ]


def _batch_tail(draw: st.DrawFn, choice: Choice) -> int:
    """Return the last 8 bytes of a `batchId`; ids in its row have room behind it."""
    before, after = divmod(choice.salt, 1 << _TAIL_BITS)
    after %= (1 << _TAIL_BITS) - _PLACES_IN_BATCH
    return numbered(before, next(draw(PLACES)), after, _TAIL_BITS)


def choose(
    draw: st.DrawFn,
    bodies: Given[str],
    senders: Given[str],
    recipients: Given[str],
    owners: Given[str],
    status_codes: Given[int],
    unknown_codes: bool,
    extra_fields: bool,
) -> Choice:
    """Draw all but the ids of a message."""
    require_bool("unknown_codes", unknown_codes)
    require_bool("extra_fields", extra_fields)
    rest, record = draw(_RESTS), draw(RECORDS)
    return Choice(
        draw_sms_text(draw)
        if bodies is None
        else draw_given(draw, "bodies", bodies, segment, example='st.just("Hi")'),
        record.number(0)
        if senders is None
        else draw_given(draw, "senders", senders, _require_sender, example="msisdns()"),
        record.number(1)
        if recipients is None
        else draw_given(draw, "recipients", recipients, require_msisdn, example="msisdns()"),
        f"ip1-{_FIRST_OWNER + record.integer(1) % _OWNERS}"
        if owners is None
        else draw_given(draw, "owners", owners, _require_owner, example=_EXAMPLE_OWNERS),
        _FIRST_SECOND + record.integer(0) % _SECONDS,
        record.integer(2),
        _manner(draw, status_codes, unknown_codes=unknown_codes),
        draw(_OPERATORS),
        rest,
        draw_extra_fields(draw) if rest.extras_at and extra_fields else {},
    )


def _manner(draw: st.DrawFn, status_codes: Given[int], *, unknown_codes: bool) -> Manner:
    manner = draw(_MANNERS)
    if status_codes is not None:
        return manner._replace(code=draw_code(draw, "status_codes", status_codes))
    if manner.code != _UNKNOWN:
        return manner
    return manner._replace(code=draw(_UNKNOWN_CODES) if unknown_codes else RECEIVED)


choices = st.composite(choose)
"""Strategies of all but the ids: arguments as `choose` takes them."""


def _payload(choice: Choice, received: Choice, batch_tail: int, place: int) -> Payload:
    """Return the payload of one message out of a request that was received as `received`."""
    text = segment(choice.body)
    manner, rest, second = choice.manner, choice.rest, received.second
    duration = MORE_TO_COME if manner.code < 200 else FINAL
    status = {"created": _instant(second), "code": manner.code, "duration": duration}
    return {
        "id": object_id(second, batch_tail + place),
        "batchId": object_id(second, batch_tail),
        "owner": received.owner,
        "sender": choice.sender,
        "recipient": choice.recipient,
        "body": choice.body,
        "direction": "mo",
        "segments": text.parts,
        "type": manner.type,
        "datacoding": text.encoding.value,
        "priority": manner.priority,
        "statuses": [status | choice.extras if rest.extras_at == "status" else status],
        "modified": _instant(second + rest.lag),
        **dict(choice.operator),
        **(choice.extras if rest.extras_at == "message" else {}),
    }


def _instant(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def _require_sender(value: str) -> None:
    if not is_alphanumeric(value):
        require_msisdn(value)


def _require_owner(value: str) -> None:
    if not re.fullmatch(OWNER_PATTERN, value):
        msg = f"{reprlib.repr(value)} is no owner: expected one such as {OWNER_EXAMPLE!r}"
        raise InputError(msg)
