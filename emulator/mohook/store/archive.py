"""Messages and figures as JSON-able data and back, with nothing lost: what a snapshot holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from mohook.delivery.message import Message, State
from mohook.errors import StoreError
from mohook.store.store import PROVIDER_FIGURES, Figures

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["messages_from", "messages_to_json"]

_Content = tuple[list[Message], Figures]


@cache
def _adapter() -> TypeAdapter[_Content]:
    from pydantic import ConfigDict, TypeAdapter

    config = ConfigDict(
        strict=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )
    return TypeAdapter(_Content, config=config)


def messages_to_json(messages: Iterable[Message], figures: Figures) -> dict[str, Any]:
    """Return messages with their attempts, and the figures, as JSON-able data.

    Claims are left out: what was in flight is due again wherever the data is loaded.
    """
    unclaimed = {0: {"__all__": {"claim", "epoch"}}}
    shown = _adapter().dump_python((list(messages), figures), mode="json", exclude=unclaimed)
    return {"messages": shown[0], "figures": shown[1]}


def messages_from(data: Mapping[str, Any]) -> tuple[list[Message], Figures]:
    """Return what `messages_to_json` was given; raise StoreError for data of another form."""
    try:
        text = json.dumps([data["messages"], data["figures"]])
        messages, figures = _adapter().validate_json(text)
        _require(len({message.id for message in messages}) == len(messages), "an id comes twice")
        for message in messages:
            _require_sound(message)
        for of_provider in figures.by_provider.values():
            _require(of_provider.keys() == set(PROVIDER_FIGURES), "a provider's figures")
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        msg = f"not a snapshot of messages ({_in_short(problem)}); nothing changed"
        raise StoreError(msg) from problem
    return messages, figures


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(what)


def _require_sound(message: Message) -> None:
    """Raise ValueError for what has the right types and would still stop the engine."""
    routed = message.destination is not None and message.next_attempt_at is not None
    _require(message.state is not State.PENDING or routed, f"{message.id} is pending, not routed")
    unrouted = message.destination is None
    _require(message.state is not State.HELD or unrouted, f"{message.id} is held, yet routed")
    _require(isinstance(json.loads(message.payload), dict), f"{message.id} has no JSON object")
    instants = [message.created_at, message.next_attempt_at]
    for attempt in message.attempts:
        instants += [attempt.started_at, attempt.next_attempt_at]
    _require(all(map(_is_aware, instants)), f"{message.id} has an instant without a time zone")


def _is_aware(instant: datetime | None) -> bool:
    return instant is None or instant.tzinfo is not None


def _in_short(problem: Exception) -> str:
    """Return one line: pydantic's own text shows the values, and secrets among them."""
    from pydantic import ValidationError

    if not isinstance(problem, ValidationError):
        return f"{type(problem).__name__}: {problem}"
    first = problem.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
