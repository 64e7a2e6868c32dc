"""The statements that run for every message, written once from the tables, sent as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Dialect, Table

from mohook.store.sql.many import Columns, Copied, Lots, Many
from mohook.store.sql.schema import attempts, events, messages, tally

__all__ = ["CHANGED", "Statements"]

CHANGED = (
    "destination", "due", "state", "tries", "attempts_made", "via", "finished", "last_event", "n",
)  # fmt: skip
"""The columns of a message that a result changes, and the one that it is found by."""

_COUNTED = "ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class Statements:
    """All of them, for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        is_postgres = dialect.name == "postgresql"
        insert = self._copy if is_postgres else self._insert
        self.add_message, self.add_attempt, self.add_event = map(
            insert, (messages, attempts, events)
        )
        self.change_message = self._change_columns() if is_postgres else self._change_lots()
        self.count = self._insert(tally, _COUNTED)

    def _insert(self, table: Table, then: str = "") -> Many:
        into = f"INSERT INTO {table.name} ({_names(table.columns)}) VALUES"
        return Lots(len(table.columns), lambda places: f"{into} {places} {then}")

    def _copy(self, table: Table) -> Many:
        text = f"COPY {table.name} ({_names(table.columns)}) FROM STDIN (FORMAT BINARY)"
        return Copied(text, [self._type(column) for column in table.columns])

    def _change_lots(self) -> Many:
        put = ", ".join(f"{name} = given.column{at}" for at, name in enumerate(CHANGED[:-1], 1))
        return Lots(
            len(CHANGED),
            lambda places: (
                f"UPDATE {messages.name} SET {put} FROM (VALUES {places}) AS given "  # noqa: S608 # names of ours
                f"WHERE n = given.column{len(CHANGED)}"
            ),
        )

    def _change_columns(self) -> Many:
        put = ", ".join(f"{name} = given.{name}" for name in CHANGED[:-1])
        put += ", claim = NULL, leased_until = NULL"  # a result ends the claim
        changed = [messages.columns[name] for name in CHANGED]
        return Columns(
            f"UPDATE {messages.name} SET {put} "  # noqa: S608 # the same
            f"FROM unnest({self._arrays(changed)}) AS given ({', '.join(CHANGED)}) "
            f"WHERE {messages.name}.n = given.n"
        )

    def _arrays(self, columns: Iterable[Column[Any]]) -> str:
        return ", ".join(f"%s::{self._type(column)}[]" for column in columns)

    def _type(self, column: Column[Any]) -> str:
        return _TYPES[column.type.compile(self._dialect)]


_TYPES = {
    "BIGINT": "int8",
    "INTEGER": "int4",
    "TEXT": "text",
    "BYTEA": "bytea",
    "DOUBLE PRECISION": "float8",
}
"""PostgreSQL's own names of types, which its driver knows."""


def _names(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(column.name for column in columns)
