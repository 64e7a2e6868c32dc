"""A PostgreSQL database, held by one process: by a lock that ends with its connection.

Results are written without waiting for the disk (`synchronous_commit=off`): no end of this
process loses them; a server that dies may, and then the last attempts are made again.
"""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection

from mohook.errors import SettingsError, StoreAwayError, StoreError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.trouble import telling_trouble

__all__ = ["PostgresOwner"]

_LOCK = text("SELECT pg_try_advisory_lock(7263661, hashtext(coalesce(current_schema(), '')))")
_PATIENCE = 5  # seconds to connect


class PostgresOwner:
    """Holds the tables of a database, in the schema that its connections find first."""

    def __init__(self, url: URL) -> None:
        self.where = url.render_as_string(hide_password=True)
        try:
            self.engine = create_engine(
                url.set(drivername="postgresql+psycopg"),
                pool_size=8,
                max_overflow=56,
                pool_pre_ping=True,
                connect_args={"connect_timeout": _PATIENCE},
            )
        except ModuleNotFoundError as problem:
            msg = (
                f"state {self.where!r}: PostgreSQL needs {problem.name}, which is not installed: "
                "pip install 'mohook[postgres]'"
            )
            raise SettingsError(msg) from problem
        self._locked_on: object | None = None
        with telling_trouble(self.where):
            self.writer: Connection = self.engine.connect()
        try:
            with telling_trouble(self.where):
                if not self._hold():
                    raise StoreError(self._taken())
                with self.writer.begin():
                    bring_up(self.writer, self.where)
        except BaseException:
            self.close()
            raise

    def _taken(self) -> str:
        return (
            f"the state in {self.where} is in use by another emulator: end that one, or use "
            "another database or schema; that several share one is not there yet"
        )

    def _hold(self) -> bool:
        """Lock the state for this connection, which ends it; tell whether nobody else has it."""
        if self.writer.closed:
            self.writer = self.engine.connect()
        with self.writer.begin():
            held = bool(self.writer.execute(_LOCK).scalar_one())
        self._locked_on = self.writer.connection.dbapi_connection if held else None
        self.writer.commit()
        return held

    def begin(self, *, durable: bool) -> bool:
        """Lock the state again where the connection is a new one."""
        del durable
        if self._is_held():
            return True
        if not self._hold():
            raise StoreAwayError(self._taken())
        return False

    def _is_held(self) -> bool:
        if self.writer.closed or self.writer.invalidated or self._locked_on is None:
            return False
        held = self.writer.connection.dbapi_connection is self._locked_on
        self.writer.rollback()
        return held

    def make_durable(self, *, durable: bool) -> None:
        """Say whether the end of this transaction waits for the disk."""
        if not durable:
            self.writer.exec_driver_sql("SET LOCAL synchronous_commit TO off")

    def close(self) -> None:
        """Let go of the connections, and of the lock with them."""
        self.writer.close()
        self.engine.dispose()
