"""What the contract's tests do to a store, and how they ask it.

Nothing here counts on a store handing out the same object twice: it is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mohook.delivery.message import Attempt, Message, State
from mohook.store.store import MessageFilter, Result, Store
from tests.store.made import MINUTE, NOON, SECOND, new_attempt, new_message

__all__ = ["LEASE", "accept", "accepted", "claim", "end", "ids", "plenty"]

LEASE = 40 * SECOND


def plenty(_: str) -> int:
    return 1_000


def accept(store: Store, *messages: Message) -> list[str]:
    store.accept(messages)
    return [message.id for message in messages]


def accepted(store: Store, count: int = 1, **changes: object) -> list[str]:
    """Put in so many new messages; return their ids."""
    return accept(store, *(new_message(store.next_id(), **changes) for _ in range(count)))


def claim(store: Store, now: datetime = NOON, room: Callable[[str], int] = plenty) -> list[str]:
    return [message.id for message in store.claim(now, LEASE, room)]


def end(store: Store, message_id: str, state: State, *attempts: Attempt) -> None:
    """Record an attempt, or these, after which the message stands at `state`."""
    retry_at = NOON + MINUTE if state is State.PENDING else None
    words = {State.PENDING: "retry", State.DELIVERED: "delivered", State.FAILED: "given-up"}
    made = attempts or (new_attempt(decision=words[state], next_attempt_at=retry_at),)
    store.record([Result(store.message(message_id), made, state, retry_at)])


def ids(store: Store, **wanted: object) -> list[str]:
    return [message.id for message in store.messages(MessageFilter(**wanted))]  # type: ignore[arg-type] # its fields
