"""What is PostgreSQL's own: one process holds a state, and a server goes away and comes back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text

from mohook.delivery.message import State
from mohook.errors import SettingsError, StoreAwayError, StoreError
from mohook.store.sql.opening import open_store
from mohook.store.store import Result
from tests.postgres import server, state_url
from tests.store.made import NOON, new_attempt
from tests.store.steps import LEASE, accepted, claim, end, ids, plenty

pytestmark = pytest.mark.postgres


@pytest.fixture
def where() -> Iterator[str]:
    with state_url() as url:
        yield url


def cut_off(schema_of: str) -> None:
    """End every connection to a state, as a server that is restarted does."""
    schema = schema_of.rpartition("%3D")[2]
    with server().connect() as connection:
        ended = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid IN "
                "(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7263661 "
                "AND objid = (hashtext(:schema)::bigint & 4294967295)::oid)"
            ),
            {"schema": schema},
        )
        assert ended.scalar_one() == 1


def test_a_second_emulator_is_refused(where: str) -> None:
    """A state belongs to one at a time; when that one has let go, it is free."""
    first = open_store(where)
    with pytest.raises(StoreError, match="in use by another emulator"):
        open_store(where)
    first.close()
    open_store(where).close()


def test_a_connection_that_was_cut_is_made_again(where: str) -> None:
    """The call that meets it fails and changes nothing; the next one finds all as it was."""
    with closing(open_store(where)) as store:
        accepted(store, 3)
        first, second = store.claim(NOON, LEASE, lambda _: 2)
        cut_off(where)
        result = Result(first, (new_attempt(),), State.DELIVERED, None, first.claim)
        with pytest.raises(StoreAwayError):
            store.record([result])
        store.record([result])
        assert store.message(first.id).state is State.DELIVERED
        assert store.figures().attempts == 1
        assert claim(store, room=plenty) == ["m3"]
        end(store, second.id, State.PENDING)
        assert len(accepted(store, 2)) == 2
        assert len(ids(store)) == 5


def test_a_state_that_another_took_meanwhile_is_not_written_to(where: str) -> None:
    """Whoever lost the connection, and with it the lock, has lost the state."""
    with closing(open_store(where)) as store:
        accepted(store)
        cut_off(where)
        with pytest.raises(StoreAwayError):
            accepted(store)
        with closing(open_store(where)) as other:
            with pytest.raises(StoreAwayError, match="in use by another emulator"):
                accepted(store)
            assert len(ids(other)) == 1
        assert len(accepted(store)) == 1


def test_without_psycopg_it_says_what_to_install(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'mohook\[postgres\]'"):
        open_store(where)


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    """With the place and the reason."""
    with pytest.raises(StoreAwayError) as told:
        open_store("postgresql://root:hush@127.0.0.1:1/test")
    assert "127.0.0.1:1" in str(told.value)
    assert "hush" not in str(told.value)
