"""From nothing, or from an older version, to the tables of this release; in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.engine import Connection

from mohook import __version__
from mohook.errors import StoreError
from mohook.store.sql.schema import VERSION, metadata, versions

__all__ = ["STEPS", "Step", "bring_up"]

Step = Callable[[Connection], None]
"""Makes the tables of one version those of the next."""

STEPS: Mapping[int, Step] = MappingProxyType({})
"""By the version that each begins with. Version 1 is the first, so that there is none as yet."""


def bring_up(
    connection: Connection, where: str, steps: Mapping[int, Step] = STEPS, to: int = VERSION
) -> None:
    """Make the tables what this release reads. The caller's transaction is all or nothing.

    Raises StoreError, and changes nothing, for a state from a newer release, and for tables
    that are not mohook's.
    """
    if connection.dialect.name == "postgresql":
        # Of several that start at once, one makes the tables.
        connection.execute(text("SELECT pg_advisory_xact_lock(7263661200000001)"))
    found = _version(connection)
    if found is None:
        metadata.create_all(connection)
        connection.execute(insert(versions).values(version=to, written_by=__version__))
        return
    version, written_by = found
    if version > to:
        msg = (
            f"the state in {where} is of version {version}, written by mohook {written_by}; this "
            f"is mohook {__version__}, which reads up to {to}. Use that release, or another place "
            "for the state; a snapshot moves it: GET there and PUT here /mohook/v1/snapshot"
        )
        raise StoreError(msg)
    for each in range(version, to):
        if each not in steps:
            msg = f"the state in {where} is of version {each}, which this release cannot read"
            raise StoreError(f"{msg}; use the release that wrote it ({written_by})")
        steps[each](connection)
    if version < to:
        connection.execute(update(versions).values(version=to, written_by=__version__))


def _version(connection: Connection) -> tuple[int, str] | None:
    if not inspect(connection).has_table(versions.name):
        return None
    row = connection.execute(select(versions.c.version, versions.c.written_by)).one_or_none()
    return None if row is None else (row.version, row.written_by)
