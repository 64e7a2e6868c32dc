"""What a database says when it cannot, in words that help whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from mohook.errors import StoreAwayError

__all__ = ["of_the_driver", "telling_trouble"]

_ADVICE = (
    ("full", "make room there"),
    ("locked", "another program has it open for writing: let it end"),
    ("readonly", "let mohook write there"),
    ("unable to open", "look whether the folder is still there, and may be written"),
    ("disk i/o", "look at the disk, and whether it is full"),
    ("malformed", "the file is damaged: put a copy or a snapshot in its place"),
)


@contextmanager
def telling_trouble(where: str) -> Iterator[None]:
    """Raise StoreAwayError, with what to do, for what a database raises in the block.

    What is a mistake in a statement passes as it is.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DBAPIError, NoConnectionError) as problem:
        said = " ".join(str(getattr(problem, "orig", None) or problem).split())
        lowered = said.lower()
        advice = next((what for words, what in _ADVICE if words in lowered), "start the database")
        msg = f"the state in {where} cannot be read or written just now ({said}); {advice}"
        raise StoreAwayError(msg) from problem


@contextmanager
def of_the_driver(connection: Connection) -> Iterator[None]:
    """Raise as SQLAlchemy does what PostgreSQL's driver raises where it is called past it."""
    import psycopg

    driver: Any = connection.connection.driver_connection
    try:
        yield
    except (psycopg.IntegrityError, psycopg.ProgrammingError):
        raise
    except psycopg.Error as problem:
        if driver.closed:
            connection.invalidate(problem)
        raise OperationalError(
            str(problem), None, problem, connection_invalidated=driver.closed
        ) from problem
