"""Messages and attempts out of the control API's JSON: what `mohook.rendering` wrote down. Pure.

What the JSON does not hold cannot come back: a signature and URL credentials are `***`,
instants end at the millisecond, and bytes of an answer that are no UTF-8 are U+FFFD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from mohook.delivery.message import Attempt, Message, State, Timings

__all__ = ["rebuilt_attempt", "rebuilt_message"]

JSON = Mapping[str, Any]


def rebuilt_message(shown: JSON) -> Message:
    """Return a message as `message_json` has shown it, its attempts included.

    What the engine alone needs stays as in a new one: `destination`, `tries`, `claim`.
    """
    return Message(
        id=shown["id"],
        provider=shown["provider"],
        sender=shown["from"],
        recipient=shown["to"],
        body=shown["body"],
        endpoint=_endpoint(shown),
        payload=to_json(shown["payload"]),
        created_at=_instant(shown["created_at"]),
        destination=None,
        next_attempt_at=_instant_or_none(shown["next_attempt_at"]),
        state=State(shown["state"]),
        attempts_made=shown["attempts_made"],
        via=shown["via"],
        attempts=[rebuilt_attempt(each) for each in shown["attempts"]],
    )


def _endpoint(shown: JSON) -> str:
    provider = shown["provider"]
    return f"{provider}:{shown['payload'].get('owner') if provider == 'ip1' else shown['to']}"


def rebuilt_attempt(shown: JSON) -> Attempt:
    """Return an attempt as `attempt_json` has shown it."""
    request, response = shown["request"], shown["response"]
    return Attempt(
        number=shown["number"],
        started_at=_instant(shown["started_at"]),
        outcome=shown["outcome"],
        status_code=shown["status_code"],
        error=shown["error"],
        timings=Timings(*(shown["timings"][f"{phase}_ms"] / 1000 for phase in Timings._fields)),
        url=request["url"],
        request_headers=tuple((name, value) for name, value in request["headers"]),
        request_body=request["body"].encode(),
        response_head=_head(shown["status_code"], response["headers"]),
        response_body=response["body"].encode(),
        fault=shown["fault"],
        copy_of=shown["copy_of"],
        decision=shown["decision"],
        next_attempt_at=_instant_or_none(shown["next_attempt_at"]),
    )


def _head(status: int | None, headers: Sequence[Sequence[str]]) -> bytes:
    """Return the head of an answer; empty where there was none, as with a scripted step."""
    if not headers:
        return b""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1", "replace")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)
