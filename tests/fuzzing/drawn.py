"""Inputs as the world sends them: right, nearly right, and not right at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

__all__ = [
    "broken_json",
    "header_values",
    "json_values",
    "near",
    "near_text",
    "raw_json",
    "spoilt",
    "texts",
]

ODD = [
    *("", " ", "\x00", "\r\n", "null", "true", "-1", "0", "1e400", "9" * 400, "٣", "²", "\ud800"),
    *("\U0001f41d", "a" * 3_000, "../..", "%00", "{{7*7}}", "'\"<>&", "\u202e", "\ufeff"),
]
"""What parsers stumble over."""

DEEP = 50_000

texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec="ascii"), max_size=40),
    st.sampled_from(ODD),
)

_numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 0, -1]),
)
_leaves = st.one_of(st.none(), st.booleans(), _numbers, texts)

json_values = st.recursive(
    _leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
"""Any JSON value, and the numbers and lone surrogates that JSON itself knows no more of."""


@st.composite
def near(draw: Callable[..., Any], document: Any, most: int = 3) -> Any:
    """Draw a document as it should be, but for up to `most` places."""
    made = deepcopy(document)
    for _ in range(draw(st.integers(0, most))):
        made = _changed(draw, made)
    return made


def _changed(draw: Callable[..., Any], value: Any) -> Any:
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 5)) == 0:
        return draw(json_values)
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = draw(st.sampled_from(places))
    what = draw(st.sampled_from(["deeper", "deeper", "deeper", "gone", "one more", "as another"]))
    if what == "deeper":
        value[place] = _changed(draw, value[place])
    elif what == "gone":
        del value[place]
    elif what == "as another":
        value[place] = deepcopy(value[draw(st.sampled_from(places))])
    elif isinstance(value, dict):
        value[draw(texts)] = draw(json_values)
    else:
        value.insert(place, draw(json_values))
    return value


def raw_json(value: Any) -> bytes:
    """Return a value as JSON text, with what Python writes beyond the standard left in."""
    return json.dumps(value).encode()


@st.composite
def spoilt(draw: Callable[..., Any], right: bytes) -> bytes:
    """Draw bytes that are `right` but for a cut, a doubling, or some other bytes somewhere."""
    at = draw(st.integers(0, len(right)))
    to = draw(st.integers(at, min(len(right), at + 20)))
    other: bytes = draw(st.binary(max_size=12))
    return right[:at] + other + right[to:]


@st.composite
def near_text(draw: Callable[..., Any], right: str) -> str:
    """Draw a text that is `right` but for some characters somewhere."""
    at = draw(st.integers(0, len(right)))
    to = draw(st.integers(at, min(len(right), at + 8)))
    text: str = right[:at] + draw(texts) + right[to:]
    return text


broken_json = st.one_of(
    st.binary(max_size=60),
    json_values.map(raw_json).flatmap(spoilt),
    json_values.map(lambda value: b"\xef\xbb\xbf" + raw_json(value)),
    json_values.map(lambda value: json.dumps(value).encode("utf-16")),
    st.sampled_from([b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP, b'"\\ud800"', b"\xff",
                     b"1" * 5_000, b'{"a":1,"a":2}', b"NaN", b"[1e999]"]),
)  # fmt: skip
"""Bytes that are no JSON, or JSON that few expect."""

header_values = st.one_of(
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=60),
    st.sampled_from(["", " ", ",", ";", "*/*;q=x", "a" * 8_000, "text/event-stream;q=\xff"]),
)
"""What a header line can carry: Latin-1 without line ends."""
