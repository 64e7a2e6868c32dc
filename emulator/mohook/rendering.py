"""Messages, attempts and events as the JSON of the public contract, with secrets masked."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from mohook.delivery.message import Attempt, Message
from mohook.masking import MASK, masked_url
from mohook.store.journal import Event, Standing

__all__ = [
    "attempt_json",
    "event_json",
    "instant_text",
    "masked_body",
    "masked_payload",
    "message_json",
]

JSON = dict[str, Any]


def message_json(message: Message, *, attempts: bool = True) -> JSON:
    """Return a message as `GET /mohook/v1/messages/{id}` shows it."""
    shown = {
        "id": message.id,
        "provider": message.provider,
        "from": message.sender,
        "to": message.recipient,
        "body": message.body,
        "state": message.state.value,
        "via": message.via,
        "created_at": instant_text(message.created_at),
        "next_attempt_at": _instant_or_none(message.next_attempt_at),
        "attempts_made": message.attempts_made,
        "payload": masked_payload(message.payload),
    }
    if attempts:
        shown["attempts"] = [attempt_json(attempt) for attempt in list(message.attempts)]
    return shown


def attempt_json(attempt: Attempt) -> JSON:
    """Return one attempt. Bodies are text: bytes that are no UTF-8 show as U+FFFD."""
    return {
        "number": attempt.number,
        "started_at": instant_text(attempt.started_at),
        "duration_ms": round(attempt.timings.total * 1000, 3),
        "outcome": attempt.outcome,
        "status_code": attempt.status_code,
        "error": attempt.error,
        "fault": attempt.fault,
        "copy_of": attempt.copy_of,
        "decision": attempt.decision,
        "next_attempt_at": _instant_or_none(attempt.next_attempt_at),
        "timings": {f"{phase}_ms": round(s * 1000, 3) for phase, s in _phases(attempt)},
        "request": {
            "url": masked_url(attempt.url),
            "headers": [
                [name, _masked_header(name, value)] for name, value in attempt.request_headers
            ],
            "body": masked_body(attempt.request_body),
        },
        "response": {
            "headers": _head_lines(attempt.response_head),
            "body": attempt.response_body.decode("utf-8", "replace"),
        },
    }


def event_json(event: Event) -> JSON:
    """Return a journal entry: what happened, and to which message."""
    subject = event.subject
    data: JSON
    if isinstance(subject, Attempt):
        data = attempt_json(subject)
    elif isinstance(subject, Standing):
        data = message_json(subject.message, attempts=False) | _standing_json(subject)
    else:
        data = {name: _masked_value(name, value) for name, value in subject.items()}
    return {
        "number": event.number,
        "at": instant_text(event.at),
        "type": event.kind,
        "message_id": event.message_id,
        "data": data,
    }


def _standing_json(standing: Standing) -> JSON:
    return {
        "state": standing.state.value,
        "via": standing.via,
        "next_attempt_at": _instant_or_none(standing.next_attempt_at),
        "attempts_made": standing.attempts_made,
    }


def instant_text(instant: datetime) -> str:
    """Return an instant in ISO 8601, UTC, to the millisecond.

    >>> instant_text(datetime(2026, 1, 1, 12, tzinfo=UTC))
    '2026-01-01T12:00:00.000Z'
    """
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def masked_payload(payload: bytes) -> Any:
    """Return a payload as JSON data, with its signature masked."""
    data = json.loads(payload)
    if isinstance(data, dict) and data.get("signature"):
        data["signature"] = MASK
    return data


def masked_body(body: bytes) -> str:
    """Return a posted body as text, with its signature masked and all else as it was sent."""
    if b'"signature"' in body:
        with suppress(ValueError):  # no JSON: nothing that mohook has signed
            return to_json(masked_payload(body)).decode()
    return body.decode("utf-8", "replace")


_HOLDING_URLS = frozenset({"location", "content-location", "refresh", "link"})


def _masked_header(name: str, value: str) -> str:
    if name.lower() != "authorization":
        return value
    return f"{value.partition(' ')[0]} {MASK}"


def _masked_value(name: str, value: Any) -> Any:
    return masked_url(value) if name == "webhook" and isinstance(value, str) else value


def _phases(attempt: Attempt) -> list[tuple[str, float]]:
    return list(attempt.timings._asdict().items())


def _instant_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)


def _head_lines(head: bytes) -> list[list[str]]:
    """Return the headers of the last answer in `head`: a 1xx or a redirect may stand before it."""
    blocks = [block for block in head.decode("latin-1").split("\r\n\r\n") if block.strip()]
    lines = filter(None, blocks[-1].split("\r\n")[1:] if blocks else [])
    named = (line.partition(":") for line in lines)
    return [[name.strip(), _masked_answer(name.strip(), value.strip())] for name, _, value in named]


def _masked_answer(name: str, value: str) -> str:
    return masked_url(value) if name.lower() in _HOLDING_URLS else value
