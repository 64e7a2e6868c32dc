"""A message's attempts as lines of text that a person understands at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import in_words
from mohook.masking import masked_url

__all__ = ["attempt_line", "timeline"]

_STATES = {
    State.DELIVERED: "delivered",
    State.FAILED: "failed: the provider has given it up",
    State.PENDING: "pending",
    State.HELD: "held: its number has no webhook",
}
_ALIKE = 9  # attempts after the first; what ends by itself, IntelePeer or like DLRs, has no more


def timeline(messages: Iterable[Message]) -> str:
    """Return every message with its attempts, one line each; many that went alike have three."""
    lines: list[str] = []
    for message in messages:
        lines.append(
            f"{message.id} {message.provider} {message.sender} → {message.recipient} "
            f"{_short(message.body)!r}: {_state(message)}"
        )
        lines += (f"  {line}" for line in _attempt_lines(message.attempts))
    return "\n".join(lines)


def _attempt_lines(attempts: Sequence[Attempt]) -> Iterator[str]:
    before = None
    for _, alike in groupby(attempts, key=_what_came_of_it):
        first, *more = alike
        yield attempt_line(first, before)
        before = first
        if len(more) > _ALIKE:
            *left_out, last = more
            yield f"  … {len(left_out)} attempts more like this …"
            more = [last]
        for attempt in more:
            yield attempt_line(attempt, before)


def _what_came_of_it(attempt: Attempt) -> tuple[object, ...]:
    copy = attempt.copy_of is not None
    return attempt.outcome, attempt.error, attempt.url, attempt.fault, attempt.decision, copy


def attempt_line(attempt: Attempt, before: Attempt | None = None) -> str:
    """Return one attempt: when, where to unless `before` went there too, what came of it."""
    scripted = f" [{attempt.fault}]" if attempt.fault else ""
    copy = f" (copy of {attempt.copy_of})" if attempt.copy_of else ""
    to = "" if before and before.url == attempt.url else f"to {_masked(attempt.url, 100)}: "
    told = f"{to}{_what(attempt)}{scripted}{copy}{_follows(attempt)}"
    return f"{attempt.number:>3}. {_time(attempt.started_at)} {told}"


def _what(attempt: Attempt) -> str:
    what, error = in_words(attempt.outcome), attempt.error or ""
    # Of what is scripted, the step that follows in brackets says enough.
    if error in ("", what) or error.startswith("scripted: "):
        return what
    return f"{what}: {_masked(' '.join(error.split()), 200)}"


def _masked(text: str, most: int) -> str:
    return _short(masked_url(text), most)


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
