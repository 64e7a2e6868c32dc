"""What a history sends: payloads that say little, so that a failing one is read at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from mohook.errors import TextError
from mohook.providers import PROVIDERS
from mohook.providers.ip1.statuses import FINAL, RECEIVED
from mohook.samples import SAMPLES
from mohook.settings import Settings
from mohook.sms.segments import segment
from pytest_mohook.strategies import intelepeer_messages, ip1_messages, sms_texts

__all__ = [
    "Fields",
    "as_sent_at",
    "default_messages",
    "thinned",
    "without_defaults",
    "without_identity",
]

Fields = dict[str, Any]
"""What `send` is given: fields by wire name. All others are the emulator's own."""

_EMULATORS = {
    "ip1": ("id", "batchId", "owner", "segments", "datacoding", "modified"),
    "intelepeer": ("signature",),
}
"""What the emulator makes itself, of its seed, the message, the account and the clock."""
_OF_ONE_ID = {"ip1": ("id", "batchId", "modified"), "intelepeer": ("refid",)}
"""What belongs together; with a status' `created`, which is the time that the id begins with."""
_CONSTANT = {"ip1": {"direction": "mo", "type": "SMS", "priority": 1}, "intelepeer": {}}
_MEASURED = {"segments", "datacoding"}
_STATUSES = [{"code": RECEIVED, "duration": FINAL}]
_SHORT = 2


def default_messages(provider: str) -> st.SearchStrategy[Fields]:
    """Draw a text alone, or all that this provider may send to the numbers that there are.

    In the rules of a machine, whose history knows these numbers.
    """
    wire = PROVIDERS[provider].wire
    whole = ip1_messages() if provider == "ip1" else intelepeer_messages()
    texts = st.fixed_dictionaries({wire.text: sms_texts(max_parts=_SHORT)})
    return st.one_of(texts, st.builds(_for_machine, st.runner(), whole))


def _for_machine(machine: Any, payload: Mapping[str, Any]) -> Fields:
    return thinned(machine.history.plan.provider, payload, machine.history.settings)


def thinned(provider: str, payload: Mapping[str, Any], settings: Settings) -> Fields:
    """Return the fields of a payload that the emulator would not make just so, or as validly."""
    closed = settings.ip1.accounts if provider == "ip1" else settings.intelepeer.numbers
    recipient = (PROVIDERS[provider].wire.recipient,) if closed else ()
    emulators = (*_EMULATORS[provider], *recipient)
    fields = {name: value for name, value in _undated(payload).items() if name not in emulators}
    if fields.get("statuses") == _STATUSES:
        del fields["statuses"]
    if not fields.get("refid", "SM").startswith("SM"):
        del fields["refid"]  # of the form that the emulator gives
    return without_defaults(provider, fields)


def without_identity(provider: str, fields: Mapping[str, Any]) -> Fields:
    """Return the fields without the id, and without what must fit it.

    >>> without_identity("intelepeer", {"refid": "SM1", "message": "Hi"})
    {'message': 'Hi'}
    """
    of_it = _OF_ONE_ID[provider]
    return {name: value for name, value in _undated(fields).items() if name not in of_it}


def _undated(fields: Mapping[str, Any]) -> Fields:
    """Return the fields, their statuses without a time."""
    return _with_statuses(
        fields, lambda status: {k: v for k, v in status.items() if k != "created"}
    )


def as_sent_at(now: datetime, fields: Mapping[str, Any]) -> Fields:
    """Return the fields, each status without a time created now, as the emulator would say.

    >>> as_sent_at(datetime(2026, 1, 1), {"statuses": [{"code": 102, "duration": 0}]})
    {'statuses': [{'created': '2026-01-01T00:00:00Z', 'code': 102, 'duration': 0}]}
    """
    created = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    return _with_statuses(fields, lambda status: {"created": created, **status})


def _with_statuses(
    fields: Mapping[str, Any], change: Callable[[Mapping[str, Any]], Fields]
) -> Fields:
    statuses = fields.get("statuses")
    if not isinstance(statuses, list):
        return dict(fields)
    changed = [change(each) if isinstance(each, Mapping) else each for each in statuses]
    return {**fields, "statuses": changed}


def without_defaults(provider: str, fields: Mapping[str, Any]) -> Fields:
    """Return the fields without those that `send` would fill in just so by itself.

    >>> without_defaults("ip1", {"body": "Hi", "segments": 1, "priority": 1, "type": "Flash"})
    {'body': 'Hi', 'type': 'Flash'}
    """
    wire, sample = PROVIDERS[provider].wire, SAMPLES[provider]
    filled_in = _CONSTANT[provider] | {wire.sender: sample.sender, wire.recipient: sample.recipient}
    if not _MEASURED.isdisjoint(fields):
        filled_in |= _measure(fields.get(wire.text))
    return {
        name: value
        for name, value in fields.items()
        if name not in filled_in or _literally(filled_in[name]) != _literally(value)
    }


def _literally(value: object) -> tuple[type, object]:
    """Return a value so that True is not 1."""
    return type(value), value


def _measure(text: object) -> Fields:
    try:
        parts = segment(text) if isinstance(text, str) else None
    except TextError:
        parts = None  # no phone sends it; what stands in the fields goes out
    return {"segments": parts.parts, "datacoding": parts.encoding.value} if parts else {}
