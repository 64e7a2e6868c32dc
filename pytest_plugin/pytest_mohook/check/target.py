"""The receiver under test: where it is, who signs, and how one asks what it has stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.check.traffic import Traffic
from pytest_mohook.oracle.readback import Stored

__all__ = ["Readback", "Target"]

Readback = Callable[[], Stored]
"""Returns what the receiver has stored: see `pytest_mohook.oracle.readback`. Raises
ReadbackError where it cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A receiver at a URL, as somebody asks for its verdict.

    `settings` are those of the emulator that sends: whose secret signs, within what time the
    receiver must answer, which hosts may be reached. `settle` is how long, in real time, a
    receiver may take to store what it has acknowledged.
    Raises WebhookError or InputError for what is none.
    """

    url: str
    provider: str
    settings: Settings = field(default_factory=Settings)
    readback: Readback | None = None
    settle: timedelta = timedelta()
    traffic: Traffic = field(default_factory=Traffic, compare=False, repr=False)
    """What was sent to it last."""

    def __post_init__(self) -> None:
        require_webhook_url(self.url)
        if self.provider not in PROVIDERS:
            msg = f"provider {self.provider!r}: expected one of {', '.join(PROVIDERS)}"
            raise InputError(msg)
        if self.settle < timedelta():
            msg = f"settle = {self.settle}: expected zero or more"
            raise InputError(msg)

    def seeded(self, seed: int) -> Settings:
        """Return the settings for one emulator, whose ids and order the seed decides."""
        serve = replace(self.settings.serve, seed=seed, clock="manual")
        return replace(self.settings, serve=serve)
