"""What a receiver answered to each message that it was sent, attempt by attempt: pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mohook.delivery.faults import FaultKind, parse_step
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import FORBIDDEN, LOST_ACK, NAME, REFUSED, TLS, UNREACHABLE
from mohook.providers import PROVIDERS
from mohook.settings import Settings

__all__ = ["Told", "reached", "refusals", "scripted", "told"]

_KEPT = 256  # the same few messages are judged again and again
_NOT_REACHED: Final = {REFUSED, NAME, UNREACHABLE, FORBIDDEN, TLS}
_STANDS_FOR_AN_ANSWER: Final = {
    FaultKind.STATUS,
    FaultKind.TIMEOUT,
    FaultKind.RESET,
    FaultKind.REFUSED,
}


@dataclass(slots=True)
class Told:
    """All that a receiver was told under one id of a provider, and what it made of it.

    More than one message stands here where a test sent several under the same id.
    """

    id: str
    texts: dict[str, None] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    acknowledged: bool = False
    unheard: bool = False
    """A request went out whose answer is not known: the receiver may have acknowledged it."""

    @property
    def settled(self) -> bool:
        """Whether the provider sends it no more."""
        ended = (State.DELIVERED, State.FAILED)
        return all(message.state in ended for message in self.messages.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Mohook's ids of the messages."""
        return tuple(self.messages)


def told(messages: Iterable[Message], settings: Settings) -> dict[str, Told]:
    """Return what the receiver was told, by the provider's id, in the order of sending."""
    by_id: dict[str, Told] = {}
    for message in messages:
        last = message.payload
        tellings = _telling(by_id, message, last)
        for attempt in message.attempts:
            if attempt.request_body != last:  # it goes out under a new id each time
                last = attempt.request_body
                tellings = _telling(by_id, message, last)
            if reached(attempt):
                _hear(tellings, attempt, message.provider, settings)
    return by_id


def _telling(by_id: dict[str, Told], message: Message, body: bytes) -> Told:
    identity, text = _id_and_text(message.provider, body)
    one = by_id.setdefault(identity, Told(identity))
    one.messages[message.id] = message
    one.texts.setdefault(message.body if text is None else text)
    return one


@lru_cache(maxsize=_KEPT)
def _id_and_text(provider: str, body: bytes) -> tuple[str, str | None]:
    payload, wire = json.loads(body), PROVIDERS[provider].wire
    text = payload.get(wire.text)
    return str(payload.get(wire.id)), text if isinstance(text, str) else None


def _hear(one: Told, attempt: Attempt, provider: str, settings: Settings) -> None:
    if attempt.status_code is None:
        one.unheard = True
    elif PROVIDERS[provider].acknowledges(attempt.status_code, settings):
        one.acknowledged = True


def reached(attempt: Attempt) -> bool:
    """Whether the receiver got the request: no scripted answer, and a connection was made."""
    return not scripted(attempt) and attempt.outcome not in _NOT_REACHED


def scripted(attempt: Attempt) -> bool:
    """Whether a scripted step stands for the receiver's answer."""
    return attempt.fault is not None and parse_step(attempt.fault).kind in _STANDS_FOR_AN_ANSWER


def refusals(message: Message, settings: Settings) -> list[Attempt]:
    """Return the attempts that were really made, and that the receiver did not acknowledge.

    Those that came before an acknowledgement are forgotten.
    """
    acknowledges = PROVIDERS[message.provider].acknowledges
    refused: list[Attempt] = []
    for attempt in message.attempts:
        status = attempt.status_code
        whole = attempt.outcome in (str(status), LOST_ACK)  # and not larger than the cap
        if status is not None and whole and acknowledges(status, settings):
            refused.clear()
        elif not scripted(attempt):
            refused.append(attempt)
    return refused
