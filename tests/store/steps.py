"""What the contract's tests do to a store, and how they ask it.

Nothing here counts on a store handing out the same object twice: it is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from mohook.delivery.message import Attempt, Message, State
from mohook.store.store import MessageFilter, Result, Store
from tests.store.made import MINUTE, NOON, SECOND, new_attempt, new_message

__all__ = ["LEASE", "NO_TIME", "Seconds", "accept", "accepted", "claim", "end", "ids", "plenty"]

LEASE = 40 * SECOND
NO_TIME = 0 * SECOND


class Seconds:
    """Real time for a store in this process, moved by hand."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        return self._now

    def pass_by(self, seconds: float) -> None:
        self._now += seconds


def plenty(_: str) -> int:
    return 1_000


def accept(store: Store, *messages: Message) -> list[str]:
    store.accept(messages)
    return [message.id for message in messages]


def accepted(store: Store, count: int = 1, **changes: object) -> list[str]:
    """Put in so many new messages; return their ids."""
    return accept(store, *(new_message(store.next_id(), **changes) for _ in range(count)))


def claim(
    store: Store,
    now: datetime = NOON,
    room: Callable[[str], int] = plenty,
    lease: timedelta = LEASE,
) -> list[str]:
    return [message.id for message in store.claim(now, lease, room)]


def end(store: Store, message_id: str, state: State, *attempts: Attempt) -> None:
    """Record an attempt, or these, after which the message stands at `state`.

    It is under the claim that stands; a message that nobody has claimed must not get here.
    """
    retry_at = NOON + MINUTE if state is State.PENDING else None
    words = {State.PENDING: "retry", State.DELIVERED: "delivered", State.FAILED: "given-up"}
    made = attempts or (new_attempt(decision=words[state], next_attempt_at=retry_at),)
    message = store.message(message_id)
    assert message.claim is not None
    store.record([Result(message, made, state, retry_at, message.claim)])


def ids(store: Store, **wanted: object) -> list[str]:
    return [message.id for message in store.messages(MessageFilter(**wanted))]  # type: ignore[arg-type] # its fields
