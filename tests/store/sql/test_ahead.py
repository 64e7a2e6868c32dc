"""Claims ahead of the calls to come: fewer questions, and nobody waits for what another hoards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from mohook.delivery.message import State
from mohook.store.sql.opening import open_store
from mohook.store.store import Result, Store
from tests.postgres import state_url
from tests.store.made import HERE, MINUTE, NOON, new_attempt
from tests.store.steps import LEASE, Seconds, accepted, claim, ids

pytestmark = pytest.mark.postgres
LOT = 8
ELSEWHERE = "http://127.0.0.1:9"


class Claiming:
    """A store under claims of `LOT` at a time, one after the other."""

    def __init__(self, store: Store, seconds: Seconds) -> None:
        self.store = store
        self.seconds = seconds

    def lot(self) -> list[str]:
        found = self.store.claim(NOON, LEASE, lambda _: LOT, ahead=True)
        return [message.id for message in found]


@contextmanager
def claiming(where: str) -> Iterator[Claiming]:
    seconds = Seconds()
    with closing(open_store(where, seconds=seconds)) as store:
        yield Claiming(store, seconds)


@pytest.fixture
def two() -> Iterator[tuple[Claiming, Claiming]]:
    """Give two processes' stores on one state, of which the first is ahead by some messages."""
    with state_url() as where, claiming(where) as one, claiming(where) as other:
        accepted(one.store, 100)
        assert (one.lot(), one.lot()) == (ids(one.store)[:LOT], ids(one.store)[LOT : 2 * LOT])
        yield one, other


def numbers(claimed: list[str]) -> list[int]:
    return [int(each[1:]) for each in claimed]


def test_they_come_in_order_and_go_to_nobody_else(two: tuple[Claiming, Claiming]) -> None:
    """32 were claimed beyond the second lot: the other process begins after them."""
    one, other = two
    assert numbers(other.lot()) == list(range(49, 57))
    assert [numbers(one.lot())[0] for _ in range(4)] == [17, 25, 33, 41]
    assert numbers(one.lot()) == list(range(57, 65))


def test_what_nobody_has_called_for_is_given_back(two: tuple[Claiming, Claiming]) -> None:
    """In a second of real time, of which the driver is told: a receiver may have become slow."""
    one, other = two
    assert one.store.lease_ends() == 1.0
    one.seconds.pass_by(1.0)
    one.store.next_due()
    assert numbers(other.lot()) == list(range(17, 25))
    assert one.store.lease_ends() == LEASE.total_seconds() - 1.0


def test_all_of_it_is_given_back_where_the_clock_stands(two: tuple[Claiming, Claiming]) -> None:
    """What is handed out stays claimed."""
    one, other = two
    one.store.give_back()
    assert numbers(claim(other.store)) == list(range(17, 101))


def test_what_is_here_is_due_next(two: tuple[Claiming, Claiming]) -> None:
    """Where its destination has room."""
    one, other = two
    assert numbers(claim(other.store)) == list(range(49, 101))
    assert one.store.next_due() == NOON
    assert one.store.next_due(lambda _: 0) is None
    assert other.store.next_due() is None


def test_nothing_is_claimed_ahead_that_is_not_needed_soon() -> None:
    """A moment after the last lot, each process leaves the rest to the others."""
    with state_url() as where, claiming(where) as one, claiming(where) as other:
        accepted(one.store, 100)
        assert numbers(one.lot()) == list(range(1, 9))
        one.seconds.pass_by(0.3)
        assert numbers(one.lot()) == list(range(9, 17))
        assert numbers(other.lot()) == list(range(17, 25))


def test_what_moves_meanwhile_is_sent_where_it_has_moved_to(
    two: tuple[Claiming, Claiming],
) -> None:
    """It stays claimed; a result finds it at its new place."""
    one, other = two
    other.store.move("ip1:ip1-10001", ELSEWHERE, NOON)
    message = one.store.claim(NOON, LEASE, lambda _: 1, ahead=True)[0]
    assert (message.id, message.destination) == ("m17", HERE)
    due = NOON + MINUTE
    one.store.record([Result(message, (new_attempt(),), State.PENDING, due, message.claim)])
    assert one.store.message("m17").destination == ELSEWHERE


def test_a_reset_forgets_it(two: tuple[Claiming, Claiming]) -> None:
    """Whoever resets: its process hands out nothing of what was."""
    one, other = two
    other.store.reset(NOON)
    accepted(other.store, 1)
    one.store.sharing.refresh()  # type: ignore[union-attr] # as it does when it hears of others
    assert one.lot() == ["m1"]
