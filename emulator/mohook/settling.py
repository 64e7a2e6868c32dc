"""Waiting until messages have settled."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

from mohook.delivery.message import State
from mohook.store.store import Store

__all__ = ["wait_settled"]


def wait_settled(store: Store, message_ids: Iterable[str], seconds: float) -> bool:
    """Block until none of these messages is pending, or until `seconds` have passed."""
    deadline = monotonic() + seconds
    waited_for = list(message_ids)
    while waited_for:
        seen = store.journal.last
        if not _is_open(store, waited_for[-1]):
            waited_for.pop()  # one at a time: thousands may be waited for
        elif not store.journal.wait(seen, deadline - monotonic()):
            return not any(_is_open(store, each) for each in waited_for)
    return True


def _is_open(store: Store, message_id: str) -> bool:
    try:
        return store.message(message_id).state is State.PENDING
    except LookupError:
        return False  # finished and pruned since, or reset
