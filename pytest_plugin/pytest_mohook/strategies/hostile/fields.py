"""Spoils a message field by field: JSON that says what the provider never says."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from mohook.providers.intelepeer import payload as intelepeer
from mohook.providers.ip1 import payload as ip1
from mohook.providers.provider import Payload
from pytest_mohook.strategies.hostile.kinds import Spoilt

__all__ = [
    "impossible_value",
    "lone_surrogate",
    "missing_field",
    "nul_character",
    "null_field",
    "wrong_type",
]

Path = tuple[str, ...]
"""The names that lead to a field; at ip1 some stand in the one entry of `statuses`."""

# What may be missing or null is not spoilt by that; the signature has kinds of its own.
_FIELDS = [
    name
    for name in (*ip1.WIRE_ORDER, *intelepeer.WIRE_ORDER)
    if name not in ("mcc", "mnc", "signature")
]
_PATHS: list[Path] = [
    *((name,) for name in _FIELDS),
    *(("statuses", name) for name in ("created", "code", "duration")),
]

_TEXT = ("body", "message")
"""Of the text itself, every value is possible."""

_VALUES: tuple[Any, ...] = (
    0,
    True,
    "text",
    [],
    {},
    [["nested"]],
    {"$ne": None},
    [None],
    {"toString": 1},
)
_TEXTS = (
    "",
    " ",
    "-1",
    "no such thing",
    "\N{HONEYBEE}",
    "../../etc/passwd",
    "'; DROP TABLE messages; --",
    "%s%n{0}${7*7}",
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59+99:99",
    "+" * 16,
    "a" * 256,
    "\N{BLACK SQUARE}" * 70_000,
)
_NUMBERS = (-1, 1.5, 2**31, 2**63, 2**64, 10**30, 1e308)
_HALVES = st.sampled_from(["\ud800", "\udfff", "\udc00\ud800"])


def missing_field(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message without one of the fields that are always there."""
    path = draw(st.sampled_from(_paths(payload)))
    return f"no {_named(path)}", _written(payload, path, {})


def null_field(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message with null for one of the fields that always have a value."""
    path = draw(st.sampled_from(_paths(payload)))
    return f"{_named(path)} is null", _written(payload, path, {path[-1]: None})


def wrong_type(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a field of another JSON type than its own."""
    path = draw(st.sampled_from(_paths(payload)))
    right = type(_value(payload, path))
    value = draw(st.sampled_from([each for each in _VALUES if type(each) is not right]))
    return f"{_named(path)} is {value!r}", _written(payload, path, {path[-1]: value})


def impossible_value(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a field of its own type, with a value that it never has."""
    path = draw(st.sampled_from(_paths(payload, but=(*_TEXT, "statuses"))))
    number = isinstance(_value(payload, path), int)
    value = draw(st.sampled_from(_NUMBERS if number else _TEXTS))
    shown = repr(value) if len(str(value)) <= 40 else f"a text of {len(str(value)):,}"
    return f"{_named(path)} is {shown}", _written(payload, path, {path[-1]: value})


def lone_surrogate(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a field with half a character in it, which UTF-8 has no bytes for."""
    return _with_more(draw, payload, draw(_HALVES))


def nul_character(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a field with a NUL in it, which some databases refuse."""
    return _with_more(draw, payload, "\0", but=_TEXT)


def _with_more(draw: st.DrawFn, payload: Payload, more: str, but: Collection[str] = ()) -> Spoilt:
    paths = [path for path in _paths(payload, but) if isinstance(_value(payload, path), str)]
    path = draw(st.sampled_from(paths))
    value = _value(payload, path)
    other = draw(st.sampled_from([value + more, more + value, more]))
    return f"{more!a} in {_named(path)}", _written(payload, path, {path[-1]: other})


def _paths(payload: Payload, but: Collection[str] = ()) -> list[Path]:
    """Return the ways to the fields that are always there and never null."""
    return [path for path in _PATHS if path[0] in payload and path[-1] not in but]


def _parent(payload: Payload, path: Path) -> dict[str, Any]:
    parent: dict[str, Any] = payload[path[0]][0] if len(path) > 1 else payload
    return parent


def _value(payload: Payload, path: Path) -> Any:
    return _parent(payload, path)[path[-1]]


def _written(payload: Payload, path: Path, replacement: Mapping[str, Any]) -> bytes:
    """Return the JSON of `payload` with `replacement` in the place of one field."""
    payload = deepcopy(payload)
    parent = _parent(payload, path)
    del parent[path[-1]]
    parent.update(replacement)
    return json.dumps(payload).encode()


def _named(path: Path) -> str:
    return repr(".".join(path))
