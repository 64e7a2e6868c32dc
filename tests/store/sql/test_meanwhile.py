"""What one thread or process does to PostgreSQL's store while another is in the middle of a call.

Each is stopped at the very point where it would be in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from mohook.delivery.message import Message, State
from mohook.errors import StoreAwayError
from mohook.store.sql.opening import open_store
from mohook.store.sql.shared import SharedStore
from mohook.store.store import Result
from tests.postgres import state_url
from tests.store.made import NOON, new_attempt
from tests.store.steps import LEASE, accepted, claim, plenty

pytestmark = pytest.mark.postgres
LOT = 8


@pytest.fixture
def two() -> Iterator[tuple[SharedStore, SharedStore]]:
    """Give two processes' stores on one state."""
    with (
        state_url() as where,
        closing(open_store(where)) as one,
        closing(open_store(where)) as other,
    ):
        assert isinstance(one, SharedStore)
        assert isinstance(other, SharedStore)
        yield one, other


def test_a_claim_meets_a_reset_that_nobody_has_told_of(
    two: tuple[SharedStore, SharedStore],
) -> None:
    """It finds what was accepted after it, more than it has room for; all of that is sent."""
    one, other = two
    accepted(one, 2 * LOT)
    lot(one)
    lot(one)
    other.reset(NOON)
    there = accepted(other, 10 * LOT)
    found = [message.id for _ in range(2) for message in lot(one)]
    one._look()  # it was ahead by some, and has forgotten that with the reset
    found += claim(one)
    assert sorted(found) == sorted(there)


def lot(store: SharedStore) -> list[Message]:
    return store.claim(NOON, LEASE, lambda _: LOT, ahead=True)


def test_a_message_is_claimed_before_whoever_made_it_due_has_noted_that(
    two: tuple[SharedStore, SharedStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim stands, and its result counts."""
    one, _ = two
    accepted(one)
    note = one._note_tally
    found: list[Message] = []

    def note_and_claim(tally: dict[str, int]) -> None:
        note(tally)
        if not found and tally.get("writes", 0) > before:
            found.extend(one.claim(NOON, LEASE, plenty))

    before = one._tally["writes"]
    monkeypatch.setattr(one, "_note_tally", note_and_claim)
    one.postpone("m1", NOON)
    (message,) = found
    one.record([Result(message, (new_attempt(),), State.DELIVERED, None, message.claim)])
    assert one.message("m1").state is State.DELIVERED


def test_what_was_claimed_as_others_were_not_followed_is_claimed_anew(
    two: tuple[SharedStore, SharedStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without waiting for its lease, though nobody was handed it."""
    one, other = two
    accepted(one)

    def away() -> None:
        raise StoreAwayError("just now")

    other.keep_documents({"ip1": {}})
    monkeypatch.setattr(one, "_on_news", away)
    with pytest.raises(StoreAwayError):
        claim(one)
    monkeypatch.undo()
    one._look()
    assert claim(one) == ["m1"]


def test_others_know_what_one_has_given_back(two: tuple[SharedStore, SharedStore]) -> None:
    """Whoever moves the clock by hand steps over none of it."""
    one, other = two
    accepted(one, 100)
    lot(one)
    lot(one)
    claim(other)
    assert other.next_due() is None
    one.give_back()
    other.refresh()  # as whoever comes to move the clock does
    assert other.next_due() == NOON
    assert len(claim(other)) == 32
    writes = one._tally["writes"]
    one.give_back()  # there is nothing to tell of
    assert one._tally["writes"] == writes


def test_a_database_that_may_only_be_read_is_away(two: tuple[SharedStore, SharedStore]) -> None:
    """As another is for a moment that takes over: it is tried again, and nothing ends by that."""
    one, _ = two
    with one._database.ordered(durable=True) as (connection, _counted):
        connection.exec_driver_sql("SET default_transaction_read_only TO on")
    with pytest.raises(StoreAwayError, match="read-only"):
        accepted(one)
