"""Draws from the strategies that a caller gave, and checks what comes out of them."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st

from mohook.errors import InputError
from mohook.providers.provider import Payload
from pytest_mohook.strategies.arguments import (
    StrategyArgumentError,
    require_range,
    require_strategy,
)

__all__ = ["MOST", "Given", "draw_code", "draw_given", "draw_payload", "draw_several"]

T = TypeVar("T")
MOST = 100
"""As many messages as one draw of Hypothesis holds with room to spare."""
Given = st.SearchStrategy[T] | None
"""An argument that narrows a strategy down; None draws all that there is."""


def draw_given(
    draw: st.DrawFn,
    name: str,
    given: st.SearchStrategy[str],
    require: Callable[[str], object],
    *,
    example: str,
) -> str:
    """Draw a text from what a caller gave.

    Raises StrategyArgumentError where that is no strategy, and where it gives something other
    than a text or a text that `require` refuses with an InputError.
    """
    require_strategy(name, given, example=example)
    text = draw(given)
    if not isinstance(text, str):
        msg = f"{name} gave {reprlib.repr(text)}: expected a strategy of texts, such as {example}"
        raise StrategyArgumentError(msg)
    try:
        require(text)
    except InputError as problem:
        msg = f"{name}: {problem}"
        raise StrategyArgumentError(msg) from problem
    return text


def draw_code(draw: st.DrawFn, name: str, given: st.SearchStrategy[int]) -> int:
    """Draw a status code of three digits, as `draw_given` draws a text."""
    require_strategy(name, given, example="st.just(201)")
    code = draw(given)
    if isinstance(code, bool) or not isinstance(code, int) or not 100 <= code <= 599:
        msg = f"{name} gave {reprlib.repr(code)}: expected whole numbers from 100 to 599"
        raise StrategyArgumentError(msg)
    return code


def draw_payload(
    draw: st.DrawFn, given: Given[Payload], default: st.SearchStrategy[Payload]
) -> Payload:
    """Draw a payload from `messages`, as `draw_given` draws a text."""
    if given is None:
        return draw(default)
    require_strategy("messages", given, example="ip1_messages(extra_fields=False)")
    payload = draw(given)
    if not isinstance(payload, dict):
        msg = f"messages gave {reprlib.repr(payload)}: expected payloads, which are dicts"
        raise StrategyArgumentError(msg)
    return payload


def draw_several(
    draw: st.DrawFn, each: st.SearchStrategy[T], min_size: int, max_size: int, *, least: int
) -> list[T]:
    """Draw as many as the two sizes allow. Raises StrategyArgumentError for sizes that are none.

    The size is drawn first: from it Hypothesis sees, when it shrinks, that it may take out any
    of them whole. Out of `lists` it takes a few draws at a time, which seldom are one message.
    """
    require_range("min_size", min_size, "max_size", max_size, least=least, most=MOST)
    return [draw(each) for _ in range(draw(st.integers(min_size, max_size)))]
