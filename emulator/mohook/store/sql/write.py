"""One transaction that writes: its connection, and what is counted in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter

from sqlalchemy.engine import Connection

from mohook.store.sql.statements import Statements

__all__ = ["Write"]


class Write(ABC):
    """What is counted changes with the transaction, or not at all.

    `events`, `ids`, `claims` and `finishes` are numbers that were given; `first` is the oldest
    entry of the journal; messages that finished up to `floor` are pruned, `kept` are not.
    """

    def __init__(self, connection: Connection, many: Statements) -> None:
        self.connection = connection
        self.many = many
        self.added: Counter[str] = Counter()

    def add(self, name: str, count: int = 1) -> None:
        """Count on, or back."""
        self.added[name] += count

    @abstractmethod
    def take(self, name: str, count: int) -> int:
        """Return the first of `count` numbers that nobody else is given."""

    @abstractmethod
    def value(self, name: str) -> int:
        """Return what is counted under a name, with what was added here."""
