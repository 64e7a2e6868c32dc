"""The statements that run for every message, written once from the tables, sent as text.

What Core does for each row of many (names, types) takes longer than SQLite itself. SQLite takes
rows one by one, as tuples; PostgreSQL takes a column as an array, and so all rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Table
from sqlalchemy.engine import Connection

from mohook.store.sql.schema import attempts, events, messages, tally

__all__ = ["CHANGED", "Many", "Statements"]

CHANGED = (
    "destination", "due", "state", "tries", "attempts_made", "via", "finished", "last_event", "n",
)  # fmt: skip
"""The columns of a message that a result changes, and the one that it is found by."""


class Many:
    """One statement for many rows, each a tuple in the order of its columns."""

    def __init__(self, text: str, *, by_column: bool) -> None:
        self._text = text
        self._by_column = by_column

    def __call__(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for all of them."""
        if not (listed := [tuple(row) for row in rows]):
            return
        if self._by_column:
            columns = tuple(map(list, zip(*listed, strict=True)))
            connection.exec_driver_sql(self._text, columns)
        else:
            connection.exec_driver_sql(self._text, listed)


class Statements:
    """All of them, for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._by_column = dialect.name == "postgresql"
        self.add_message, self.add_attempt, self.add_event = (
            self._many(self._insert(table)) for table in (messages, attempts, events)
        )
        self.change_message = self._many(self._change())
        self.count = self._many(
            f"{self._insert(tally)} ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )

    def _many(self, text: str) -> Many:
        return Many(text, by_column=self._by_column)

    def _insert(self, table: Table) -> str:
        columns = list(table.columns)
        names = ", ".join(column.name for column in columns)
        if self._by_column:
            given = f"SELECT * FROM unnest({self._arrays(columns)}) AS given WHERE true"  # noqa: S608 # names of ours
        else:
            given = f"VALUES ({', '.join('?' * len(columns))})"
        return f"INSERT INTO {table.name} ({names}) {given}"

    def _change(self) -> str:
        changed = [messages.columns[name] for name in CHANGED]
        if not self._by_column:
            put = ", ".join(f"{column.name} = ?" for column in changed[:-1])
            return f"UPDATE {messages.name} SET {put} WHERE n = ?"  # noqa: S608 # names of ours
        put = ", ".join(f"{column.name} = given.{column.name}" for column in changed[:-1])
        put += ", claim = NULL, leased_until = NULL"  # a result ends the claim
        return (
            f"UPDATE {messages.name} SET {put} "  # noqa: S608 # names of ours
            f"FROM unnest({self._arrays(changed)}) AS given ({', '.join(CHANGED)}) "
            f"WHERE {messages.name}.n = given.n"
        )

    def _arrays(self, columns: Iterable[Column[Any]]) -> str:
        return ", ".join(f"%s::{column.type.compile(self._dialect)}[]" for column in columns)
