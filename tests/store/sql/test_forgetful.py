"""A PostgreSQL server that crashed: it has forgotten the last results and claims."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

import pytest
from sqlalchemy import text

from mohook.delivery.message import Message, State
from mohook.store.sql.opening import open_store
from mohook.store.sql.shared import SharedStore
from mohook.store.store import Result
from tests.postgres import cut_off, server, state_url
from tests.store.made import NOON, new_attempt
from tests.store.steps import LEASE, accepted, claim, plenty

pytestmark = pytest.mark.postgres
TABLES = ("messages", "attempts", "events", "tally")


@pytest.fixture
def where() -> Iterator[str]:
    with state_url() as url:
        yield url


@pytest.fixture
def store(where: str) -> Iterator[SharedStore]:
    """Give one empty store, whose connections are known by name."""
    with closing(open_store(f"{where}&application_name=forgotten")) as opened:
        assert isinstance(opened, SharedStore)
        yield opened


@contextmanager
def forgotten(where: str) -> Iterator[None]:
    """Let all that is written in the block be forgotten at its end, and every connection cut."""
    schema = where.rpartition("%3D")[2]
    with server().connect() as connection:
        for each in TABLES:
            copied = f"CREATE TABLE {schema}.kept_{each} AS TABLE {schema}.mohook_{each}"
            connection.execute(text(copied))
    yield
    cut_off("forgotten")
    with server().connect() as connection:
        for each in TABLES:
            connection.execute(text(f"TRUNCATE {schema}.mohook_{each}"))
            back = f"INSERT INTO {schema}.mohook_{each} TABLE {schema}.kept_{each}"
            connection.execute(text(back))


def delivered(message: Message) -> Result:
    return Result(message, (new_attempt(),), State.DELIVERED, None, message.claim)


def handed_out(store: SharedStore) -> list[str]:
    """Wait until something is handed out, as whoever delivers does: for news alone."""
    heard = Event()

    def hear() -> None:
        store.refresh()
        heard.set()

    store.listen(hear)
    while not (found := claim(store)):
        assert heard.wait(10)
        heard.clear()
    return found


def test_a_claim_that_it_has_forgotten_is_made_again(where: str, store: SharedStore) -> None:
    """The message is nobody's, though this process knows better; its late result counts not."""
    accepted(store, 2)
    with forgotten(where):
        (message, other) = store.claim(NOON, LEASE, plenty)
        store.record([delivered(message)])
    assert handed_out(store) == ["m1", "m2"]
    store.record([delivered(other)])
    assert store.figures().attempts == 0
    assert store.pending() == 2


@pytest.mark.slow
def test_a_result_that_it_has_forgotten_is_asked_for_again(where: str, store: SharedStore) -> None:
    """The claim stands and nobody has it: that is not waited for until the lease runs out."""
    accepted(store, 2)
    message, other = store.claim(NOON, LEASE, plenty)
    with forgotten(where):
        store.record([delivered(message)])
    assert handed_out(store) == ["m1"]
    store.record([delivered(other)])
    assert store.message("m2").state is State.DELIVERED
    assert store.pending() == 1
