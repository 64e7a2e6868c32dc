"""One message: its attempts on a time axis, what each sent and got, and what follows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request

from mohook.delivery.message import Attempt, Message
from mohook.emulator import Emulator
from mohook.errors import NotFoundError
from mohook.evidence.curl import curl_command
from mohook.evidence.difference import difference
from mohook.evidence.explanation import Explanation, explanation
from mohook.evidence.phases import LABELS, Phase, phases
from mohook.evidence.pytest_source import pytest_source
from mohook.rendering import attempt_json, masked_payload
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal
from mohook.server.portal.charts.axis import TimeAxis, axis_over
from mohook.server.problems import ProblemError

__all__ = ["SHOWN", "AttemptView", "Body", "compared", "message"]

SHOWN = 50
"""Attempts that a page shows unless it is asked for all: ip1 may have made thousands."""
_MOST_SHOWN = 1_000
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it was, and laid out where it is JSON. `cut` tells how much is left out."""

    raw: str
    pretty: str | None
    cut: int


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt as the page shows it. Bars are in percent of the longest attempt."""

    attempt: Attempt
    shown: dict[str, Any]
    explained: Explanation
    bars: tuple[tuple[Phase, float, float], ...]
    at: float
    request_body: Body
    response_body: Body
    curl: str


@portal.get("/messages/<id>")
def message(id: str) -> str:  # noqa: A002 - the word of the control API
    """Show a message and how its attempts went."""
    served, asked = emulator(), emulator().store.message(id)
    attempts = _shown(asked)
    axis = _axis(asked)
    return render_template(
        "portal/message.html",
        message=asked,
        payload=json.dumps(masked_payload(asked.payload), indent=2, ensure_ascii=False),
        explained=explanation(asked, attempts[-1] if attempts else None, served.settings),
        views=_views(served, asked, attempts, axis),
        left_out=len(asked.attempts) - len(attempts),
        axis=axis,
        next_at=axis.at(asked.next_attempt_at) if asked.next_attempt_at else None,
        labels=LABELS,
        test=pytest_source(asked, list(asked.attempts), served.settings),
    )


@portal.get("/messages/<id>/difference")
def compared(id: str) -> str:  # noqa: A002 - the word of the control API
    """Show what differs between two attempts of a message."""
    asked = emulator().store.message(id)
    first, second = _numbered(asked, "a"), _numbered(asked, "b")
    return render_template(
        "portal/difference.html",
        message=asked,
        first=first,
        second=second,
        rows=difference(first, second),
        attempts=list(asked.attempts),
    )


def _numbered(message: Message, name: str) -> Attempt:
    given = request.args.get(name, "")
    for attempt in message.attempts:
        if str(attempt.number) == given:
            return attempt
    if not given:
        msg = f"{name} is missing: expected the number of an attempt of {message.id}"
        raise ProblemError(422, msg, kind="input")
    msg = f"{message.id} has no attempt {given[:20]!r}: it has made {message.attempts_made}"
    raise NotFoundError(msg)


def _shown(message: Message) -> Sequence[Attempt]:
    return list(message.attempts)[-(_MOST_SHOWN if "all" in request.args else SHOWN) :]


def _axis(message: Message) -> TimeAxis:
    instants: list[datetime] = [message.created_at]
    instants += [attempt.started_at for attempt in message.attempts[-_MOST_SHOWN:]]
    instants += [message.next_attempt_at] if message.next_attempt_at else []
    return axis_over(instants)


def _views(
    served: Emulator, message: Message, attempts: Sequence[Attempt], axis: TimeAxis
) -> list[AttemptView]:
    longest = max((attempt.timings.total for attempt in attempts), default=0.0) * 1000
    return [_view(served, message, attempt, axis, longest or 1.0) for attempt in attempts]


def _view(
    served: Emulator, message: Message, attempt: Attempt, axis: TimeAxis, longest: float
) -> AttemptView:
    shown = attempt_json(attempt)
    return AttemptView(
        attempt,
        shown,
        explanation(message, attempt, served.settings),
        tuple(
            (phase, 100 * phase.start_ms / longest, max(0.3, 100 * phase.duration_ms / longest))
            for phase in phases(attempt)
        ),
        axis.at(attempt.started_at),
        _body(shown["request"]["body"]),
        _body(shown["response"]["body"]),
        curl_command(attempt),
    )


def _body(text: str) -> Body:
    raw = text[:_MOST_CHARACTERS]
    shown = raw.replace("\0", "␀")  # HTML has no way to write it
    return Body(shown, _pretty(text) if raw == text else None, len(text) - len(raw))


def _pretty(text: str) -> str | None:
    """Return JSON with one value a line; None for what is no JSON object or array."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
