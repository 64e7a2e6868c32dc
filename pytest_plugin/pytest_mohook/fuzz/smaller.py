"""Smaller histories that may show the same: fewer messages, steps, fields and characters.

They are tried from the boldest on: a plain history, half of the steps, a text of one character.
A receiver is slow where Hypothesis thinks of functions, and what it does only now and then has
to be asked for more than once: a try is dear here, and a good guess saves many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from mohook.providers import PROVIDERS
from pytest_mohook.fuzz.history import Again, Fail, History, Resend, Send, Step, history_json

__all__ = ["guesses", "size", "smallest"]

_TEXTS = ("", "Hi", *("a" * length for length in (71, 161, 256)))
"""What most receivers that dislike a text dislike; lengths are beyond one SMS, or a column."""
_SHORT = 32
"""Characters of a text of which each is left out by itself."""


def size(history: History) -> tuple[int, int, int, int]:
    """Return how large a history is: messages, steps, characters of its JSON, and which."""
    said_again = sum(isinstance(step, Again) for step in history.steps)
    written = repr(history_json(history))
    return (
        len(history.messages) + said_again,
        len(history.steps),
        len(written),
        sum(map(ord, written)),
    )


def smallest(history: History, shows: Callable[[History], bool], tries: int) -> History:
    """Return the smallest history that still `shows` it, after so many tries at most."""
    tried: set[str] = set()
    improved = True
    while improved:
        improved = False
        for one in _smaller(history):
            name = repr(one)
            if name in tried or size(one) >= size(history):
                continue
            if not tries:
                return history
            tries -= 1
            tried.add(name)
            if shows(one):
                history, improved = one, True
                break
    return history


def _smaller(history: History) -> Iterator[History]:
    if history.messages:
        for some in guesses(history.provider):
            yield replace(history, steps=some)
        for message in history.messages:
            yield replace(history, steps=(Send((message,)),))
        yield replace(history, steps=tuple(_plain(history)))
    for some in _fewer(history.steps):
        yield replace(history, steps=some)
    for at, step in enumerate(history.steps):
        before, after = history.steps[:at], history.steps[at + 1 :]
        for less in _of_step(step, history.provider):
            yield replace(history, steps=(*before, *less, *after))


def guesses(provider: str) -> Iterator[tuple[Step, ...]]:
    """Yield steps that show most bugs that have nothing to do with a text, the smallest first."""
    name = PROVIDERS[provider].wire.text
    one, other = Send(({name: "Hi"},)), Send(({name: "Ho"},))
    both = one.messages + other.messages
    yield (one,)
    yield (Fail("lose-ack"), one)
    yield (Fail("duplicate"), one)
    yield (one, Resend(0))
    yield (one, Again(0))
    if provider == "ip1":
        yield (Send(both, batch=True),)
    yield (Send(both),)
    yield (one, other)
    yield (Fail("500"), one, other)
    yield (Fail("delay:1m"), one, other)


def _plain(history: History) -> Iterator[Step]:
    """Yield the same steps; each message has a short text of its own, and nothing else."""
    name, numbers = PROVIDERS[history.provider].wire.text, count(1)
    for step in history.steps:
        if isinstance(step, Send):
            step = replace(step, messages=tuple({name: f"{next(numbers)}"} for _ in step.messages))
        yield step


def _fewer(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Yield halves, then all but one, and so on down to what has a step less."""
    length = len(steps) // 2
    while length:
        for at in range(0, len(steps), length):
            if some := steps[:at] + steps[at + length :]:
                yield some
        length //= 2


def _of_step(step: Step, provider: str) -> Iterator[tuple[Step, ...]]:
    if isinstance(step, Fail):
        yield (Fail("500"),)
        if step.step.startswith("delay:"):
            yield (Fail("delay:1m"),)
    if isinstance(step, Send):
        yield from _of_send(step, provider)


def _of_send(step: Send, provider: str) -> Iterator[tuple[Step, ...]]:
    if len(step.messages) > 1:
        for at in range(len(step.messages)):
            yield (replace(step, messages=step.messages[:at] + step.messages[at + 1 :]),)
        yield tuple(Send((each,)) for each in step.messages)
    elif step.batch:
        yield (replace(step, batch=False),)
    for at, message in enumerate(step.messages):
        for less in _of_message(message, PROVIDERS[provider].wire.text):
            yield (replace(step, messages=(*step.messages[:at], less, *step.messages[at + 1 :])),)


def _of_message(fields: Mapping[str, Any], text: str) -> Iterator[Mapping[str, Any]]:
    if len(fields) > 1 and text in fields:
        yield {text: fields[text]}
    for name in fields:
        if name != text:
            yield {each: value for each, value in fields.items() if each != name}
    said = fields.get(text)
    if isinstance(said, str):
        for other in _shorter(said):
            yield {**fields, text: other}


def _shorter(text: str) -> Iterator[str]:
    """Yield texts of which each is shorter or plainer: a guess, a half, all but a piece."""
    whole = len(text)
    yield from (each for each in _TEXTS if len(each) <= whole)
    yield "a" * whole
    length = whole // 2
    while length:
        if whole <= _SHORT or length >= whole // 8:
            for at in range(0, whole, length):
                yield text[:at] + text[at + length :]
        else:
            yield text[:-length]
        length //= 2
