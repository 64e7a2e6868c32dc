"""Where the state is: the path of a file, or a URL; and what is wrong with one that is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from mohook.errors import SettingsError, StoreError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.sqlite import SqliteStore
from mohook.store.sql.store import SqlStore
from mohook.store.sql.trouble import telling_trouble

__all__ = ["open_store"]

_BUSY = 5.0  # seconds that another program may keep us waiting
_EXPECTED = "expected the path of a file, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def open_store(
    where: str, *, keep: int = 10_000, seconds: Callable[[], float] = monotonic
) -> SqlStore:
    """Open the state at a path or URL, and make it where there is none.

    Raises SettingsError for what names no state, StoreError for one that this release or this
    process cannot use, and StoreAwayError where there is no database to be reached.
    """
    if "://" not in where:
        return _open_file(Path(where), keep, seconds)
    try:
        url = make_url(where)
    except ArgumentError as problem:
        msg = f"state {where!r}: {problem}; {_EXPECTED}"
        raise SettingsError(msg) from problem
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return _open_file(Path(str(url.database)), keep, seconds)
    shown = url.render_as_string(hide_password=True)
    msg = f"state {shown!r}: {_EXPECTED}"
    raise SettingsError(msg)


def _open_file(path: Path, keep: int, seconds: Callable[[], float]) -> SqlStore:
    where = str(path)
    if path.is_dir() or not path.absolute().parent.is_dir():
        what = "a folder" if path.is_dir() else "in a folder that does not exist"
        msg = f"state {where!r}: {what}; expected the path of a file"
        raise SettingsError(msg)
    release = _locked(path)
    try:
        engine = _sqlite(path)
        with telling_trouble(where), engine.connect() as connection:
            writer = connection.execution_options(mohook_writes=True)
            with writer.begin():
                bring_up(writer, where)
        return SqliteStore(engine, where=where, keep=keep, release=release, seconds=seconds)
    except BaseException:
        release()
        raise


def _locked(path: Path) -> Callable[[], None]:
    """Hold the file for this process alone, as long as it lives; return what lets go of it.

    It is SQLite's own lock, on a file beside: every system has it, and frees it with the process.
    """
    lock = sqlite3.connect(f"{path}-lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as problem:
        lock.close()
        msg = (
            f"the state in {path} is in use by another emulator: end that one, or use another "
            "place; several emulators share a state on PostgreSQL alone"
        )
        raise StoreError(msg) from problem
    return lock.close


def _sqlite(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": _BUSY, "check_same_thread": False},
        pool_size=8,
        max_overflow=56,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # what begins and ends is said by us
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.DatabaseError as problem:
            if "not a database" not in str(problem):
                raise
            msg = f"the state in {path} is no SQLite file: expected one, or a path where none is"
            raise StoreError(msg) from problem
        if mode != "wal":
            msg = f"the state in {path}: its file system cannot hold SQLite's log; use a local one"
            raise StoreError(msg)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute("PRAGMA cache_size=-32000")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("mohook_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
