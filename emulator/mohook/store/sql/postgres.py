"""A PostgreSQL database: its connections, its locks, and who else has the state open.

Results are written without waiting for the disk (`synchronous_commit=off`): no end of a process
loses them; a server that dies may, and then the last attempts are made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from mohook.errors import SettingsError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.trouble import of_the_driver, telling_trouble

__all__ = ["AdvisoryLock", "PostgresDatabase", "counted"]

_PATIENCE = 5  # seconds to connect
_CONFIGURATION, _MOVING = -1, -2
"""Which lock of a state is whose; above 0 stand its processes."""
_TALLY = "SELECT name, value FROM mohook_tally"
# Who waits for a table's lock has no snapshot, which would keep what others have claimed from being
# forgotten, and all would step over it again and again.
_BEGIN = (
    "BEGIN; SET LOCAL synchronous_commit TO {}; "
    f"LOCK TABLE mohook_version IN SHARE ROW EXCLUSIVE MODE; {_TALLY}"
)
_COUNT = (
    "INSERT INTO mohook_tally (name, value) VALUES {} "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_NOT_DURABLE = "SET synchronous_commit TO off"
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
                connect_args={"client_encoding": "utf8", "connect_timeout": _PATIENCE},
            )
        except ModuleNotFoundError as problem:
            msg = (
                f"state {self.where!r}: PostgreSQL needs {problem.name}, which is not installed: "
                "pip install 'mohook[postgres]'"
            )
            raise SettingsError(msg) from problem
        try:
            with telling_trouble(self.where), self.engine.begin() as connection:
                _require_unicode(connection, self.where)
                bring_up(connection, self.where)
                self.key: int = connection.execute(_HASH).scalar_one()
        except BaseException:
            self.engine.dispose()
            raise
        self._writing = _Kept(self.engine)
        self._claiming = _Kept(self.engine)
        self.configuration = AdvisoryLock(self, _CONFIGURATION)
        self.moving = AdvisoryLock(self, _MOVING)

    @property
    def channel(self) -> str:
        """What those that share the state listen to."""
        return f"mohook_{self.key & 0xFFFFFFFF}"

    @contextmanager
    def ordered(self, *, durable: bool) -> Iterator[tuple[Connection, dict[str, int]]]:
        """Begin a transaction, one at a time of all that share the state; commit it at the end.

        With it comes what is counted, which is nobody else's just now; and numbers become
        visible in their order.
        """
        begin = _BEGIN.format("on" if durable else "off")
        with self._writing.begun(begin) as (connection, counted):
            yield connection, dict(counted)

    def tell(self, connection: Connection, counted: Mapping[str, int], teller: int) -> None:
        """Write what is counted by now, and tell all who listen when that is committed."""
        values = ", ".join(f"({_literal(name)}, {value})" for name, value in counted.items())
        count = f"{_COUNT.format(values)}; " if values else ""
        _last_rows(connection, f"{count}NOTIFY {self.channel}, '{teller}'")

    @contextmanager
    def beside(self) -> Iterator[Connection]:
        """Give a connection whose statements are each a transaction beside those of others.

        It is not waited for on the disk.
        """
        with self._claiming.begun(_NOT_DURABLE) as (connection, _):
            yield connection

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
        self._writing.close()
        self._claiming.close()
        self.engine.dispose()


def _require_unicode(connection: Connection, where: str) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        msg = (
            f"state {where!r}: the database is encoded in {encoding}; expected UTF8, as "
            "`createdb --encoding=UTF8 --template=template0 NAME` makes one"
        )
        raise SettingsError(msg)


class _Kept:
    """A connection that is kept, and made again where it had died. It begins nothing by itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    @contextmanager
    def begun(self, first: str) -> Iterator[tuple[Connection, list[Any]]]:
        """Give it, and the rows that its first statements return.

        What they have begun, and nothing has ended, is taken back where it raises.
        """
        connection, rows = self._begin(first)
        with connection.get_transaction() or connection.begin():
            yield connection, rows

    def _begin(self, first: str) -> tuple[Connection, list[Any]]:
        try:
            return self._begun(first)
        except DBAPIError as problem:
            if not problem.connection_invalidated:
                raise
        return self._begun(first)  # it had died before

    def _begun(self, first: str) -> tuple[Connection, list[Any]]:
        connection = self._connected()
        transaction = connection.begin()
        try:
            return connection, _last_rows(connection, first)
        except BaseException:
            transaction.close()
            raise

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = self._engine.connect()
            self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        return self._connection

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()


def counted(connection: Connection) -> dict[str, int]:
    """Return all that is counted."""
    return {name: value for name, value in connection.exec_driver_sql(_TALLY)}  # noqa: C416 # rows


def _last_rows(connection: Connection, text: str) -> list[Any]:
    """Run statements in one way there and back, and return the rows of the last one."""
    driver: Any = connection.connection.driver_connection
    with of_the_driver(connection), driver.cursor() as cursor:
        cursor.execute(text)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


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
