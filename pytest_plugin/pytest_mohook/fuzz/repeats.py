"""What earlier histories have to do with a loss: the same text, or a message that came before.

A receiver that takes the same text for the same message has seen those of earlier histories too.
A loss that one of these explains would not be seen on a fresh receiver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any

from mohook.providers import PROVIDERS
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.history import Advance, Again, Fail, History, Send
from pytest_mohook.fuzz.play import play

__all__ = [
    "KINDS",
    "much_later",
    "one_message",
    "out_of_order",
    "said_again",
    "takes_repeats_for_copies",
    "with_own_texts",
]

KINDS = ("lost", "refused")
"""What such a receiver makes of a message that only says the same again."""
_TIMES = 2
_LONG = 60


def said_again(provider: str) -> History:
    """Return a history of one message, and another that says the same."""
    text = PROVIDERS[provider].wire.text
    return History(provider, (Send(({text: f"Said twice {token_hex(4)}"},)), Again(0)))


def one_message(provider: str) -> History:
    """Return a history of one message that says what nobody has said."""
    return History(provider, (_new(provider),))


def much_later(provider: str) -> History:
    """Return a history of one message, later than all that was sent before."""
    return History(provider, (Advance("10000d"), _new(provider)))


def out_of_order(provider: str) -> History:
    """Return a history of three messages, of which the first comes last."""
    return History(provider, (Fail("delay:10m"), *(_new(provider) for _ in range(3))))


def _new(provider: str) -> Send:
    return Send(({PROVIDERS[provider].wire.text: f"Said once {token_hex(4)}"},))


def takes_repeats_for_copies(target: Target, kind: str) -> bool:
    """Whether what is said again is lost or refused each time, and what is new never."""
    provider = target.provider
    for _ in range(_TIMES):
        if _kind(History(provider, (_new(provider), _new(provider))), target) == kind:
            return False
        if _kind(said_again(provider), target) != kind:
            return False
    return True


def _kind(history: History, target: Target) -> str:
    finding = play(history, target).finding
    return finding.kind if finding else ""


def with_own_texts(history: History) -> History:
    """Return a history whose messages say what no receiver has seen yet, and say it once."""
    name = PROVIDERS[history.provider].wire.text
    steps = [
        replace(step, messages=tuple(_own(each, name) for each in step.messages))
        if isinstance(step, Send)
        else step
        for step in history.steps
        if not isinstance(step, Again)
    ]
    return History(history.provider, tuple(steps))


def _own(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return fields with a text of their own; a long one keeps its length."""
    text, mark = str(fields.get(name, "")), f" {token_hex(4)}"
    return {**fields, name: text[: -len(mark)] + mark if len(text) > _LONG else text + mark}
