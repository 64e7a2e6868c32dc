"""A message's attempts as lines of text that a person understands at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import in_words

__all__ = ["attempt_line", "timeline"]

_STATES = {
    State.DELIVERED: "delivered",
    State.FAILED: "failed: the provider has given it up",
    State.PENDING: "pending",
    State.HELD: "held: its number has no webhook",
}


def timeline(messages: Iterable[Message]) -> str:
    """Return every message with its attempts, one line each."""
    lines: list[str] = []
    for message in messages:
        lines.append(
            f"{message.id} {message.provider} {message.sender} → {message.recipient} "
            f"{_short(message.body)!r}: {_state(message)}"
        )
        lines += [f"  {attempt_line(attempt)}" for attempt in message.attempts]
    return "\n".join(lines)


def attempt_line(attempt: Attempt) -> str:
    """Return one attempt: when, what happened, what follows."""
    what = in_words(attempt.outcome)
    scripted = f" [{attempt.fault}]" if attempt.fault else ""
    copy = f" (copy of {attempt.copy_of})" if attempt.copy_of else ""
    when = _time(attempt.started_at)
    return f"{attempt.number:>3}. {when} {what}{scripted}{copy}{_follows(attempt)}"


def _follows(attempt: Attempt) -> str:
    if attempt.decision == "retry" and attempt.next_attempt_at:
        return f", again at {_time(attempt.next_attempt_at)}"
    return {"delivered": ", delivered", "given-up": ", given up"}.get(attempt.decision or "", "")


def _state(message: Message) -> str:
    if message.via != "webhook":
        return f"delivered to {message.via}"
    if message.state is State.PENDING and message.next_attempt_at:
        return f"pending, next attempt at {_time(message.next_attempt_at)}"
    return _STATES[message.state]


def _time(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
