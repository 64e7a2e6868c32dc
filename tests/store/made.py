"""Messages and attempts for tests, with one default for every field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mohook.delivery.message import Attempt, Message, State, Timings

__all__ = ["HERE", "MINUTE", "NOON", "SECOND", "THERE", "new_attempt", "new_message"]

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HERE = "http://127.0.0.1:5000"
THERE = "http://127.0.0.1:6000"


def new_message(message_id: str, **changes: Any) -> Message:
    """Return a pending ip1 message that is due at noon; `changes` go by field name."""
    fields: dict[str, Any] = {
        "provider": "ip1",
        "sender": "46700000001",
        "recipient": "456189040623",
        "body": "Hi my name is earl",
        "endpoint": "ip1:ip1-10001",
        "payload": b'{"body":"Hi my name is earl"}',
        "created_at": NOON,
        "destination": HERE,
        "next_attempt_at": NOON,
    }
    held = changes.get("destination", HERE) is None
    if held:
        fields |= {"next_attempt_at": None, "state": State.HELD}
    return Message(message_id, **(fields | changes))


def new_attempt(number: int = 1, **changes: Any) -> Attempt:
    """Return an attempt at noon that was answered 500 and will be made again a minute later."""
    fields: dict[str, Any] = {
        "started_at": NOON,
        "outcome": "500",
        "status_code": 500,
        "error": None,
        "timings": Timings(total=0.25),
        "url": f"{HERE}/sms",
        "request_headers": (("Host", "127.0.0.1:5000"),),
        "request_body": b'{"body":"Hi"}',
        "response_head": b"HTTP/1.1 500 Oops\r\nServer: a\r\n\r\n",
        "response_body": b"oops",
        "decision": "retry",
        "next_attempt_at": NOON + MINUTE,
    }
    return Attempt(number, **(fields | changes))
