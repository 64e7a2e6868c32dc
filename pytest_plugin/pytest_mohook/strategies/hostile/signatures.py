"""Forges the signature of a message from IntelePeer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from mohook.providers.provider import Payload
from pytest_mohook.strategies.hostile.kinds import Spoilt

__all__ = ["forged_signature", "unsigned"]


def unsigned(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message without a signature, or with null for it."""
    rest = {name: value for name, value in payload.items() if name != "signature"}
    if draw(st.booleans()):
        return "no signature", json.dumps(rest).encode()
    return "the signature is null", json.dumps(rest | {"signature": None}).encode()


def forged_signature(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw something else than the right signature, however near to it."""
    forgeries = [*_forgeries(payload["signature"])]
    forgeries += 4 * [each for each in forgeries if each[0] in _OFTEN_TAKEN]
    reason, forged = draw(st.sampled_from(forgeries))
    body = json.dumps(payload | {"signature": forged}).encode()
    return f"{reason} for a signature: {forged!a}", body


_OFTEN_TAKEN = ("an empty text", "another letter case")


def _forgeries(right: str) -> Iterator[tuple[str, Any]]:
    """Give what no comparison may take for `right`, each with its name."""
    yield "a wrong text", "WRONG CODE" if right != "WRONG CODE" else "RIGHT CODE"
    yield "an empty text", ""
    # A short signature has few of these, and one of them may be the other.
    for kept in {1, len(right) // 2, len(right) - 1} - {0, len(right)}:
        yield f"the first {kept} of {len(right)} characters", right[:kept]
        yield f"the last {kept} of {len(right)} characters", right[-kept:]
    yield "more than the right text", right + right
    yield "the right text and a NUL", right + "\0"
    yield "the right text and half a character", right + "\ud800"
    yield "characters that are not ASCII", right + "\N{HONEYBEE}"
    yield "a pattern", "%"
    yield "a number", 0
    yield "true", True
    yield "false", False
    yield "the right text in a list", [right]
    yield "an empty list", []
    yield "an object", {"$ne": None}
    if not _is_hex(right):
        yield from (
            ("another letter case", other)
            for other in (right.swapcase(), right.lower(), right.upper())
            if other != right
        )


def _is_hex(text: str) -> bool:
    """Whether it may be a digest in hex, which means the same in either letter case."""
    return len(text) % 32 == 0 and set(text.casefold()) <= set("0123456789abcdef")
