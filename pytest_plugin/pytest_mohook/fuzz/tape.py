"""What reached a receiver, request by request, and what went wrong on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mohook.delivery.message import Attempt
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.oracle.answers import reached
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["Tape", "Taped"]


@dataclass(frozen=True, slots=True)
class Taped:
    """One request, None where it did not reach the receiver, and what is to be said of it.

    A copy comes in the same moment as the request before it. `identity` is the provider's id,
    where the request is no delivery.
    """

    request: WebhookRequest | None
    said: str = ""
    copy: bool = False
    identity: str | None = None


class Tape:
    """Keeps each request in the order in which it was made."""

    def __init__(self) -> None:
        self.taped: list[Taped] = []
        self._seen: set[tuple[str, int]] = set()

    def add(self, request: WebhookRequest, said: str, identity: str) -> None:
        """Keep a request that is no delivery."""
        self.taped.append(Taped(request, said, identity=identity))

    def note(self, messages: Iterable[SentMessage]) -> None:
        """Keep the attempts that were made since the last time."""
        made = [
            (each.started_at, place, each.number, message.id, each)
            for place, message in enumerate(messages)
            for each in message.attempts
            if (message.id, each.number) not in self._seen
        ]
        for _, _, number, name, attempt in sorted(made, key=lambda each: each[:3]):
            self._seen.add((name, number))
            self.taped.append(_taped(name, attempt))


def _taped(name: str, attempt: Attempt) -> Taped:
    said = f"{name}, attempt {attempt.number}"
    if attempt.fault:
        said += f": {attempt.fault}"
    if not reached(attempt):
        return Taped(None, f"{said} (the receiver is not reached)")
    request = WebhookRequest("POST", headers(), attempt.request_body)
    return Taped(request, said, copy=attempt.copy_of is not None)
