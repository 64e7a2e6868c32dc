"""Spoils the JSON of a message: what is no JSON, and what parsers disagree about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

from mohook.intake import encode
from mohook.providers.provider import Payload
from pytest_mohook.strategies.hostile.kinds import Spoilt

__all__ = [
    "almost_json",
    "deep_nesting",
    "duplicate_key",
    "empty",
    "huge_body",
    "huge_number",
    "no_message",
    "not_a_number",
    "not_json",
    "trailing_data",
    "truncated",
    "wrong_encoding",
]

_MEGABYTE = 1 << 20


class _Member(NamedTuple):
    """One field as it stands in JSON."""

    name: str
    value: str


def _members(payload: Payload) -> list[_Member]:
    return [_Member(json.dumps(name), json.dumps(value)) for name, value in payload.items()]


def _joined(members: Sequence[_Member]) -> bytes:
    return f"{{{','.join(f'{name}:{value}' for name, value in members)}}}".encode()


def _with_value(payload: Payload, name: str, value: str) -> bytes:
    """Return the JSON of `payload`, in which `value` stands for a field, as it is."""
    quoted = json.dumps(name)
    kept = [each for each in _members(payload) if each.name != quoted]
    return _joined([*kept, _Member(quoted, value)])


def empty(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw no body at all."""
    del draw, payload
    return "no body", b""


_NO_JSON = st.sampled_from(
    [
        b" ",
        b"hello",
        b"{",
        b"}{",
        b"[}",
        b'"',
        b"undefined",
        b"<?xml version='1.0'?><sms/>",
        b"<!doctype html><title>502 Bad Gateway</title>",
        b"\x00",
        b"\xff\xfe\xfd",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
        b"%PDF-1.7",
        b"a=1&b=2",
    ]
)


def not_json(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw text, markup or bytes."""
    del payload
    return "a body that is no JSON", draw(_NO_JSON)


def truncated(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message that breaks off before its last brace."""
    whole = encode(payload)
    kept = draw(st.integers(1, len(whole) - 1))
    return f"JSON cut off after {kept} of {len(whole)} bytes", whole[:kept]


_NO_MESSAGE = st.sampled_from(
    ["null", "true", "0", "-1.5", '""', '"hello"', "[]", "[1]", "[[]]", "[null]", "{}"]
)


def no_message(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw JSON of another shape."""
    del payload
    text = draw(_NO_MESSAGE)
    return f"{text} in place of a message", text.encode()


_ALMOST = st.sampled_from(
    [
        ("a comma after the last field", b"{%s,}"),
        ("a comment before the first field", b"{/* sms */%s}"),
        ("no brace at the end but a bracket", b"{%s]"),
        ("a variable around the object", b"sms = {%s};"),
        ("a guard against inclusion before it", b")]}',\n{%s}"),
    ]
)


def almost_json(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message that only a parser of something else would read."""
    reason, around = draw(_ALMOST)
    return reason, around % encode(payload)[1:-1]


_TRAILING = st.sampled_from([b"x", b"}", b",", b"\x00", b"null", b"{}", b"\n[]"])


def trailing_data(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message, and something after it."""
    more = draw(_TRAILING | st.just(encode(payload)))
    return f"{len(more)} bytes after the message", encode(payload) + more


def duplicate_key(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a field that stands twice, with two values."""
    members = _members(payload)
    name, _ = draw(st.sampled_from(members))
    other = draw(st.sampled_from(['"other"', "null", "{}", "1"]))
    twice = [_Member(name, other), *members] if draw(st.booleans()) else [*members, (name, other)]
    return f"{name} twice, once as {other}", _joined([_Member(*each) for each in twice])


_CODECS = st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
_NO_UTF_8 = st.sampled_from(
    [
        b"\xff",
        "Grüße".encode("latin-1"),
        b"\xc0\x80",
        b"\xe2\x82",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
    ]
)


def wrong_encoding(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a body in another encoding than UTF-8, or bytes that are none."""
    if draw(st.booleans()):
        codec = draw(_CODECS)
        return f"a body in {codec}", json.dumps(payload, ensure_ascii=False).encode(codec)
    wrong = draw(_NO_UTF_8)
    body = b"%s,%s}" % (encode(payload)[:-1], b'"x-note":"%s"' % wrong)
    return f"{wrong!r} in a text, which is no UTF-8", body


_NO_NUMBERS = st.sampled_from(["NaN", "Infinity", "-Infinity"])
_HUGE_NUMBERS = st.sampled_from(
    ["9" * 20, "1e400", "-1e400", "1e-999999", "1e999999999", "9" * 5_000, "-" + "9" * 100_000]
)


def not_a_number(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw NaN or Infinity in a field."""
    name, number = draw(_names(payload)), draw(_NO_NUMBERS)
    return f"{number} in {name!r}", _with_value(payload, name, number)


def huge_number(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a number of many digits, or beyond what a float holds, in a field."""
    name, number = draw(_names(payload)), draw(_HUGE_NUMBERS)
    shown = number if len(number) < 30 else f"a number of {len(number):,} digits"
    return f"{shown} in {name!r}", _with_value(payload, name, number)


_DEPTHS = st.sampled_from([200, 1_000, 10_000, 100_000])
_NESTS = st.sampled_from([("[", "", "]"), ('{"x":', "0", "}"), ("[", "", "")])


def deep_nesting(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw arrays in arrays, objects in objects, in a field or in place of the message."""
    depth, (opening, inmost, closing) = draw(_DEPTHS), draw(_NESTS)
    nest = opening * depth + inmost + closing * depth
    reason = f"{depth:,} times {opening!r} in one another"
    if draw(st.booleans()):
        return reason, nest.encode()
    name = draw(_names(payload))
    return f"{reason}, in {name!r}", _with_value(payload, name, nest)


_SIZES = st.sampled_from([_MEGABYTE, 4 * _MEGABYTE])


def huge_body(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw megabytes in one field, in many, or in white space."""
    size, how = draw(_SIZES), draw(st.sampled_from(["a field", "fields", "white space"]))
    if how == "a field":
        name = draw(_names(payload))
        body = _with_value(payload, name, f'"{"a" * size}"')
        return f"{size:,} bytes in {name!r}", body
    if how == "fields":
        return f"{size:,} bytes of fields", encode(payload)[:-1] + _many_fields(size) + b"}"
    return f"{size:,} bytes of white space", b" " * size + encode(payload)


@cache
def _many_fields(size: int) -> bytes:
    # As long as `,"x-1234567":0` each; made once for each of a few sizes.
    return "".join(f',"x-{number:07}":0' for number in range(size // 14)).encode()


def _names(payload: Payload) -> st.SearchStrategy[str]:
    """Draw a field: one of the payload, or one that it has not."""
    return st.sampled_from([*payload, "x-unknown"])
