"""One statement for many rows, each a tuple in the order of its columns, in three ways.

What Core does for each row of many (names, types) takes longer than SQLite itself; and a driver
that runs a statement for each row holds up every other thread each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy.engine import Connection

from mohook.store.sql.trouble import of_the_driver

__all__ = ["Columns", "Copied", "Lots", "Many", "array"]

Rows = Sequence[Sequence[Any]]
Many = Callable[[Connection, Rows], None]
"""Runs a statement for all of the rows."""

_LOTS = (64, 16, 4, 1)


class Lots:
    """SQLite: as many rows as there are, in few statements with the values of many."""

    def __init__(self, width: int, text: Callable[[str], str]) -> None:
        self._texts = [(lot, text(_places(lot, width))) for lot in _LOTS]

    def __call__(self, connection: Connection, rows: Rows) -> None:
        """Run it for all of them."""
        at = 0
        for lot, text in self._texts:
            while len(rows) - at >= lot:
                given = tuple(chain.from_iterable(rows[at : at + lot]))
                connection.exec_driver_sql(text, given)
                at += lot


def _places(rows: int, width: int) -> str:
    return ", ".join([f"({', '.join('?' * width)})"] * rows)


class Columns:
    """PostgreSQL: each column as an array, which the statement takes as text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, connection: Connection, rows: Rows) -> None:
        """Run it for all of them."""
        if rows:
            arrays = tuple(map(array, zip(*rows, strict=True)))
            connection.exec_driver_sql(self._text, arrays)


class Copied:
    """PostgreSQL: new rows as they stand in a table, by its fastest way in."""

    def __init__(self, text: str, types: Sequence[str]) -> None:
        self._text = text
        self._types = types

    def __call__(self, connection: Connection, rows: Rows) -> None:
        """Add all of them."""
        if not rows:
            return
        driver: Any = connection.connection.driver_connection
        with (
            of_the_driver(connection),
            driver.cursor() as cursor,
            cursor.copy(self._text) as copy,
        ):
            copy.set_types(self._types)
            for row in rows:
                copy.write_row(row)


def array(values: Iterable[Any]) -> str:
    r"""Return values as PostgreSQL writes an array: numbers, texts without NUL, and None.

    >>> array([1, None, 'a "b"'])
    '{1,NULL,"a \\"b\\""}'
    """
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(value)
