"""What was sent from the phone, as it stands now: a bubble for each time it was sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mohook.delivery.message import Message, State
from mohook.server.problems import ProblemError
from mohook.store.store import MessageFilter, Store

__all__ = ["MOST_IDS", "Bubble", "bubbles", "ids_of"]

MOST_IDS = 20_000
"""Messages that one conversation may hold."""
_RUN = re.compile(r"m(\d{1,18})(?:-m(\d{1,18}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text that was sent, once or more: the first message, how many there are, and where."""

    first: Message
    last: Message
    copies: int
    states: tuple[tuple[State, int], ...]

    @property
    def is_held(self) -> bool:
        """Whether some of it waits for a webhook."""
        return any(state is State.HELD for state, _ in self.states)


def ids_of(runs: str) -> list[str]:
    """Return the ids that runs name: `m1-m3,m7`.

    Raises ProblemError 422 for what names none, or more than MOST_IDS.

    >>> ids_of("m1-m3,m7")
    ['m1', 'm2', 'm3', 'm7']
    """
    ids: list[str] = []
    for run in runs.split(","):
        found = _RUN.fullmatch(run)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not 0 <= last - first < MOST_IDS - len(ids):
            msg = f"sends {run[:40]!r}: expected ids such as m1 or m1-m3, {MOST_IDS} at most"
            raise ProblemError(422, msg, kind="input")
        ids += [f"m{number}" for number in range(first, last + 1)]
    return ids


def bubbles(store: Store, sends: Iterable[str]) -> list[Bubble]:
    """Return a bubble for each send of which the store still knows a message."""
    asked = [ids_of(runs) for runs in sends]
    every = frozenset(each for ids in asked for each in ids)
    if len(every) > MOST_IDS:
        msg = f"sends name {len(every)} messages: expected {MOST_IDS} at most"
        raise ProblemError(422, msg, kind="input")
    found = {each.id: each for each in store.messages(MessageFilter(ids=every, limit=None))}
    known = ([found[each] for each in ids if each in found] for ids in asked)
    return [_bubble(messages) for messages in known if messages]


def _bubble(messages: Sequence[Message]) -> Bubble:
    states = Counter(each.state for each in messages)
    return Bubble(
        messages[0],
        messages[-1],
        len(messages),
        tuple((state, states[state]) for state in State if states[state]),
    )
