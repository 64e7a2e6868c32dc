"""The statements that run for every message: written once in Core, sent as text with tuples.

What Core does for each row of an `executemany` (names, types) takes longer than SQLite itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Dialect, bindparam, insert, null, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Executable

from mohook.store.sql.schema import attempts, events, messages

__all__ = ["Many", "Statements"]


class Many:
    """One statement for many rows, each a tuple in the order of `columns`."""

    def __init__(self, statement: Executable, dialect: Dialect, columns: Sequence[str]) -> None:
        style = "qmark" if dialect.name == "sqlite" else "format"
        compiled = statement.compile(dialect=type(dialect)(paramstyle=style))  # type: ignore[attr-defined,call-arg] # Core's own
        if list(compiled.positiontup) != list(columns):
            msg = f"{compiled.positiontup} is not the order {list(columns)}"
            raise ValueError(msg)
        self._text = str(compiled)

    def __call__(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for each row."""
        if listed := [tuple(row) for row in rows]:
            connection.exec_driver_sql(self._text, listed)


class Statements:
    """All of them, for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.add_message, self.add_attempt, self.add_event = (
            Many(insert(table), dialect, [column.name for column in table.columns])
            for table in (messages, attempts, events)
        )
        ended = ["state", "due", "tries", "attempts_made", "via", "finished", "last_event"]
        named = "(?, ?)" if dialect.name == "sqlite" else "(%s, %s)"
        self._count = (
            f"INSERT INTO mohook_tally (name, value) VALUES {named} "  # noqa: S608 # no values
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        change = update(messages).values(
            {name: bindparam(f"new_{name}") for name in ended}
            | {"destination": bindparam("new_destination"), "claim": null(), "leased_until": null()}
        )
        names = [
            column.name for column in messages.columns if column.name in (*ended, "destination")
        ]
        self.change_message = Many(
            change.where(messages.c.n == bindparam("which")),
            dialect,
            [f"new_{name}" for name in names] + ["which"],
        )

    def count(self, connection: Connection, counted: Iterable[tuple[str, int]]) -> None:
        """Put what is counted in the place of what was."""
        if rows := list(counted):
            connection.exec_driver_sql(self._count, rows)
