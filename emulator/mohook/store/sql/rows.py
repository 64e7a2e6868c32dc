"""Messages, attempts and entries as rows and back, with nothing lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from mohook.delivery.message import Attempt, Message, State, Timings
from mohook.store.journal import Event, Standing

__all__ = [
    "ATTEMPT_WIDTH",
    "MESSAGE_WIDTH",
    "attempt_of",
    "attempt_row",
    "instant",
    "message_id",
    "message_of",
    "message_row",
    "micros",
    "number_of",
    "standing_event",
]

Row = Sequence[Any]
MESSAGE_WIDTH = 18
"""How many columns a message has, and so where those begin that stand beside it in a join."""
ATTEMPT_WIDTH = 22

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_STATES = {state.value: state for state in State}


def micros(at: datetime | None) -> int | None:
    """Return whole microseconds since 1970."""
    if at is None:
        return None
    since = at - _EPOCH
    return since.days * _DAY + since.seconds * 1_000_000 + since.microseconds


def instant(at: int | None) -> datetime | None:
    """Return the instant so many microseconds after 1970."""
    return None if at is None else _EPOCH + timedelta(microseconds=at)


def _instant(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def message_id(n: int) -> str:
    """Return the id of the message in row `n`."""
    return f"m{n}"


def number_of(message: str) -> int | None:
    """Return the row of a message by its id; None for what is none.

    >>> number_of("m12"), number_of("m012"), number_of("12")
    (12, None, None)
    """
    digits = message[1:]
    if not (message[:1] == "m" and digits.isascii() and digits.isdigit() and len(digits) < 18):
        return None
    return int(digits) if digits == "0" or digits[0] != "0" else None


def message_row(message: Message, finished: int | None, last_event: int) -> Row:
    """Return a message as its row, in the order of the table's columns."""
    return (
        int(message.id[1:]),
        message.provider,
        message.sender,
        message.recipient,
        message.body.encode(),
        message.endpoint,
        message.payload,
        micros(message.created_at),
        message.destination,
        micros(message.next_attempt_at),
        message.state.value,
        message.tries,
        message.attempts_made,
        message.via,
        finished,
        last_event,
        None,
        None,
    )


def message_of(row: Row, epoch: int) -> Message:
    """Return the message in a row, without its attempts."""
    return Message(
        f"m{row[0]}",
        row[1],
        row[2],
        row[3],
        row[4].decode(),
        row[5],
        row[6],
        _instant(row[7]),
        row[8],
        instant(row[9]),
        _STATES[row[10]],
        row[11],
        row[12],
        row[16],
        row[13],
        epoch,
    )


@lru_cache(maxsize=4096)
def _headers_text(headers: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(headers)


@lru_cache(maxsize=4096)
def _headers_of(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))


def attempt_row(attempt: Attempt, event: int, n: int, payload: bytes) -> Row:
    """Return an attempt as its row; `payload` is its message's, which most attempts post."""
    error, body = attempt.error, attempt.request_body
    return (
        event,
        n,
        attempt.number,
        micros(attempt.started_at),
        attempt.outcome,
        attempt.status_code,
        None if error is None else error.encode("utf-8", "surrogatepass"),
        *attempt.timings,
        attempt.url,
        _headers_text(attempt.request_headers),
        None if body == payload else body,
        attempt.response_head,
        attempt.response_body,
        attempt.fault,
        attempt.copy_of,
        attempt.decision,
        micros(attempt.next_attempt_at),
    )


def attempt_of(row: Row, payload: bytes) -> Attempt:
    """Return the attempt in a row."""
    return Attempt(
        row[2],
        _instant(row[3]),
        row[4],
        row[5],
        None if row[6] is None else row[6].decode("utf-8", "surrogatepass"),
        Timings(*row[7:13]),
        row[13],
        _headers_of(row[14]),
        payload if row[15] is None else row[15],
        row[16],
        row[17],
        row[18],
        row[19],
        row[20],
        instant(row[21]),
    )


def standing_event(row: Row, message: Message | None) -> Event:
    """Return the entry in a row: about `message` as it stood, or about what its data tells."""
    number, at, kind, n, state, due, made, via, data = row
    if message is None:
        return Event(number, _instant(at), kind, n and message_id(n), json.loads(data or "{}"))
    standing = Standing(message, _STATES[state], instant(due), made, via)
    return Event(number, _instant(at), kind, message.id, standing)
