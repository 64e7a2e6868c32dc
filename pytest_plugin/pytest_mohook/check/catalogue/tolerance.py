"""What a provider may send beside the usual: it is a message like any other."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from mohook.providers.ip1.statuses import FINAL, MORE_TO_COME, STATUS_CODES
from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import ID, INTELEPEER, IP1, SENDERS, assumption
from pytest_mohook.check.catalogue.ids import fresh_id
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["CHECKS"]

Payload = dict[str, Any]
CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS)
_ip1 = partial(registry.check, CHECKS, providers=["ip1"])
_intelepeer = partial(registry.check, CHECKS, providers=["intelepeer"])


def _takes(trial: Trial, payloads: Sequence[Payload]) -> None:
    """Fail unless each payload is acknowledged, and stored once with its text."""
    several = trial.some(payloads)
    trial.acknowledged([*map(trial.request, several)])
    trial.kept(several)


def _takes_with(trial: Trial, *changes: Payload) -> None:
    """Fail unless plain messages with other values in some fields are taken."""
    _takes(trial, [trial.payload() | each for each in changes])


_UNKNOWN: tuple[Payload, ...] = (
    {"reference": None},
    {"price": 0.35, "currency": "SEK"},
    {"carrier": {"name": "Example", "tags": [1, None, {"a": []}]}, "ported": False},
    {"__proto__": {"admin": True}, "class": "import", "$where": "1", "a.b": "", "": 0},
    {"Länge": "\N{HONEYBEE}", "big": 9007199254740993},
)


@_check(
    "tolerance.unknown-fields",
    "A message with fields that nobody knows yet is a message.",
    basis={
        "ip1": "ip1, developer pages: its read API has price, currency and reference beside these",
        "intelepeer": f'{INTELEPEER}, Parameters: names what "is delivered in the body of the '
        'POST", and does not say that nothing else ever is',
    },
)
def unknown_fields(trial: Trial) -> None:
    """Send messages with fields of all JSON types that no document names; each must be taken."""
    _takes_with(trial, *_UNKNOWN)


@_ip1(
    "tolerance.unknown-status-fields",
    "A status with fields that nobody knows yet is a status.",
    basis="ip1, developer pages: its read API has more fields than the callback",
)
def unknown_status_fields(trial: Trial) -> None:
    """Send messages with more fields in their status; each must be taken."""
    more: tuple[Payload, ...] = ({"reason": None}, {"text": "delivered", "network": {"mcc": 1}})
    _takes_with(trial, *({"statuses": [_status(trial, **each)]} for each in more))


def _status(trial: Trial, **fields: Any) -> Payload:
    [status] = trial.payload()["statuses"]
    return {**status, **fields}


@_ip1(
    "tolerance.unknown-status-codes",
    "A message with a status code that is new is a message.",
    basis=f'{IP1}, statuses[].code: "More may be added in the future"',
)
def unknown_status_codes(trial: Trial) -> None:
    """Send messages with codes of each group that are not known today; each must be taken."""
    new = {105, 199, 204, 299, 301, 405, 499, 501, 599, 1001} - STATUS_CODES.keys()
    _takes_with(trial, *({"statuses": [_status(trial, code=code)]} for code in sorted(new)))


@_ip1(
    "tolerance.known-status-codes",
    "A message with any status code of today is a message.",
    basis="ip1, status code page",
)
def known_status_codes(trial: Trial) -> None:
    """Send a message with each known code; each must be taken."""
    _takes_with(trial, *({"statuses": [_status(trial, code=code)]} for code in STATUS_CODES))


@_ip1(
    "tolerance.status-not-final",
    "A message whose status is not the last is a message.",
    basis=f'{IP1}, statuses[].duration: "whether this is the last status update"; '
    f"{assumption('ip1-status')}",
)
def status_not_final(trial: Trial) -> None:
    """Send messages whose status has duration 0, or 1 with another code; each must be taken."""
    durations = [(201, MORE_TO_COME), (102, MORE_TO_COME), (101, FINAL)]
    statuses = [_status(trial, code=code, duration=last) for code, last in durations]
    _takes_with(trial, *({"statuses": [each]} for each in statuses))


_OPERATOR = f'{IP1}, mcc and mnc: "may be specified here if it\'s provided by the upstream carrier"'


@_ip1("tolerance.operator-absent", "A message without mcc and mnc is a message.", basis=_OPERATOR)
def operator_absent(trial: Trial) -> None:
    """Send a message without the two fields; it must be taken."""
    payload = trial.payload("No operator")
    _takes(trial, [{name: payload[name] for name in payload if name not in ("mcc", "mnc")}])


@_ip1(
    "tolerance.operator-null",
    "A message whose mcc and mnc are null is a message.",
    basis=f"{_OPERATOR}; {assumption('ip1-missing-operator')}",
)
def operator_null(trial: Trial) -> None:
    """Send a message with null in the two fields; it must be taken."""
    _takes_with(trial, {"mcc": None, "mnc": None})


@_ip1("tolerance.operator-given", "A message with mcc and mnc is a message.", basis=_OPERATOR)
def operator_given(trial: Trial) -> None:
    """Send messages with operators as texts, zeros in front among them; each must be taken."""
    given = [("431", "20"), ("240", "01"), ("001", "001"), ("310", "004")]
    _takes_with(trial, *({"mcc": mcc, "mnc": mnc} for mcc, mnc in given))


@_ip1("tolerance.operator-in-part", "A message with mcc alone is a message.", basis=_OPERATOR)
def operator_in_part(trial: Trial) -> None:
    """Send messages with one of mcc and mnc, the other null or absent; each must be taken."""
    bare = [trial.payload("Half an operator") for _ in range(2)]
    for payload, name in zip(bare, ("mcc", "mnc"), strict=True):
        payload.pop("mcc", None)
        payload.pop("mnc", None)
        payload[name] = "240"
    _takes(trial, bare)
    _takes_with(trial, {"mcc": "240", "mnc": None}, {"mcc": None, "mnc": "01"})


@_ip1(
    "tolerance.priority",
    "A message of the higher priority is a message.",
    basis=f'{IP1}, priority: "Priority 2 is the higher priority"',
)
def priority(trial: Trial) -> None:
    """Send a message of priority 2; it must be taken."""
    _takes_with(trial, {"priority": 2})


@_ip1(
    "tolerance.flash",
    "A flash message is a message.",
    basis=f"ip1, sending page: type is SMS or Flash; {assumption('ip1-constants')}",
)
def flash(trial: Trial) -> None:
    """Send a message of type Flash; it must be taken."""
    _takes_with(trial, {"type": "Flash"})


@_ip1(
    "tolerance.ucs",
    "A message in UCS-2 is a message.",
    basis=f'{IP1}, datacoding: "Specifies the datacoding scheme"; {assumption("text-encoding")}',
)
def ucs(trial: Trial) -> None:
    """Send a message whose text needs UCS-2, and says so in datacoding; it must be taken."""
    _takes(trial, [trial.payload("Привет, ça va?")])


@_check(
    "tolerance.parts",
    "A message of several parts is a message.",
    basis={
        "ip1": f'{IP1}, segments: "split into multiple sms"',
        "intelepeer": assumption("intelepeer-long-messages"),
    },
)
def parts(trial: Trial) -> None:
    """Send texts of two and three parts in either encoding; each must be taken."""
    texts = ("a" * 161, "a" * 307, "ç" * 71, "ç" * 135)
    _takes(trial, [trial.payload(text) for text in texts])


@_ip1(
    "tolerance.times",
    "No order of the times in a message is relied on.",
    basis=f"{IP1}, the example payload: modified is before created; {assumption('ip1-times')}",
)
def times(trial: Trial) -> None:
    """Send messages modified before, when and after they came, and years ago; each is taken."""
    now = trial.mohook.now
    spans = [timedelta(seconds=2), timedelta(), -timedelta(seconds=2), timedelta(days=1_500)]
    changed: list[Payload] = [{"modified": f"{now - span:%Y-%m-%dT%H:%M:%SZ}"} for span in spans]
    _takes_with(trial, *changed)


@_ip1(
    "tolerance.batch",
    "Several messages of one batch are several messages.",
    basis=f'{IP1}, batchId: "An ID for all the messages received in the same request"',
    needs_readback=True,
)
def batch(trial: Trial) -> None:
    """Send four messages that share a batchId, from one sender; each must be stored."""
    trial.send_batch(["One of four", "Two of four", "Three of four", "One of four"])
    trial.judge()


@_intelepeer("tolerance.refid-hex", "A refid of 32 hex digits is an id.", basis=ID)
def refid_hex(trial: Trial) -> None:
    """Send a message with a refid as the documented example has it; it must be taken."""
    _takes(trial, [trial.payload("Under an id in hex", refid=fresh_id(trial))])


@_intelepeer(
    "tolerance.refid-sm",
    "A refid of SM and 30 hex digits is an id.",
    basis=f"{ID['intelepeer']}; {assumption('intelepeer-refid')}",
)
def refid_sm(trial: Trial) -> None:
    """Send a message with a refid as an outbound sample has it; it must be taken."""
    _takes(trial, [trial.payload("Under an id with SM", refid=f"SM{fresh_id(trial)[2:]}")])


_SHORT = '"This can also be in short code format {countrycode}-{shortcode}; example: 1-1234."'


@_intelepeer(
    "tolerance.short-code-sender",
    "A message from a short code is a message.",
    basis=f"{INTELEPEER}, from: {_SHORT}",
)
def short_code_sender(trial: Trial) -> None:
    """Send messages from short codes of several lengths; each must be taken."""
    _takes_with(trial, *({"from": each} for each in _SHORT_CODES))


@_intelepeer(
    "tolerance.short-code-recipient",
    "A message to a short code is a message.",
    basis=f"{INTELEPEER}, to: {_SHORT}",
)
def short_code_recipient(trial: Trial) -> None:
    """Send messages to short codes of several lengths; each must be taken."""
    _takes_with(trial, *({"to": each} for each in _SHORT_CODES))


@_intelepeer(
    "tolerance.short-codes-on-both-sides",
    "A message from a short code to a short code is a message.",
    basis=f"{INTELEPEER}, from and to: {_SHORT}",
)
def short_codes_on_both_sides(trial: Trial) -> None:
    """Send a message between two short codes; it must be taken."""
    _takes_with(trial, {"from": "57-1234", "to": "1-1234"})


_SHORT_CODES = ("1-1234", "57-1234", "1-123456", "46-72345")


@_check("tolerance.senders", "A sender of any country and length is a sender.", basis=SENDERS)
def senders(trial: Trial) -> None:
    """Send messages from numbers of 7 to 15 digits of several countries; each must be taken."""
    plus = "+" if trial.provider == "intelepeer" else ""
    numbers = ("7708675309", "46712345678", "4915112345678", "290212345", "2474123")
    longest = "491234567890123"
    _takes_with(trial, *({trial.wire.sender: f"{plus}{each}"} for each in (*numbers, longest)))


@_check(
    "tolerance.json-forms",
    "The same JSON written in another way is the same message.",
    basis={
        "ip1": f"RFC 8259; {assumption('ip1-identification')}",
        "intelepeer": f"RFC 8259; {assumption('intelepeer-identification')}",
    },
)
def json_forms(trial: Trial) -> None:
    """Post messages with other key orders, white space, escapes and charset; each is taken."""
    text = 'https://x.test/ "ça va" 😀 \\'
    forms = trial.some(_FORMS)
    payloads = [trial.payload(text) for _ in forms]
    made = [form(each) for form, each in zip(forms, payloads, strict=True)]
    trial.acknowledged(made)
    trial.kept(payloads)


def _written(body: str, content_type: str | None = None) -> WebhookRequest:
    return WebhookRequest("POST", headers(content_type), body.encode())


_UTF_8 = "application/json; charset=utf-8"
_FORMS: tuple[Callable[[Payload], WebhookRequest], ...] = (
    lambda payload: _written(json.dumps(dict(reversed(payload.items())), ensure_ascii=False)),
    lambda payload: _written(json.dumps(payload, sort_keys=True, ensure_ascii=False)),
    lambda payload: _written(json.dumps(payload)),
    lambda payload: _written(json.dumps(payload, separators=(",", ":")).replace("/", "\\/")),
    lambda payload: _written(json.dumps(payload, ensure_ascii=False, indent="\t")),
    lambda payload: _written(f"\r\n {json.dumps(payload, ensure_ascii=False)}\t\n"),
    lambda payload: _written(json.dumps(payload, ensure_ascii=False), _UTF_8),
)


_OTHER_ID = {
    provider: f"{document}; another id is another message" for provider, document in ID.items()
}


@_check(
    "tolerance.same-text-again",
    "The same text again from the same sender is another message.",
    basis=_OTHER_ID,
    needs_readback=True,
)
def same_text_again(trial: Trial) -> None:
    """Send a text twice at once, again, and again after a week; each must be stored."""
    trial.send_many(["Yes"] * 2)
    trial.send("Yes")
    trial.mohook.advance(days=7)
    trial.send("Yes")
    trial.judge()


@_check(
    "tolerance.same-text-from-another",
    "The same text from another sender is another message.",
    basis=_OTHER_ID,
    needs_readback=True,
)
def same_text_from_another(trial: Trial) -> None:
    """Send a text from two senders that differ in one digit; each must be stored."""
    first = trial.payload("Yes")
    other = trial.payload("Yes")
    sender = str(other[trial.wire.sender])
    other[trial.wire.sender] = sender[:-1] + ("1" if sender[-1] == "0" else "0")
    _takes(trial, [first, other])
