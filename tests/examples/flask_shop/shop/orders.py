"""Orders in an SQLite file, each SMS once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple


class Order(NamedTuple):
    """One SMS as it came: `id` is the provider's."""

    provider: str
    id: str
    sender: str
    text: str


class Orders:
    """The orders in a file. Each call has a connection of its own, so any thread may call."""

    def __init__(self, database: Path) -> None:
        self._database = database
        with self._connection() as db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS orders"
                " (provider TEXT, id TEXT, sender TEXT, text TEXT, PRIMARY KEY (provider, id))"
            )

    def take(self, order: Order) -> None:
        """Store an order; one that is stored already is the same SMS, sent again."""
        with self._connection() as db:
            db.execute("INSERT OR IGNORE INTO orders VALUES (?, ?, ?, ?)", order)

    def all(self) -> list[Order]:
        """Return every order, in the order of their coming."""
        with self._connection() as db:
            rows = db.execute("SELECT provider, id, sender, text FROM orders ORDER BY rowid")
            return [Order(*row) for row in rows]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database)) as db, db:
            yield db
