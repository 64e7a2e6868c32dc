"""When each destination's next unclaimed message is due, as far as this process knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy.engine import Connection

from mohook.store.sql.reading import loose_scan
from mohook.store.sql.schema import UNCLAIMED
from mohook.store.store import Room

__all__ = ["Dues"]

_FIRST = (
    "SELECT each, (SELECT min(due) FROM mohook_messages "  # noqa: S608 # words of ours
    f"WHERE destination = each AND {UNCLAIMED}) FROM unnest(%s::text[]) AS each"
)


_REST = 0.1
Connected = Callable[[], AbstractContextManager[Connection]]


class Dues:
    """By destination, in microseconds since 1970: never too late, and exact where it is sure.

    So a claim asks the database only for what may be there. Where others write all the time, it
    is asked every `_REST` seconds, but where somebody wants to know `exactly`. The caller holds
    the store's lock, but for `doubt`.
    """

    def __init__(self, connected: Connected, seconds: Callable[[], float]) -> None:
        self._connected = connected
        self._seconds = seconds
        self._loaded_at = float("-inf")
        self._puts_off = False
        self._known: dict[str, int] = {}
        self._unsure: set[str] = set()
        self._drained: set[str] = set()
        self.is_doubted = True
        """Whether what others have written is still to be asked for."""

    def doubt(self) -> None:
        """Take note that others have written: all is asked for again."""
        self.is_doubted = True

    def add(self, destination: str | None, due: int | None) -> None:
        """Take note of a message that is due then."""
        if destination is not None and due is not None:
            self._known[destination] = min(due, self._known.get(destination, due))
            self._unsure.add(destination)  # a claim made meanwhile may have taken it

    def taken(self, destination: str, last: int | None, *, all_of_it: bool) -> None:
        """Take note of a claim up to what was due at `last`: perhaps `all_of_it` that was due."""
        if last is not None:
            self._known[destination] = last
        self._unsure.add(destination)
        (self._drained.add if all_of_it else self._drained.discard)(destination)

    def since(self, destination: str) -> int:
        """Return when the first of a destination is due that may be unclaimed."""
        return self._known[destination]

    def ready(self, now: int, *, exactly: bool) -> list[str]:
        """Return the destinations that may have something due by now, the longest due first."""
        self._load(exactly=exactly)
        return [
            each for _, each in sorted((due, at) for at, due in self._known.items() if due <= now)
        ]

    def first(self, room: Room | None) -> int | None:
        """Return when the next one is due of those destinations that have room."""
        self._load(exactly=room is None)
        roomy = {each for each in self._known if room is None or room(each) > 0}
        # Where something was left it is due by now, and to know when is not worth a question.
        if unsure := roomy & (self._unsure if room is None else self._drained):
            with self._connected() as connection:
                self._ask(connection, unsure)
        return min((self._known[each] for each in roomy & self._known.keys()), default=None)

    def looks_at(self) -> float | None:
        """Return at which real time what was put off is to be asked for; None when nothing is."""
        return self._loaded_at + _REST if self._puts_off else None

    def _load(self, *, exactly: bool) -> None:
        if not self.is_doubted:
            return
        self._puts_off = not exactly and self._seconds() < self._loaded_at + _REST
        if self._puts_off:
            return
        self._loaded_at = self._seconds()
        self.is_doubted = False  # first: a doubt that comes meanwhile is not lost
        try:
            with self._connected() as connection:
                there = loose_scan(connection, "destination", UNCLAIMED)
                self._known.clear()
                self._unsure.clear()
                self._drained.clear()
                if there:
                    self._ask(connection, there)
        except BaseException:
            self.is_doubted = True
            raise

    def _ask(self, connection: Connection, destinations: Iterable[str]) -> None:
        for each, due in connection.exec_driver_sql(_FIRST, (list(destinations),)):
            self._unsure.discard(each)
            self._drained.discard(each)
            if due is None:
                self._known.pop(each, None)
            else:
                self._known[each] = due
