"""Messages that a step of a script holds back, and those among them that others overtake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from mohook.delivery.fault_steps import FaultKind, FaultStep, parse_step
from mohook.delivery.message import Message

__all__ = ["HeldBack"]


class HeldBack:
    """Each with the step that it goes out with. `on_change` is called with the lock held."""

    def __init__(self, lock: AbstractContextManager[Any], on_change: Callable[[], None]) -> None:
        self._lock = lock
        self._on_change = on_change
        self._steps: dict[str, FaultStep] = {}
        self._overtaken: dict[str, list[str]] = {}

    def hold(self, message: Message, step: FaultStep) -> None:
        """Hold a message back; one of `reorder` until it is overtaken."""
        with self._lock:
            self._steps[message.id] = step
            if step.kind is FaultKind.REORDER:
                self._overtaken.setdefault(message.provider, []).append(message.id)
            self._on_change()

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._steps

    def resume(self, message_id: str) -> FaultStep | None:
        """Return the step of a message, which is held back no longer; None for any other."""
        if message_id not in self._steps:
            return None
        with self._lock:
            step = self._steps.pop(message_id, None)
            self._on_change()
            return step

    def overtaken(self, provider: str) -> Sequence[str]:
        """Return the messages that the next one of a provider overtakes: that is the caller's."""
        if not self._overtaken:
            return ()
        with self._lock:
            if provider not in self._overtaken:
                return ()
            overtaken = self._overtaken.pop(provider)
            self._on_change()
            return overtaken

    def clear(self) -> None:
        """Hold nothing back any more: all was forgotten."""
        if not (self._steps or self._overtaken):
            return
        with self._lock:
            self._steps.clear()
            self._overtaken.clear()
            self._on_change()

    def dump(self) -> dict[str, Any]:
        """Return all of it as JSON-able data."""
        return {
            "held": {each: str(step) for each, step in self._steps.items()},
            "overtaken": {each: list(ids) for each, ids in self._overtaken.items()},
        }

    @staticmethod
    def read(data: Mapping[str, Any]) -> tuple[dict[str, FaultStep], dict[str, list[str]]]:
        """Return what `put` takes, from a `dump`; older ones have nothing of it."""
        held = {each: parse_step(word) for each, word in data.get("held", {}).items()}
        return held, {each: list(ids) for each, ids in data.get("overtaken", {}).items()}

    def put(self, held: dict[str, FaultStep], overtaken: dict[str, list[str]]) -> None:
        """Replace all of it. The caller holds the lock."""
        self._steps, self._overtaken = held, overtaken
