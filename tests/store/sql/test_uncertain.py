"""A database that goes away in the middle of a COMMIT: nobody knows whether it was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import psycopg
import pytest
from sqlalchemy import Engine, PoolProxiedConnection

from mohook.delivery.message import Message, State
from mohook.errors import StoreAwayError
from mohook.store.sql.opening import open_store
from mohook.store.sql.owned import OwnedStore
from mohook.store.sql.rows import number_of
from mohook.store.sql.shared import SharedStore
from mohook.store.sql.store import SqlStore
from mohook.store.store import Result
from tests.postgres import state_url
from tests.store.made import MINUTE, NOON, new_attempt
from tests.store.steps import LEASE, Seconds, accepted, claim, ids, plenty

EITHER_WAY = pytest.mark.parametrize("done", [True, False], ids=["done", "undone"])
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """Give one empty store of either kind."""
    if request.param == "sqlite":
        with closing(open_store(str(tmp_path / "state.sqlite"))) as opened:
            yield opened
    else:
        with state_url() as where, closing(open_store(where)) as opened:
            yield opened


def cut_at_commit(store: SqlStore, *, done: bool) -> None:
    """Have the next COMMIT end in an error, after it was done or without."""
    engine = engine_of(store)
    commit = engine.dialect.do_commit

    def cut(connection: PoolProxiedConnection) -> None:
        del engine.dialect.do_commit
        if done:
            commit(connection)
        if isinstance(store, OwnedStore):
            connection.rollback()
            raise sqlite3.OperationalError("disk I/O error")
        assert connection.driver_connection
        connection.driver_connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    engine.dialect.do_commit = cut  # type: ignore[assignment,method-assign]


def engine_of(store: SqlStore) -> Engine:
    if isinstance(store, OwnedStore):
        return store._owner.engine
    assert isinstance(store, SharedStore)
    return store._database.engine


def failed(message: Message) -> Result:
    """Return the result of an attempt that is made again a minute later."""
    return Result(message, (new_attempt(),), State.PENDING, NOON + MINUTE, message.claim)


@EITHER_WAY
def test_results_stand_in_the_journal_once(store: SqlStore, done: bool) -> None:
    """They are recorded again, and count only if they did not stand there already."""
    accepted(store, 2)
    results = [failed(message) for message in store.claim(NOON, LEASE, plenty)]
    cut_at_commit(store, done=done)
    with pytest.raises(StoreAwayError):
        store.record(results)
    store.record(results)
    assert [len(store.message(each).attempts) for each in ids(store)] == [1, 1]
    assert store.figures().attempts == 2
    assert [event.number for event in store.journal.after(0, 9)] == [1, 2, 3, 4]
    assert claim(store, NOON) == []
    assert claim(store, NOON + MINUTE) == ["m1", "m2"]


@EITHER_WAY
def test_messages_are_there_whole_or_not_at_all(store: SqlStore, done: bool) -> None:
    """Those that are there are handed out at once, and their ids are given to no others."""
    assert claim(store) == []
    cut_at_commit(store, done=done)
    with pytest.raises(StoreAwayError):
        accepted(store, 3)
    there = ["m1", "m2", "m3"] if done else []
    assert ids(store) == claim(store) == there
    more = accepted(store, 2)
    assert ids(store) == there + more
    assert store.pending() == len(there) + 2
    assert claim(store) == more


@pytest.mark.postgres
def test_a_claim_that_nobody_got_is_made_again() -> None:
    """Without waiting for its lease, as long as the process lives."""
    with state_url() as where, closing(open_store(where)) as store:
        accepted(store, 2)
        (kept,) = store.claim(NOON, LEASE, lambda _: 1)
        cut_at_commit(store, done=True)
        with pytest.raises(StoreAwayError):
            claim(store)
        assert claim(store) == []
        heard = Event()
        assert isinstance(store, SharedStore)
        store.listen(heard.set)
        while not (found := claim(store)):
            assert heard.wait(10)
            heard.clear()
        assert found == ["m2"]
        store.record([failed(kept)])  # it was never given away
        assert store.figures().attempts == 1


@pytest.mark.postgres
def test_a_lease_that_ended_so_ends_no_other() -> None:
    """A message that was claimed again since stays claimed when the old lease runs out."""
    seconds = Seconds()
    with (
        state_url() as where,
        closing(open_store(where, seconds=seconds)) as store,
        closing(open_store(where)) as other,
    ):
        accepted(store)
        (message,) = store.claim(NOON, LEASE, plenty)
        cut_at_commit(store, done=True)
        with pytest.raises(StoreAwayError):
            store.record([failed(message)])
        store.record([failed(message)])
        seconds.pass_by(30)
        assert claim(store, NOON + MINUTE) == ["m1"]
        seconds.pass_by(20)
        store.next_due()  # it looks, and the first lease has run out
        assert claim(other, NOON + MINUTE) == []


@pytest.mark.slow
@pytest.mark.postgres
def test_what_was_claimed_ahead_is_not_lost_with_a_claim_that_fails() -> None:
    """It is handed out soon, and not when its lease runs out."""
    with state_url() as where, closing(open_store(where, seconds=Seconds())) as store:
        accepted(store, 40)
        for each in ("m1", "m2"):
            (message,) = store.claim(NOON, LEASE, lambda _: 1, ahead=True)
            assert message.id == each
        cut_at_commit(store, done=True)
        with pytest.raises(StoreAwayError):
            store.claim(NOON, LEASE, plenty, ahead=True)
        heard = Event()
        assert isinstance(store, SharedStore)
        store.listen(heard.set)
        found: list[str] = []
        while len(found) < 38:
            assert heard.wait(10)
            heard.clear()
            found += claim(store)
        assert sorted(found, key=lambda each: number_of(each) or 0) == [
            f"m{n}" for n in range(3, 41)
        ]
