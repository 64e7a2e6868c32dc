"""A history in words, a line a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mohook.delivery.faults import FaultKind, parse_step
from mohook.providers import PROVIDERS
from pytest_mohook.fuzz.history import Advance, Again, Fail, History, Post, Resend, Send, Step

__all__ = ["steps_in_words"]

_SHOWN = 200
_SPANS = {
    "idle": "time passes until nothing is pending",
    "next": "time passes until the next attempt",
}
_UNREACHED = "and the receiver is not reached"


def steps_in_words(history: History) -> list[str]:
    """Return what is done, step by step. A step that does nothing here is left out.

    >>> steps_in_words(History("ip1", (Fail("lose-ack"), Send(({"body": "Hi"},)), Resend(3))))
    ['the next answer is lost on the way', "message 1: 'Hi'", 'message 1 is sent again by hand']
    """
    lines, sent = [], 0
    for step in history.steps:
        line = _line(step, history.provider, sent)
        lines += [line] if line else []
        sent += len(step.messages) if isinstance(step, Send) else isinstance(step, Again)
    return lines


def _line(step: Step, provider: str, sent: int) -> str:
    match step:
        case Send(messages, batch):
            return _sent(messages, batch, provider, sent)
        case Again(which):
            same = f"message {sent + 1}: what message {which % sent + 1} says" if sent else ""
            return f"{same}, from the same sender" if same else ""
        case Resend(which):
            return f"message {which % sent + 1} is sent again by hand" if sent else ""
        case Fail(what):
            return _fault(what)
        case Advance(by):
            return _SPANS.get(by, f"{by} pass")
        case Post(method, _, body, kind, reason, _):
            return f"no message, but {method} of {len(body):,} bytes: {kind.value} ({reason})"


def _sent(messages: tuple[Mapping[str, Any], ...], batch: bool, provider: str, sent: int) -> str:
    told = "; ".join(_message(each, provider) for each in messages)
    if len(messages) == 1:
        return f"message {sent + 1}: {told}"
    how = "in one batch" if batch else "at one instant"
    return f"messages {sent + 1} to {sent + len(messages)} {how}: {told}"


def _message(fields: Mapping[str, Any], provider: str) -> str:
    name = PROVIDERS[provider].wire.text
    words = [_short(fields[name])] if name in fields else ["the documented text"]
    words += [f"{each}={_short(value)}" for each, value in fields.items() if each != name]
    return ", ".join(words)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def _fault(what: str) -> str:
    step = parse_step(what)
    match step.kind:
        case FaultKind.LOSE_ACK:
            return "the next answer is lost on the way"
        case FaultKind.DUPLICATE:
            return "the next attempt comes twice, at the same time"
        case FaultKind.DELAY:
            return f"the next attempt comes later ({what})"
        case FaultKind.REORDER:
            return "the next attempt is overtaken by the message after it"
        case _:
            return f"the next attempt meets {what}, {_UNREACHED}"
