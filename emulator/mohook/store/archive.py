"""Messages and figures as JSON-able data and back, with nothing lost: what a snapshot holds."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from mohook.delivery.message import Attempt, Message, State, Timings
from mohook.errors import StoreError
from mohook.store.store import Figures

__all__ = ["messages_from", "messages_to_json"]

_BYTES = {"payload", "request_body", "response_head", "response_body"}
_INSTANTS = {"created_at", "started_at", "next_attempt_at"}


def messages_to_json(messages: Iterable[Message], figures: Figures) -> dict[str, Any]:
    """Return messages with their attempts, and the figures, as JSON-able data.

    Leases are left out: what was in flight is due again wherever the data is loaded.
    """
    return {"messages": [_message(message) for message in messages], "figures": asdict(figures)}


def messages_from(data: Mapping[str, Any]) -> tuple[list[Message], Figures]:
    """Return what `messages_to_json` was given; raise StoreError for data of another form."""
    try:
        return [_message_from(each) for each in data["messages"]], Figures(**data["figures"])
    except (KeyError, TypeError, ValueError) as problem:
        msg = f"not a snapshot of messages ({type(problem).__name__}: {problem}); nothing changed"
        raise StoreError(msg) from problem


def _message(message: Message) -> dict[str, Any]:
    data = {
        field.name: _plain(field.name, getattr(message, field.name))
        for field in fields(Message)
        if field.name not in ("attempts", "leased_until")
    }
    data["attempts"] = [
        {field.name: _plain(field.name, getattr(attempt, field.name)) for field in fields(Attempt)}
        for attempt in message.attempts
    ]
    return data


def _plain(name: str, value: Any) -> Any:
    if name in _BYTES:
        return b64encode(value).decode()
    if name in _INSTANTS:
        return value and value.isoformat()
    return value


def _message_from(data: Mapping[str, Any]) -> Message:
    attempts = [_attempt_from(each) for each in data["attempts"]]
    rich = {name: _rich(name, value) for name, value in data.items() if name != "attempts"}
    return Message(**{**rich, "state": State(rich["state"]), "attempts": attempts})


def _attempt_from(data: Mapping[str, Any]) -> Attempt:
    rich = {name: _rich(name, value) for name, value in data.items()}
    rich["timings"] = Timings(*map(float, rich["timings"]))
    rich["request_headers"] = tuple(
        (str(name), str(value)) for name, value in rich["request_headers"]
    )
    return Attempt(**rich)


def _rich(name: str, value: Any) -> Any:
    if name in _BYTES:
        return b64decode(value, validate=True)
    if name in _INSTANTS:
        return value and datetime.fromisoformat(value)
    return value
