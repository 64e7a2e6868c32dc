"""Messages and attempts, in the JSON of the control API, as lines that a person reads at a glance.

The words are those of `delivery/timeline.py`, shortened so that a line fits 80 columns.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from mohook.cli.screen import instant, plain, quoted

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["IN_BRIEF", "attempt_text", "message_text", "state_text", "what_happened"]

JSON = dict[str, Any]

IN_BRIEF = {
    "timeout": "no answer in time",
    "refused": "connection refused",
    "reset": "closed before an answer",
    "tls": "no secure connection",
    "malformed": "answer is not valid HTTP",
    "too-large": "answer larger than the cap",
    "name": "host name not found",
    "unreachable": "no route to the receiver",
    "forbidden": "address not allowed",
    "redirects": "redirected too often",
    "lost-ack": "answered, answer lost",
    "error": "request failed",
}
"""Every named failure of `delivery/outcome.py` in a few words."""

_STATES = {
    "delivered": ("✓ delivered", "green"),
    "failed": ("✗ failed", "red"),
    "pending": ("… pending", "yellow"),
    "held": ("‖ held", "yellow"),
}
_WHAT_WIDTH = 24


def what_happened(attempt: JSON) -> str:
    """Return how an attempt ended, in a few words.

    >>> what_happened({"outcome": "204", "decision": "retry"})
    'answered 204, not 200'
    """
    brief = IN_BRIEF.get(attempt["outcome"])
    if brief:
        return brief
    refused = attempt["decision"] in ("retry", "given-up")
    return f"answered {attempt['outcome']}" + (", not 200" if refused else "")


def attempt_text(attempt: JSON, *, dates: bool = False) -> Text:
    """Return one attempt as a line: when, which, how it ended, what follows and when."""
    from rich.text import Text

    symbol, follows, style = _follows(attempt, dates=dates)
    scripted = f" [{attempt['fault']}]" if attempt["fault"] else ""
    return Text.assemble(
        (_time(attempt["started_at"], dates=dates), "dim"),
        f"  attempt {attempt['number']:<2} ",
        (f"{symbol} ", style),
        f"{what_happened(attempt) + scripted:<{_WHAT_WIDTH}}",
        (f"  {follows}", style),
    )


def _follows(attempt: JSON, *, dates: bool) -> tuple[str, str, str]:
    if attempt["decision"] == "delivered":
        return "✓", "delivered", "bold green"
    if attempt["decision"] == "given-up":
        return "✗", "given up: failed", "bold red"
    if attempt["copy_of"]:
        return "·", f"a copy of attempt {attempt['copy_of']}", "dim"
    started, again = instant(attempt["started_at"]), instant(attempt["next_attempt_at"])
    other_day = started.date() != again.date()
    return "✗", f"again at {_time(attempt['next_attempt_at'], dates=dates or other_day)}", "yellow"


def message_text(message: JSON) -> Text:
    """Return what a message is: from whom, to whom, its text."""
    from rich.text import Text

    line = Text(f"{plain(message['from'])} → {plain(message['to'])}  ")
    return line.append(quoted(message["body"]), "bold")


def state_text(message: JSON) -> Text:
    """Return where a message stands, with its symbol."""
    from rich.text import Text

    words, style = _STATES[message["state"]]
    if message["via"] != "webhook":
        words += f" to {message['via']}"
    return Text(words, style)


def _time(text: str, *, dates: bool) -> str:
    return _shown(instant(text), dates=dates)


def _shown(at: datetime, *, dates: bool) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if dates else f"{at:%H:%M:%S}"
