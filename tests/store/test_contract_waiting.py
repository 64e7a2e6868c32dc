"""The contract of a store: put off, moved, opened again; and what is kept of the finished."""

from __future__ import annotations

import pytest

from mohook.delivery.message import State
from mohook.errors import NotFoundError
from mohook.store.store import Store
from tests.store.conftest import NewStore
from tests.store.made import HERE, MINUTE, NOON, SECOND, THERE
from tests.store.steps import LEASE, NO_TIME, accepted, claim, end, ids, plenty


def test_a_postponed_message_is_due_at_its_new_time_alone(store: Store) -> None:
    """Later or earlier; by who has claimed it, and the claim ends, or by anybody."""
    [given] = accepted(store)
    [claimed] = store.claim(NOON, LEASE, plenty)
    store.postpone(given, NOON + 10 * MINUTE, claimed.claim)
    assert (store.next_due(), store.lease_ends()) == (NOON + 10 * MINUTE, None)
    store.postpone(given, NOON + MINUTE)
    assert claim(store, NOON + MINUTE - SECOND) == []
    assert claim(store, NOON + MINUTE) == [given]


def test_what_is_put_off_to_the_same_time_is_handed_out_once(store: Store) -> None:
    """However often it is said when it is due, and wherever it went between."""
    [given] = accepted(store)
    for destination in (THERE, HERE):
        store.postpone(given, NOON)
        store.move("ip1:ip1-10001", destination, NOON)
    assert claim(store) == [given]


def test_what_somebody_sends_is_postponed_by_nobody_else(store: Store) -> None:
    """Neither without a claim nor under one that stands no more."""
    [given] = accepted(store)
    [first] = store.claim(NOON, NO_TIME, plenty)
    was = first.claim
    claim(store)
    for other in (None, was):
        store.postpone(given, NOON + MINUTE, other)
        assert store.next_due() is None
    end(store, given, State.DELIVERED)


def test_only_what_is_pending_is_postponed(store: Store) -> None:
    """A finished, held or unknown message is left alone."""
    [done] = accepted(store)
    claim(store)
    end(store, done, State.FAILED)
    [held] = accepted(store, destination=None)
    for each in (done, held, "m99"):
        store.postpone(each, NOON)
    assert store.next_due() is None


def test_moving_takes_what_waits_to_another_destination(store: Store) -> None:
    """At its due time, in the new lane alone; another endpoint's messages stay."""
    [mine] = accepted(store, next_attempt_at=NOON + MINUTE)
    [other] = accepted(store, endpoint="ip1:ip1-2", next_attempt_at=NOON + MINUTE)
    store.move("ip1:ip1-10001", THERE, NOON)
    assert claim(store, NOON + MINUTE, {HERE: 9, THERE: 0}.__getitem__) == [other]
    assert claim(store, NOON + MINUTE, {HERE: 0, THERE: 9}.__getitem__) == [mine]


def test_moving_to_nowhere_holds_and_back_makes_due_now(store: Store) -> None:
    """What waited is held without a due time, and sent at once when there is a webhook again."""
    [given] = accepted(store, next_attempt_at=NOON + 10 * MINUTE)
    store.move("ip1:ip1-10001", None, NOON)
    message = store.message(given)
    assert (message.state, message.destination, message.next_attempt_at) == (State.HELD, None, None)
    assert (store.pending(), store.held()) == (0, 1)
    store.move("ip1:ip1-10001", HERE, NOON + MINUTE)
    assert (store.pending(), store.held()) == (1, 0)
    assert claim(store, NOON + MINUTE) == [given]


def test_moving_leaves_finished_messages_alone(store: Store) -> None:
    """They have gone where they went."""
    [done] = accepted(store)
    claim(store)
    end(store, done, State.DELIVERED)
    store.move("ip1:ip1-10001", None, NOON)
    assert store.message(done).state is State.DELIVERED


def test_the_endpoints_for_which_something_waits_are_told(store: Store) -> None:
    """Pending, in flight or held; not those whose messages have all finished."""
    accepted(store, endpoint="ip1:a")
    [done] = accepted(store, endpoint="ip1:b")
    claim(store)
    end(store, done, State.DELIVERED)
    accepted(store, 2, endpoint="ip1:c", destination=None)
    assert sorted(store.endpoints()) == ["ip1:a", "ip1:c"]


def test_a_message_that_moves_in_flight_is_not_handed_out_twice(store: Store) -> None:
    """It is claimed until its end is recorded, and then due in the new lane."""
    [given] = accepted(store)
    claim(store)
    for destination in (THERE, None, THERE):
        store.move("ip1:ip1-10001", destination, NOON)
    assert claim(store) == []
    end(store, given, State.PENDING)
    assert claim(store, NOON + MINUTE, {HERE: 0, THERE: 9}.__getitem__) == [given]


@pytest.mark.parametrize("state", [State.DELIVERED, State.FAILED])
def test_a_reopened_message_is_due_now_with_all_its_tries(store: Store, state: State) -> None:
    """Attempts made stay in its history; it no longer counts as finished."""
    [given] = accepted(store)
    claim(store)
    end(store, given, state)
    store.reopen([given], THERE, NOON + MINUTE)
    message, figures = store.message(given), store.figures()
    assert (message.state, message.tries, message.attempts_made) == (State.PENDING, 0, 1)
    assert (message.destination, message.next_attempt_at) == (THERE, NOON + MINUTE)
    assert (figures.delivered, figures.failed, store.pending()) == (0, 0, 1)
    assert claim(store, NOON + MINUTE) == [given]


def test_only_finished_messages_are_reopened(store: Store) -> None:
    """What is pending or held stays as it is."""
    given = [*accepted(store, next_attempt_at=NOON + MINUTE), *accepted(store, destination=None)]
    before = [store.message(each) for each in given]
    store.reopen([*given, "m999"], THERE, NOON)
    assert [store.message(each) for each in given] == before
    assert store.next_due() == NOON + MINUTE


def test_the_oldest_finished_are_pruned_and_what_waits_never(new_store: NewStore) -> None:
    """So many finished messages are kept; pending and held ones are kept beside them."""
    store = new_store(3)
    waiting = [*accepted(store, next_attempt_at=NOON + MINUTE), *accepted(store, destination=None)]
    done = accepted(store, 5)
    claim(store)
    for each in done:
        end(store, each, State.DELIVERED)
    assert ids(store) == [*waiting, *done[2:]]
    assert (store.pending(), store.held()) == (1, 1)
    with pytest.raises(NotFoundError):
        store.message(done[0])


def test_figures_outlive_the_messages(new_store: NewStore) -> None:
    """What was pruned was received and delivered all the same."""
    store = new_store(1)
    given = accepted(store, 4)
    claim(store)
    for each in given:
        end(store, each, State.DELIVERED)
    assert len(ids(store)) == 1
    assert (store.figures().received, store.figures().delivered) == (4, 4)


def test_a_message_that_finishes_again_and_again_is_one_message(new_store: NewStore) -> None:
    """However often it is reopened, it takes one place among those kept."""
    store = new_store(2)
    [often] = accepted(store)
    [once] = accepted(store, next_attempt_at=NOON)
    claim(store)
    end(store, once, State.FAILED)
    for _ in range(6):
        end(store, often, State.DELIVERED)
        store.reopen([often], HERE, NOON)
        claim(store)
    end(store, often, State.DELIVERED)
    assert sorted(ids(store)) == sorted([often, once])
    assert (store.figures().delivered, store.figures().failed) == (1, 1)
