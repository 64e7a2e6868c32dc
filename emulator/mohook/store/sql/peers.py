"""Those that share a state: each has a number, is seen while it lives, and hears the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, InvalidRequestError

from mohook.errors import StoreAwayError
from mohook.store.sql.postgres import PostgresDatabase
from mohook.store.sql.trouble import telling_trouble

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

__all__ = ["Peers"]

log = logging.getLogger(__name__)
_LOOK = 1.0  # seconds between looks for what nobody tells: that one has died, or hangs
_REST = 0.02  # seconds in which what more is told is heard together
_LOOK_AGAIN = 0.5  # seconds after which a database that was away is asked again


class Peers:
    """This process among those that have the state open.

    Its number is locked by a connection that lives as long as it does: so others see that it
    has died. The same connection hears what others tell.
    """

    def __init__(self, database: PostgresDatabase, number: int) -> None:
        self._database = database
        self.number = number
        self._closing = Event()
        self._thread: Thread | None = None
        self._connection: Connection | None = None
        with telling_trouble(database.where):
            self._connect()

    def _connect(self) -> Any:
        """Return the connection as the driver knows it, with the number locked and ears open."""
        if self._connection is None or self._connection.invalidated:
            self._drop()
            connection = self._database.engine.connect()
            self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            key = self._database.key, self.number
            self._connection.exec_driver_sql("SELECT pg_advisory_lock(%s, %s)", key)
            self._connection.exec_driver_sql(f"LISTEN {self._database.channel}")
        return self._connection.connection.driver_connection

    def others(self) -> set[int]:
        """Return the numbers of the others that live."""
        return self._database.present() - {self.number}

    def listen(
        self,
        on_news: Callable[[], None],
        on_look: Callable[[], None],
        on_return: Callable[[], None],
    ) -> None:
        """Call `on_news` when others have written, and `on_look` now and then.

        `on_return` is called before them when the database was away.
        """
        run = (on_news, on_look, on_return)
        self._thread = Thread(target=self._run, args=run, name="mohook-peers", daemon=True)
        self._thread.start()

    def _run(
        self,
        on_news: Callable[[], None],
        on_look: Callable[[], None],
        on_return: Callable[[], None],
    ) -> None:
        while not self._closing.is_set():
            try:
                self._connect()
                on_return()
                self._hear(on_news, on_look)
            except (DBAPIError, StoreAwayError, OSError) as problem:
                log.debug("the state is away: %s", problem)
                self._drop()
                self._closing.wait(_LOOK_AGAIN)
            except Exception:
                log.exception("others on the same state cannot be followed; it is tried again")
                self._closing.wait(_LOOK_AGAIN)

    def _hear(self, on_news: Callable[[], None], on_look: Callable[[], None]) -> None:
        import psycopg

        connection = self._connect()
        on_news()  # whatever was told before there were ears
        look = monotonic() + _LOOK
        while not self._closing.is_set():
            try:
                left = max(0.0, look - monotonic())
                told = {each.payload for each in connection.notifies(timeout=left, stop_after=1)}
                told |= {each.payload for each in connection.notifies(timeout=0)}
            except psycopg.Error as problem:
                raise OSError(str(problem)) from problem
            if told - {str(self.number)}:
                on_news()
                self._closing.wait(_REST)
            if monotonic() >= look:
                on_look()
                look = monotonic() + _LOOK

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError, InvalidRequestError):
                connection.detach()  # the pool would keep it, and with it the lock
                connection.close()

    def close(self) -> None:
        """Be no longer there."""
        self._closing.set()
        if self._thread is not None:
            with suppress(DBAPIError), self._database.engine.begin() as connection:
                told = self._database.channel, str(self.number)
                connection.exec_driver_sql("SELECT pg_notify(%s, %s)", told)
            self._thread.join(5)
        self._drop()
