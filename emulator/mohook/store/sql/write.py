"""One transaction that writes: its connection, and what is counted in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable

from sqlalchemy.engine import Connection

from mohook.store.sql.statements import Statements

__all__ = ["TallyWrite", "Write"]


class Write(ABC):
    """What is counted changes with the transaction, or not at all.

    `events`, `ids`, `claims` and `finishes` are numbers that were given; `first` is the oldest
    entry of the journal; messages that finished up to `floor` are pruned, `kept` are not.
    """

    def __init__(self, connection: Connection, many: Statements) -> None:
        self.connection = connection
        self.many = many
        self.added: Counter[str] = Counter()
        self.then: list[Callable[[], None]] = []
        """What is to be done as soon as it is committed, before anybody else writes."""

    def add(self, name: str, count: int = 1) -> None:
        """Count on, or back."""
        self.added[name] += count

    @abstractmethod
    def take(self, name: str, count: int) -> int:
        """Return the first of `count` numbers that nobody else is given."""

    @abstractmethod
    def value(self, name: str) -> int:
        """Return what is counted under a name, with what was added here."""


class TallyWrite(Write):
    """Counts on top of what is counted: nobody else writes just now."""

    def __init__(self, connection: Connection, many: Statements, tally: dict[str, int]) -> None:
        super().__init__(connection, many)
        self._tally = tally

    def take(self, name: str, count: int) -> int:
        """Return the first of `count` numbers that nobody else is given."""
        first = self.value(name) + 1
        self.added[name] += count
        return first

    def value(self, name: str) -> int:
        """Return what is counted under a name, with what was added here."""
        return self._tally.get(name, 0) + self.added[name]

    def counted(self) -> dict[str, int]:
        """Return what has changed of what is counted, to be written before it is committed."""
        return {str(name): self.value(name) for name, by in self.added.items() if by}
