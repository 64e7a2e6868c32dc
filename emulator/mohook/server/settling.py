"""What follows when messages were accepted: the first attempts, and waiting for the last."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app

from mohook.delivery.message import Message
from mohook.errors import NotFoundError
from mohook.server.current import emulator
from mohook.server.seats import Seats

__all__ = ["MOST_WAITS", "WAITS", "as_they_stand", "settle"]

MOST_WAITS = 32

WAITS = "mohook.waits"
"""Where the app keeps the seats of requests that wait."""


def settle(messages: Sequence[Message], wait: float) -> None:
    """Make the first attempts where the clock is manual; else wait for the last ones.

    A manual clock stands still while this request waits, so there nothing is waited for.
    """
    served = emulator()
    if not served.clock.runs:
        served.settle()
    elif wait > 0:
        seats: Seats = current_app.extensions[WAITS]
        with seats.taken():
            served.wait_settled([message.id for message in messages], wait)


def as_they_stand(messages: Sequence[Message]) -> list[Message]:
    """Return the messages as the store has them now, those that were pruned as they were."""
    return [_now(message) for message in messages]


def _now(message: Message) -> Message:
    try:
        return emulator().store.message(message.id)
    except NotFoundError:
        return message
