"""Where the state is: the path of a file, or a URL; and what is wrong with one that is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from mohook.errors import SettingsError
from mohook.store.sql.owned import OwnedStore
from mohook.store.sql.postgres import PostgresDatabase
from mohook.store.sql.shared import SharedStore
from mohook.store.sql.sqlite import SqliteOwner
from mohook.store.sql.store import SqlStore

__all__ = ["open_store"]

_EXPECTED = "expected the path of a file, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


def open_store(
    where: str, *, keep: int = 10_000, seconds: Callable[[], float] = monotonic
) -> SqlStore:
    """Open the state at a path or URL, and make it where there is none.

    Raises SettingsError for what names no state, StoreError for one that this release or this
    process cannot use, and StoreAwayError where there is no database to be reached.
    """
    place = _place(where)
    try:
        if isinstance(place, SqliteOwner):
            return OwnedStore(place, keep=keep, seconds=seconds)
        return SharedStore(place, keep=keep, seconds=seconds)
    except BaseException:
        place.close()
        raise


def _place(where: str) -> SqliteOwner | PostgresDatabase:
    if "://" not in where:
        return SqliteOwner(Path(where))
    try:
        url = make_url(where)
    except ArgumentError as problem:
        msg = f"state {where!r}: {problem}; {_EXPECTED}"
        raise SettingsError(msg) from problem
    kind = url.get_backend_name()
    if kind == "postgresql":
        return PostgresDatabase(url)
    if kind == "sqlite" and url.database not in (None, "", ":memory:"):
        return SqliteOwner(Path(str(url.database)))
    msg = f"state {url.render_as_string(hide_password=True)!r}: {_EXPECTED}"
    raise SettingsError(msg)
