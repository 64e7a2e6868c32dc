"""What `send` shows while it waits, and what it says and returns in the end."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from mohook.cli.attempts import attempt_text, what_happened
from mohook.cli.failures import FINDINGS, UNREACHABLE
from mohook.cli.following import Made
from mohook.cli.screen import instant

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Report", "acceptance_code", "delivery_code", "not_allowed", "report_on", "summary"]

JSON = dict[str, Any]
_FEW = 20
"""Up to so many messages have their attempts shown line by line; more have a progress bar."""
_NEVER_THERE = {"refused", "name", "unreachable"}


class Report(Protocol):
    """Is shown each attempt as it ends, while it is entered."""

    def __enter__(self) -> Report:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, and leave the screen in order."""

    def show(self, made: Made) -> None:
        """Show an attempt."""


class _Silent:
    def __enter__(self) -> _Silent:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def show(self, made: Made) -> None:
        """Show nothing: the JSON at the end holds it all."""


class _Lines(_Silent):
    def __init__(self, console: Console, *, named: bool) -> None:
        self._console = console
        self._named = named

    def show(self, made: Made) -> None:
        """Print the attempt, with the message's id where there are several messages."""
        if self._named:
            self._console.print(f"{made.message_id:<6} ", end="")
        self._console.print(attempt_text(made.attempt), soft_wrap=True)


class _Bar(_Silent):
    def __init__(self, console: Console, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("settled, {task.fields[attempts]} attempts"),
        )
        self._progress = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._progress.add_task("sending", total=total, attempts=0)
        self._attempts = 0

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, made: Made) -> None:
        """Count the attempt."""
        self._attempts += 1
        self._progress.update(self._task, advance=int(made.final), attempts=self._attempts)


def report_on(console: Console, count: int, *, as_json: bool) -> Report:
    """Return how `count` messages are reported on: lines for few, a bar for many."""
    if as_json:
        return _Silent()
    return _Lines(console, named=count > 1) if count <= _FEW else _Bar(console, count)


def acceptance_code(messages: list[JSON]) -> int:
    """Return 1 where a message has failed for good already, else 0."""
    return FINDINGS if any(message["state"] == "failed" for message in messages) else 0


def delivery_code(messages: list[JSON]) -> int:
    """Return 0 where all are delivered, 3 where nothing ever listened, else 1."""
    if all(message["state"] == "delivered" for message in messages):
        return 0
    outcomes = {each["outcome"] for message in messages for each in message["attempts"]}
    return UNREACHABLE if outcomes and outcomes <= _NEVER_THERE else FINDINGS


def not_allowed(messages: list[JSON]) -> bool:
    """Whether an attempt was kept from an address that is neither loopback nor private."""
    return any(
        attempt["outcome"] == "forbidden"
        for message in messages
        for attempt in message.get("attempts", ())
    )


def summary(messages: list[JSON]) -> str:
    """Return what became of the messages, in a line."""
    if len(messages) == 1:
        return _of_one(messages[0])
    states = Counter(message["state"] for message in messages)
    counted = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
    attempts = sum(message["attempts_made"] for message in messages)
    lasts = Counter(
        what_happened(message["attempts"][-1])
        for message in messages
        if message["state"] != "delivered" and message["attempts"]
    )
    reasons = "".join(f"; {count:,}: {what}" for what, count in lasts.most_common(3))
    return f"{len(messages):,} messages: {counted}. {attempts:,} attempts{reasons}."


def _of_one(message: JSON) -> str:
    made, due = message["attempts_made"], message["next_attempt_at"]
    attempts = f"{made} attempt" if made == 1 else f"{made} attempts"
    words = {
        "delivered": f"✓ {message['id']} delivered on attempt {made}.",
        "failed": f"✗ {message['id']} failed after {attempts}: given up.",
        "held": f"‖ {message['id']} is held: its number has no webhook yet.",
        "pending": f"… {message['id']} is not delivered after {attempts}",
    }
    line = words[message["state"]]
    if message["via"] != "webhook":
        return f"✓ {message['id']} delivered to {message['via']}."
    if message["state"] == "pending":
        line += f"; the next is due at {instant(due):%H:%M:%S} UTC." if due else "."
    return line
