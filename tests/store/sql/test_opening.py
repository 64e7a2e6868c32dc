"""A state is opened where it can be used, and what is wrong with another is said."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from mohook.delivery.message import State
from mohook.errors import SettingsError, StoreAwayError, StoreError
from mohook.store.sql.migrations import bring_up
from mohook.store.sql.opening import open_store
from mohook.store.sql.schema import VERSION
from tests.store.made import MINUTE, NOON
from tests.store.steps import accepted, claim, end, ids


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "state.sqlite")


def test_a_file_is_taken_up_where_it_was_left(path: str) -> None:
    """Messages, attempts, journal, figures; ids go on, and what was in flight is due again."""
    store = open_store(path)
    done, flying, later = accepted(store, 3)
    claim(store)
    end(store, done, State.DELIVERED)
    end(store, later, State.PENDING)
    before = (store.dump(), store.journal.after(0, 100), store.figures())
    store.close()
    store = open_store(path)
    assert (store.dump(), store.journal.after(0, 100), store.figures()) == before
    assert claim(store) == [flying]
    assert claim(store, NOON + MINUTE) == [later]
    assert store.next_id() == "m4"
    store.close()


def test_a_second_emulator_is_refused(path: str) -> None:
    """A file belongs to one at a time; when that one has let go, it is free."""
    first = open_store(path)
    with pytest.raises(StoreError, match="in use by another emulator"):
        open_store(path)
    first.close()
    open_store(path).close()


def test_an_sqlite_that_is_too_old_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is accepted that it could not record."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 32, 3))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.32.3")
    with pytest.raises(SettingsError, match=r"SQLite is 3\.32\.3; expected 3\.33 or newer"):
        open_store(path)


def test_a_state_from_a_newer_release_is_refused(path: str) -> None:
    """It says which release wrote it and what to do, and changes nothing."""
    open_store(path).close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE mohook_version SET version = 99, written_by = '9.9'")
    file.close()
    before = Path(path).read_bytes()
    with pytest.raises(StoreError, match=r"version 99, written by mohook 9\.9.*Use that release"):
        open_store(path)
    assert Path(path).read_bytes() == before


def test_an_older_state_is_brought_up_step_by_step(path: str) -> None:
    """In one transaction: a step that fails leaves all as it was."""
    open_store(path).close()
    engine = create_engine(f"sqlite:///{path}")
    made: list[int] = []

    def add(connection: Connection) -> None:
        made.append(1)
        connection.execute(text("ALTER TABLE mohook_messages ADD COLUMN colour TEXT"))

    def fail(_: Connection) -> None:
        raise ZeroDivisionError

    columns = "SELECT count(*) FROM pragma_table_info('mohook_messages')"
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        width = connection.execute(text(columns)).scalar_one()
        with pytest.raises(ZeroDivisionError):
            bring_up(connection, path, {VERSION: add, VERSION + 1: fail}, VERSION + 2)
        connection.rollback()
        assert connection.execute(text(columns)).scalar_one() == width
        bring_up(connection, path, {VERSION: add}, VERSION + 1)
        connection.commit()
        assert connection.execute(text(columns)).scalar_one() == width + 1
        asked = text("SELECT version FROM mohook_version")
        assert connection.execute(asked).scalar_one() == VERSION + 1
    engine.dispose()
    assert made == [1, 1]


def test_an_older_state_that_no_step_leads_from_is_refused(path: str) -> None:
    """Rather than read in a way that it was not written in."""
    open_store(path).close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE mohook_version SET version = 0")
    file.close()
    with pytest.raises(StoreError, match="version 0, which this release cannot read"):
        open_store(path)


def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    """A file of something else, a folder, a place that is not there, a database of another kind."""
    other = tmp_path / "notes.txt"
    other.write_text("no database at all, though long enough for one to begin\n" * 20)
    for where, kind, said in [
        (str(other), StoreError, "no SQLite file"),
        (str(tmp_path), SettingsError, "a folder"),
        (str(tmp_path / "a" / "b"), SettingsError, "does not exist"),
        ("mysql://localhost/x", SettingsError, "expected the path of a file"),
        ("http://user:hush@localhost/x", SettingsError, r"user:\*\*\*@"),
    ]:
        with pytest.raises(kind, match=said):
            open_store(where)
    assert other.read_text().startswith("no database")


def test_a_write_that_cannot_be_made_changes_nothing(path: str) -> None:
    """It says why and what to do; when the trouble is over, the same call succeeds."""
    store = open_store(path)
    accepted(store)
    [claimed] = store.claim(NOON, MINUTE, lambda _: 9)
    before = (store.dump(), store.journal.last)
    store._owner._pragma("PRAGMA max_page_count=1")  # type: ignore[attr-defined] # as a full disk
    with pytest.raises(StoreAwayError, match=r"full\); make room there"):
        accepted(store, 200)
    assert (store.dump(), store.journal.last) == before
    assert store.pending() == 1
    store._owner._pragma("PRAGMA max_page_count=1000000")  # type: ignore[attr-defined]
    end(store, claimed.id, State.DELIVERED)
    assert len(accepted(store, 200)) == 200
    store.close()


def test_more_than_memory_holds_comes_in_order(path: str) -> None:
    """Messages beyond the heads of the lanes are read when it is their turn, none twice."""
    store = open_store(path, keep=10)
    given = accepted(store, 3_000)
    soon = accepted(store, next_attempt_at=NOON - MINUTE)
    taken: list[str] = []
    while lot := claim(store, room=lambda _: 70):
        taken += lot
        for each in lot[::2]:
            end(store, each, State.DELIVERED)
        for each in lot[1::2]:
            end(store, each, State.PENDING)
    assert taken == soon + given
    assert len(ids(store, state=State.PENDING, limit=None)) == 1_500
    assert len(claim(store, NOON + MINUTE, lambda _: 5_000)) == 1_500
    store.close()
