"""A PostgreSQL to test against: a schema of its own for each state, and none left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from tests.portal.missing import missing

__all__ = ["cut_off", "server", "state_url"]

_URL = os.environ.get("POSTGRES_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")
_numbers = count()


@cache
def server() -> Engine:
    """Return the way to the server; without one, a test skips, and in CI it fails."""
    engine = create_engine(_URL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError as problem:
        missing(f"needs PostgreSQL at {_URL}, or at POSTGRES_URL: {problem.orig}")
    return engine


@contextmanager
def state_url() -> Iterator[str]:
    """Give the URL of an empty schema, which is gone at the end with all that is in it."""
    schema = f"mohook_{os.getpid()}_{next(_numbers)}"
    _run(f"CREATE SCHEMA {schema}")
    try:
        yield f"{_URL}?options=-csearch_path%3D{schema}"
    finally:
        _run(f"DROP SCHEMA {schema} CASCADE")


def cut_off(application: str) -> None:
    """End every connection of a process, as a server that is restarted does."""
    with server().connect() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = :name"
            ),
            {"name": application},
        )
        assert ended.scalar_one()


def _run(statement: str) -> None:
    with server().connect() as connection:
        connection.execute(text(statement))
