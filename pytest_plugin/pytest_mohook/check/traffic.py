"""What a receiver was sent last, by all checks that run beside each other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from mohook.settings import Settings
from pytest_mohook.check.curl import curl, with_settings
from pytest_mohook.check.secrecy import without_secret
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["Accepted", "Traffic"]

_KEPT = 200
_TOLD = 12
_LAST = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request whose connection the receiver took, and what came of it.

    `by` is the id of a check, "" in a hunt. It began no earlier than `began`, and had ended by
    `ended`. It was `cut` where the connection broke before there was an answer,
    and `taken` where that was a 2xx.
    """

    by: str
    request: WebhookRequest
    said: str
    began: float
    ended: float
    cut: bool
    taken: bool = False

    def told(self, url: str) -> str:
        """Return what came of it, and the command that sends it again."""
        by = f"{self.by}: " if self.by else ""
        size = f"{self.request.method} of {len(self.request.body):,} bytes"
        return f"{by}{size}: {self.said}\n{curl(url, self.request)}"


@dataclass(slots=True)
class Traffic:
    """Keeps the last requests. Threads may note at the same time."""

    _made: deque[Accepted] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _lock: Lock = field(default_factory=Lock)
    _read: float | None = None

    def was_read(self, began: float) -> None:
        """Note that what is stored could be read: what had ended by then has not broken it."""
        with self._lock:
            self._read = max(began, self._read or began)

    def suspects(self) -> list[Accepted]:
        """Return what may be why nobody can read any more what is stored.

        It ended since that was read last, and was taken, if anything was. Nothing is told where
        it was never read, and nothing a second time: what comes later is not why.
        """
        with self._lock:
            read, self._read = self._read, None
            since = [each for each in self._made if read is not None and each.ended >= read]
        return [each for each in since if each.taken] or since

    def note(self, *made: Accepted) -> None:
        """Keep requests that have ended."""
        with self._lock:
            self._made += made

    def last_words(self, url: str, settings: Settings) -> str:
        """Return what a receiver was sent before it was gone: what may have been its end.

        That is what was cut when no other request was answered any more; where nothing was, the
        last that it did answer.
        """
        told = "\n".join(self._last_words(url))
        lines = [
            with_settings(line, settings) if line.startswith("curl ") else line
            for line in told.splitlines()
        ]
        return without_secret("\n".join(lines), settings)

    def _last_words(self, url: str) -> Iterator[str]:
        with self._lock:
            made = sorted(self._made, key=lambda each: each.began)
        alive = max((each.began for each in made if not each.cut), default=0.0)
        cut = [each for each in made if each.cut and each.ended >= alive]
        shown = cut[:_TOLD] or sorted(made, key=lambda each: each.ended)[-_LAST:]
        if len(cut) > 1:
            first = f", here the first {_TOLD}" if len(cut) > _TOLD else ""
            yield f"one of {len(cut)} requests that were cut off together{first}:"
        yield from (each.told(url) for each in shown)
