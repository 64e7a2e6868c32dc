"""What a test calls a provider's fields: by their names on the wire, or by plain ones."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.intelepeer.payload import WIRE_ORDER as INTELEPEER_FIELDS
from mohook.providers.ip1.payload import WIRE_ORDER as IP1_FIELDS
from mohook.samples import PROVIDER_TITLES, Sample
from mohook.submission import Submission
from pytest_mohook.arguments import refuse_strategy

__all__ = ["FRIENDLY", "submission"]


def _friendly(provider: str, **more: str) -> Mapping[str, str]:
    wire = PROVIDERS[provider].wire
    four = {"id": wire.id, "body": wire.text, "sender": wire.sender, "recipient": wire.recipient}
    return MappingProxyType(four | more)


FRIENDLY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ip1": _friendly("ip1", batch_id="batchId", encoding="datacoding"),
        "intelepeer": _friendly("intelepeer"),
    }
)
"""By provider: a plain name, and the wire name that it stands for. All others are both."""

_KNOWN = {
    "ip1": {*IP1_FIELDS, *FRIENDLY["ip1"]},
    "intelepeer": {*INTELEPEER_FIELDS, *FRIENDLY["intelepeer"]},
}
_OWN = "x-"  # what nobody takes for a provider's field; the strategies' begin so
_NEAR = 0.8  # difflib's likeness: of five letters, one may differ


def submission(
    provider: str, body: str | None, fields: Mapping[str, object], sample: Sample
) -> Submission:
    """Return what to send: `sample`, with what was given put over it.

    Addresses and text that are strings are checked as a handset's would be; any other field,
    and any that is no string, goes on the wire as it was given, right or wrong; so does a
    field that the provider does not have, unless it looks like one that was misspelt. One that
    begins with `x-` never does.
    Raises InputError for such a one, for a field given twice and for a Hypothesis strategy.

    >>> message = submission("intelepeer", "Hi", {"from": "1-1234"}, Sample("+1", "+46700", ""))
    >>> message.sender, message.recipient, message.body
    ('1-1234', '+46700', 'Hi')
    """
    wire = PROVIDERS[provider].wire
    given = _by_wire_name(provider, fields)
    if body is not None:
        if wire.text in given:
            msg = f"the text is given twice, {body!r} and {given[wire.text]!r}: leave one out"
            raise InputError(msg)
        given[wire.text] = body
    return Submission(
        provider,
        _taken(given, wire.sender, sample.sender),
        _taken(given, wire.recipient, sample.recipient),
        _taken(given, wire.text, sample.body),
        given,
    )


def _by_wire_name(provider: str, fields: Mapping[str, object]) -> dict[str, object]:
    friendly = FRIENDLY[provider]
    given: dict[str, object] = {}
    for name, value in fields.items():
        if not isinstance(name, str):
            msg = f"a field named {name!r}: expected a text, such as 'body'"
            raise InputError(msg)
        refuse_strategy(name, value)
        if name not in _KNOWN[provider] and not name.startswith(_OWN):
            _refuse_mistaken(provider, name)
        wire_name = friendly.get(name, name)
        if wire_name in given:
            also = next(each for each in fields if friendly.get(each, each) == wire_name)
            msg = f"{wire_name!r} is given twice, as {also!r} and as {name!r}: leave one out"
            raise InputError(msg)
        given[wire_name] = value
    return given


def _refuse_mistaken(provider: str, name: str) -> None:
    """Raise InputError for a field that is probably meant to be another."""
    title, known = PROVIDER_TITLES[provider], _KNOWN[provider]
    folded = {each.replace("_", "").lower(): each for each in sorted(known, reverse=True)}
    near = get_close_matches(name.replace("_", "").lower(), folded, n=1, cutoff=_NEAR)
    if near:
        msg = f"{name!r} is no field of {title}: did you mean {folded[near[0]]!r}?"
        raise InputError(msg)
    for other, names in FRIENDLY.items():
        for plain in FRIENDLY[provider]:
            if names.get(plain) == name:
                title_there = PROVIDER_TITLES[other]
                msg = f"{name!r} is a field of {title_there}; at {title} it is {plain!r}"
                raise InputError(msg)


def _taken(given: dict[str, object], name: str, otherwise: str) -> str:
    """Take a text out of what was given; what is no text stays, to go on the wire as it is."""
    value = given.get(name)
    if isinstance(value, str):
        del given[name]
        return value
    return otherwise
