"""What is PostgreSQL's own: several share a state, and a server goes away and comes back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from threading import Event

import pytest

from mohook.delivery.message import State
from mohook.errors import SettingsError, StoreAwayError
from mohook.store.sql.opening import open_store
from mohook.store.sql.shared import SharedStore
from mohook.store.store import Result, Store
from tests.own_postgres import own_postgres
from tests.postgres import cut_off, state_url
from tests.store.made import NOON, new_attempt, new_message
from tests.store.steps import LEASE, NO_TIME, accepted, claim, end, ids, plenty

pytestmark = pytest.mark.postgres


@pytest.fixture
def where() -> Iterator[str]:
    with state_url() as url:
        yield url


def test_a_connection_that_was_cut_is_made_again(where: str) -> None:
    """The call that meets it does not fail, for it has only begun; nothing was forgotten."""
    with closing(open_store(f"{where}&application_name=cut")) as store:
        accepted(store, 3)
        first, second = store.claim(NOON, LEASE, lambda _: 2)
        cut_off("cut")
        store.record([Result(first, (new_attempt(),), State.DELIVERED, None, first.claim)])
        assert store.message(first.id).state is State.DELIVERED
        assert store.figures().attempts == 1
        assert claim(store, room=plenty) == ["m3"]
        end(store, second.id, State.PENDING)
        assert len(accepted(store, 2)) == 2
        assert len(ids(store)) == 5


@pytest.fixture
def two(where: str) -> Iterator[tuple[Store, Store]]:
    """Give two stores on one state, as two processes have them."""
    with closing(open_store(where)) as one, closing(open_store(where)) as other:
        yield one, other


def test_what_one_has_claimed_no_other_gets(two: tuple[Store, Store]) -> None:
    """Each message goes to one of them, whoever accepted it."""
    one, other = two
    accepted(one, 4)
    assert claim(one, room=lambda _: 3) == ["m1", "m2", "m3"]
    assert claim(other, room=plenty) == ["m4"]
    assert claim(one, room=plenty) == claim(other, room=plenty) == []


def test_a_result_counts_for_all(two: tuple[Store, Store]) -> None:
    """And is refused where another has the message by now: its lease ran out."""
    one, other = two
    accepted(one)
    (late,) = one.claim(NOON, NO_TIME, plenty)
    one.next_due()  # it looks, and the lease has run out
    (message,) = other.claim(NOON, LEASE, plenty)
    one.record([Result(late, (new_attempt(),), State.FAILED, None, late.claim)])
    assert one.message("m1").state is State.PENDING
    other.record([Result(message, (new_attempt(),), State.DELIVERED, None, message.claim)])
    assert one.message("m1").state is State.DELIVERED
    assert one.figures().attempts == 1


def test_ids_go_by_the_order_of_accepting(two: tuple[Store, Store]) -> None:
    """Two that were made at the same time get different ids when they are accepted."""
    one, other = two
    first, second = new_message(one.next_id()), new_message(other.next_id())
    other.accept([second])
    one.accept([first])
    assert (second.id, first.id) == ("m1", "m2")
    assert ids(one) == ids(other) == ["m1", "m2"]


def test_the_journal_has_one_numbering(two: tuple[Store, Store]) -> None:
    """Without a gap, whoever writes."""
    one, other = two
    for store in (one, other, one):
        store.note(NOON, "made-up", {})
    assert [event.number for event in one.journal.after(0, 9)] == [1, 2, 3]
    assert one.journal.last == 3


def test_what_a_dead_one_had_claimed_is_due_again(where: str) -> None:
    """At once where nobody else is there; its results count no more."""
    gone = open_store(where)
    accepted(gone)
    (message,) = gone.claim(NOON, LEASE, plenty)
    gone.close()
    with closing(open_store(where)) as store:
        assert claim(store, room=plenty) == [message.id]


def test_others_hear_of_what_one_writes(two: tuple[Store, Store]) -> None:
    """Whoever listens is called, and waits for the journal no longer."""
    one, other = two
    assert isinstance(other, SharedStore)
    heard = Event()

    def hear() -> None:
        if other.refresh() and other.pending():
            heard.set()

    other.listen(hear)
    accepted(one)
    assert other.journal.wait(0, 10)
    assert heard.wait(10)
    assert claim(other, room=plenty) == ["m1"]


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


@pytest.mark.slow
def test_a_database_that_cannot_hold_every_text_is_refused() -> None:
    """With what to do: a text would be lost in it."""
    with own_postgres() as own:
        for encoding in ("LATIN1", "SQL_ASCII"):
            with pytest.raises(SettingsError, match=f"in {encoding}; expected UTF8"):
                open_store(own.new_state(encoding))
        open_store(own.new_state()).close()
