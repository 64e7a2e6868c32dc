"""An emulator behind its portal, on a real port."""

from __future__ import annotations

from dataclasses import dataclass

from mohook.delivery.message import Message
from mohook.emulator import Emulator
from mohook.submission import Submission
from tests.emulators import App, connect

__all__ = ["Portal"]


@dataclass(frozen=True)
class Portal:
    """`url` has no slash at its end; the emulator's clock is manual unless the test said more."""

    emulator: Emulator
    url: str

    def connect(self, app: App) -> None:
        """Have both providers post to a receiver in this process."""
        connect(self.emulator, app)

    def send(self, *submissions: Submission) -> list[Message]:
        """Accept messages as the page does, and make the attempts that are due."""
        messages = self.emulator.send(submissions)
        self.emulator.settle()
        return messages
