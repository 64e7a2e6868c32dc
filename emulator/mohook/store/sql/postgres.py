"""A PostgreSQL database: its connections, its locks, and who else has the state open.

Results are written without waiting for the disk (`synchronous_commit=off`): no end of a process
loses them; a server that dies may, and then the last attempts are made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection, RootTransaction
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from mohook.errors import SettingsError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.trouble import telling_trouble

__all__ = ["AdvisoryLock", "PostgresDatabase"]

_PATIENCE = 5  # seconds to connect
_WRITING, _CONFIGURATION, _MOVING = 0, -1, -2
"""Which lock of a state is whose; above 0 stand its processes."""
_BEGIN = "SELECT set_config('synchronous_commit', %s, true), pg_advisory_xact_lock(%s, %s)"
_HASH = text("SELECT hashtext('mohook ' || coalesce(current_schema(), ''))")
_PRESENT = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND classid::bigint = :classid AND objsubid = 2 AND objid::bigint BETWEEN 1 AND 2147483647 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_LOCK_TIMEOUT = "55P03"


class PostgresDatabase:
    """The tables of a database, in the schema that its connections find first."""

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
        with telling_trouble(self.where):
            self._writer: Connection = self.engine.connect()
        try:
            with telling_trouble(self.where), self._writer.begin():
                bring_up(self._writer, self.where)
                self.key: int = self._writer.execute(_HASH).scalar_one()
        except BaseException:
            self.close()
            raise
        self.configuration = AdvisoryLock(self, _CONFIGURATION)
        self.moving = AdvisoryLock(self, _MOVING)

    @property
    def channel(self) -> str:
        """What those that share the state listen to."""
        return f"mohook_{self.key & 0xFFFFFFFF}"

    @contextmanager
    def ordered(self, *, durable: bool) -> Iterator[Connection]:
        """Begin a transaction, one at a time of all that share the state; commit it at the end.

        So numbers become visible in their order, and what is counted is nobody else's just now.
        """
        with self._begun(_BEGIN, ("on" if durable else "off", self.key, _WRITING)):
            yield self._writer

    @contextmanager
    def beside(self) -> Iterator[Connection]:
        """Begin a transaction beside those of others, which is not waited for on the disk."""
        with self._begun("SET LOCAL synchronous_commit TO off"):
            yield self._writer

    def _begun(self, first: str, given: tuple[object, ...] = ()) -> RootTransaction:
        """Begin a transaction with a statement; once more where the connection had died before."""
        try:
            return self._begin(first, given)
        except DBAPIError as problem:
            if not problem.connection_invalidated:
                raise
        return self._begin(first, given)

    def _begin(self, first: str, given: tuple[object, ...]) -> RootTransaction:
        if self._writer.closed:
            self._writer = self.engine.connect()
        transaction = self._writer.begin()
        try:
            self._writer.exec_driver_sql(first, given)
        except BaseException:
            transaction.close()
            raise
        return transaction

    def present(self) -> set[int]:
        """Return the numbers of the processes that have the state open."""
        with self.engine.connect() as connection:
            found = connection.execute(_PRESENT, {"classid": self.key & 0xFFFFFFFF})
            return set(found.scalars())

    def close(self) -> None:
        """Let go of the connections, and of the locks with them."""
        for lock in (getattr(self, "configuration", None), getattr(self, "moving", None)):
            if lock is not None:
                lock.close()
        self._writer.close()
        self.engine.dispose()


class AdvisoryLock:
    """A lock that ends with the connection that holds it, which is one of its own."""

    def __init__(self, database: PostgresDatabase, number: int) -> None:
        self._database = database
        self._number = number
        self._connection: Connection | None = None

    def acquire(self, patience: float = -1) -> bool:
        """Wait up to `patience` real seconds, -1 without end; tell whether it came."""
        timeout = "0" if patience < 0 else f"{max(1, round(patience * 1000))}ms"
        with telling_trouble(self._database.where):
            connection = self._limited(timeout)
            try:
                connection.exec_driver_sql("SELECT pg_advisory_lock(%s, %s)", self._key)
            except DBAPIError as problem:
                if getattr(problem.orig, "sqlstate", None) == _LOCK_TIMEOUT:
                    return False
                self.close()
                raise
            except BaseException:
                self.close()  # an interrupt: nobody knows whether it has come
                raise
        return True

    def _limited(self, timeout: str) -> Connection:
        """Return the connection with a limit on waits; a new one where it had died before."""
        limit = f"SET lock_timeout = '{timeout}'"
        try:
            self._connected().exec_driver_sql(limit)
        except DBAPIError as problem:
            self.close()
            if not problem.connection_invalidated:
                raise
            self._connected().exec_driver_sql(limit)
        return self._connected()

    def release(self) -> None:
        """Let go of it: with the connection, where that is the only way."""
        try:
            self._connected().exec_driver_sql("SELECT pg_advisory_unlock(%s, %s)", self._key)
        except DBAPIError:
            self.close()

    @property
    def _key(self) -> tuple[int, int]:
        return self._database.key, self._number

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.invalidated:
            self.close()
            connection = self._database.engine.connect()
            self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        return self._connection

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, InvalidRequestError):
                connection.detach()  # the pool would keep it, and with it the lock
                connection.close()
