"""The last lines of a run at a terminal: what it says of the receiver, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from rich.text import Text

from mohook.cli.screen import plain
from pytest_mohook.check.verdict import Ending

__all__ = ["Run", "closing"]


class Run(Protocol):
    """What has come to its end: a check, or a hunt."""

    @property
    def right(self) -> bool | None:
        """Whether the receiver is right; None where nobody can tell."""

    @property
    def ending(self) -> Ending:
        """Why it ended."""

    @property
    def summary(self) -> str:
        """The counts, in a line."""

    @property
    def trouble(self) -> str:
        """What was wrong with the readback, if anything was."""

    @property
    def hint(self) -> str:
        """What else may be why messages seem to be lost."""


def closing(run: Run, right: str) -> Iterator[Text]:
    """Return the lines; `right` is how a right receiver is spoken of."""
    if run.trouble:
        yield Text(f"The readback failed: {plain(run.trouble)}", "bold red")
    words = {
        True: (f"✓ {right}", "bold green"),
        False: ("✗ The receiver is not right", "bold red"),
        None: ("· No verdict", "bold yellow"),
    }
    text, style = words[run.right]
    if run.ending is Ending.GONE:
        text, style = "✗ The receiver listens no more", "bold red"
    yield Text.assemble((text, style), f": {run.summary}.")
    if run.hint:
        yield Text(run.hint, "bold")
