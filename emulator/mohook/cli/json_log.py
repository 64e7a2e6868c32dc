"""What `serve --log-format json` prints: one JSON object a line, for those who collect logs.

Each has `time` (of the machine, not of the emulator's clock), `level`, `event` and `message`,
and what belongs to the event. No text of an SMS and no body stands in them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mohook.cli.log import EventLog
from mohook.cli.screen import print_json_line
from mohook.delivery.message import Attempt
from mohook.delivery.outcome import in_words
from mohook.masking import masked_text, masked_url
from mohook.rendering import event_json, instant_text
from mohook.store.journal import (
    CLOCK_CHANGED,
    MESSAGE_ACCEPTED,
    MESSAGE_MOVED,
    WEBHOOK_CHANGED,
    Event,
)

__all__ = ["JsonLog", "log_records_as_json"]

_TOLD = ("provider", "from", "to", "state", "endpoint", "webhook", "mode", "was")
_LEVELS = {"retry": "warning", "given-up": "error"}
_MESSAGES = {
    MESSAGE_ACCEPTED: "{id} from {from} to {to} was accepted, and is {state}",
    MESSAGE_MOVED: "{id} was moved, and is {state}",
    WEBHOOK_CHANGED: "{endpoint} now posts to {webhook}",
    CLOCK_CHANGED: "the clock is {mode}, and was {was}",
}


class JsonLog(EventLog):
    """Tells of an emulator in lines that a collector takes apart."""

    def ready(self, url: str, port: int) -> None:
        """Say that the emulator answers, and where."""
        _print("info", "ready", f"mohook answers at {url}", {"url": url, "port": port})

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            _tell_one(event)


def _tell_one(event: Event) -> None:
    at = {"at": instant_text(event.at), "number": event.number, "message_id": event.message_id}
    if isinstance(event.subject, Attempt):
        attempt = event.subject
        level = _LEVELS.get(attempt.decision or "", "info")
        _print(level, event.kind, _of_attempt(event, attempt), at | _fields_of(attempt))
        return
    data = event_json(event)["data"]
    fields = {name: data[name] for name in _TOLD if name in data}
    level = "warning" if fields.get("state") == "held" else "info"
    _print(level, event.kind, _of_another(event, fields), at | fields)


def _of_attempt(event: Event, attempt: Attempt) -> str:
    what = in_words(attempt.outcome)
    follows = f": {attempt.decision}" if attempt.decision else ""
    return f"attempt {attempt.number} of {event.message_id} {what}{follows}"


def _fields_of(attempt: Attempt) -> dict[str, Any]:
    again = attempt.next_attempt_at
    return {
        "attempt": attempt.number,
        "outcome": attempt.outcome,
        "status_code": attempt.status_code,
        "error": attempt.error and masked_text(attempt.error),
        "decision": attempt.decision,
        "next_attempt_at": again and instant_text(again),
        "duration_ms": round(attempt.timings.total * 1000, 3),
        "url": masked_url(attempt.url),
        "fault": attempt.fault,
    }


def _of_another(event: Event, fields: Mapping[str, Any]) -> str:
    pattern = _MESSAGES.get(event.kind, event.kind)
    webhook = fields.get("webhook") or "nowhere"
    return pattern.format_map({**fields, "id": event.message_id, "webhook": webhook})


def _print(level: str, event: str, message: str, fields: Mapping[str, Any]) -> None:
    print_json_line({**_line(level, event, message), **fields})


def _line(level: str, event: str, message: str) -> dict[str, Any]:
    now = instant_text(datetime.now(UTC))
    return {"time": now, "level": level, "event": event, "message": message}


def log_records_as_json() -> None:
    """Let what Python's logging tells, failures above all, be such lines too, on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(_RecordFormat())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class _RecordFormat(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line; a traceback stands in `exception`."""
        message = masked_text(record.getMessage())
        line = _line(record.levelname.lower(), "log", message) | {"logger": record.name}
        if record.exc_info:
            line["exception"] = masked_text(self.formatException(record.exc_info))
        return json.dumps(line)
