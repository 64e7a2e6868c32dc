"""An SQLite file, held by one process.

What was answered 201 is on the disk even if the machine loses its power (`synchronous=FULL`).
Results are written with `NORMAL`: no end of this process loses them; a machine that loses its
power may, and then the last attempts are made again.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine

from mohook.errors import SettingsError, StoreError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.trouble import telling_trouble

__all__ = ["SqliteOwner"]

_BUSY = 5.0  # seconds that another program may keep us waiting
_OLDEST = (3, 33)  # which knows UPDATE FROM


class SqliteOwner:
    """Holds a file that is there, or makes it."""

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        if sqlite3.sqlite_version_info < _OLDEST:
            msg = (
                f"state {self.where!r}: this Python's SQLite is {sqlite3.sqlite_version}; expected "
                "3.33 or newer, which a newer Python brings along"
            )
            raise SettingsError(msg)
        if path.is_dir() or not path.absolute().parent.is_dir():
            what = "a folder" if path.is_dir() else "in a folder that does not exist"
            msg = f"state {self.where!r}: {what}; expected the path of a file"
            raise SettingsError(msg)
        self._lock = _locked(path)
        self._synchronous = ""
        try:
            self.engine = _engine(path)
            with telling_trouble(self.where):
                self.writer = self.engine.connect().execution_options(mohook_writes=True)
                self._pragma = self.writer.connection.cursor().execute
                with self.writer.begin():
                    bring_up(self.writer, self.where)
        except BaseException:
            self._lock.close()
            raise

    def begin(self, *, durable: bool) -> bool:
        """Let the disk be waited for, or not: that is said outside of a transaction."""
        wanted = "FULL" if durable else "NORMAL"
        if wanted != self._synchronous:
            self._pragma(f"PRAGMA synchronous={wanted}")
            self._synchronous = wanted
        return True

    def make_durable(self, *, durable: bool) -> None:
        """Do nothing: it is said already."""

    def close(self) -> None:
        """Let go of the file, and of the lock on it."""
        self.writer.close()
        self.engine.dispose()
        self._lock.close()


def _locked(path: Path) -> sqlite3.Connection:
    """Hold the file for this process alone, as long as it lives.

    It is SQLite's own lock, on a file beside: every system has it, and frees it with the process.
    """
    lock = sqlite3.connect(f"{path}-lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as problem:
        lock.close()
        if "locked" not in str(problem):
            msg = f"state {str(path)!r}: {problem}; expected the path of a file that may be written"
            raise SettingsError(msg) from problem
        msg = (
            f"the state in {path} is in use by another emulator: end that one, or use "
            "another place; several share one on PostgreSQL alone"
        )
        raise StoreError(msg) from problem
    return lock


def _engine(path: Path) -> Engine:
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
