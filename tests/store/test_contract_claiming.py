"""The contract of a store: accept, claim, record; nothing twice, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from mohook.delivery.message import State
from mohook.errors import NotFoundError
from mohook.store.store import MessageFilter, Result, Store
from tests.store.made import HERE, MINUTE, NOON, SECOND, THERE, new_attempt, new_message
from tests.store.steps import LEASE, NO_TIME, accept, accepted, claim, end, plenty


def test_an_accepted_message_is_found_as_it_was_given(store: Store) -> None:
    """Field by field, by id and in the list."""
    message = new_message(store.next_id(), body="ünï\U0001f600", payload=b'{"a":"\xc3\xbc"}')
    store.accept([message])
    assert store.message(message.id) == message
    assert store.messages(MessageFilter()) == [message]
    assert (store.pending(), store.held(), store.figures().received) == (1, 0, 1)


def test_an_id_is_never_given_twice(store: Store) -> None:
    """Not even when threads ask at once."""
    given: list[str] = []
    threads = [
        Thread(target=lambda: given.extend(store.next_id() for _ in range(200))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 400


def test_an_unknown_id_is_refused(store: Store) -> None:
    """The error names it, and what may have become of it."""
    with pytest.raises(NotFoundError, match=r"'m7'.*pruned"):
        store.message("m7")


def test_a_message_for_the_cpaas_inbox_is_delivered_from_the_start(store: Store) -> None:
    """It is kept and counted, and never handed out."""
    accepted(store, destination=None, state=State.DELIVERED, via="cpaas")
    assert claim(store) == []
    assert (store.figures().delivered, store.pending()) == (1, 0)


def test_what_is_due_is_handed_out_once(store: Store) -> None:
    """A claimed message is nobody else's."""
    given = accepted(store, 3)
    assert claim(store) == given
    assert claim(store) == []


def test_what_is_not_due_is_not_handed_out(store: Store) -> None:
    """A microsecond early is early; the due time itself is not."""
    [later] = accepted(store, next_attempt_at=NOON + MINUTE)
    assert claim(store, NOON + MINUTE - timedelta(microseconds=1)) == []
    assert claim(store, NOON + MINUTE) == [later]


def test_the_oldest_due_comes_first_whatever_its_destination(store: Store) -> None:
    """By due time, and then by the order in which they came."""
    third = new_message(store.next_id(), next_attempt_at=NOON)
    first = new_message(store.next_id(), next_attempt_at=NOON - MINUTE, destination=THERE)
    second = new_message(store.next_id(), next_attempt_at=NOON - SECOND)
    fourth = new_message(store.next_id(), next_attempt_at=NOON, destination=THERE)
    accept(store, third, first, second, fourth)
    assert claim(store) == [first.id, second.id, third.id, fourth.id]


def test_a_destination_gets_what_it_has_room_for(store: Store) -> None:
    """A full one gets nothing and keeps nothing from another."""
    here = accepted(store, 5)
    there = accepted(store, 5, destination=THERE)
    assert claim(store, room={HERE: 0, THERE: 2}.__getitem__) == there[:2]
    assert claim(store, room={HERE: 3, THERE: 0}.__getitem__) == here[:3]
    assert claim(store) == [*here[3:], *there[2:]]


def test_held_and_finished_messages_are_never_handed_out(store: Store) -> None:
    """Only what is pending is due."""
    accepted(store, destination=None)
    for state in (State.DELIVERED, State.FAILED):
        [done] = accepted(store)
        claim(store)
        end(store, done, state)
    assert claim(store, NOON + 365 * 24 * 60 * MINUTE) == []


def test_a_lease_that_ran_out_hands_the_message_out_again(store: Store) -> None:
    """Whoever claimed it is taken for dead; a lease of no time runs out at once."""
    given = accepted(store, 2)
    claim(store, lease=NO_TIME)
    assert store.lease_ends() == 0
    assert claim(store) == given
    assert claim(store) == []


def test_a_lease_is_of_real_time(store: Store) -> None:
    """However far the emulator's time goes, what somebody is sending is handed out to nobody."""
    [given] = accepted(store)
    assert store.lease_ends() is None
    claim(store)
    left = store.lease_ends()
    assert left is not None
    assert 0 < left <= LEASE.total_seconds()
    assert claim(store, NOON + 365 * 24 * 60 * MINUTE) == []
    assert store.next_due() is None
    end(store, given, State.PENDING)
    assert (store.lease_ends(), store.next_due()) == (None, NOON + MINUTE)


def test_a_result_under_a_claim_that_stands_no_more_is_left_out(store: Store) -> None:
    """Another has the message now, and records what becomes of it."""
    accepted(store)
    [slow] = store.claim(NOON, NO_TIME, plenty)
    was = slow.claim
    [quick] = store.claim(NOON, LEASE, plenty)
    assert quick.claim != was
    store.record([Result(slow, (new_attempt(),), State.FAILED, None, was)])
    assert store.message(quick.id).state is State.PENDING
    assert store.figures().attempts == 0
    end(store, quick.id, State.DELIVERED)
    assert store.message(quick.id).state is State.DELIVERED


def test_a_result_counts_once(store: Store) -> None:
    """Recorded again, it is a result without a claim."""
    accepted(store)
    [claimed] = store.claim(NOON, LEASE, plenty)
    result = Result(claimed, (new_attempt(),), State.DELIVERED, None, claimed.claim)
    store.record([result, result])
    store.record([result])
    assert store.figures().attempts == 1
    assert store.message(claimed.id).attempts_made == 1


def test_a_result_that_no_claim_stands_behind_is_left_out(store: Store) -> None:
    """A message that nobody sends has no result."""
    [given] = accepted(store)
    store.record([Result(store.message(given), (new_attempt(),), State.FAILED, None, None)])
    assert store.message(given).state is State.PENDING


def test_recording_ends_the_lease(store: Store) -> None:
    """A retry is due at its own time, which may be before the lease would have ended."""
    [given] = accepted(store)
    [claimed] = store.claim(NOON, LEASE, plenty)
    retry = (new_attempt(),)
    store.record([Result(claimed, retry, State.PENDING, NOON + SECOND, claimed.claim)])
    assert claim(store, NOON + SECOND) == [given]


def test_threads_that_claim_at_once_share_the_messages(store: Store) -> None:
    """Each message goes to one of them."""
    given = accepted(store, 200)
    taken: list[list[str]] = [[], []]
    ready = Barrier(2)

    def take(mine: list[str]) -> None:
        ready.wait()
        while batch := claim(store, room=lambda _: 7):
            mine += batch

    threads = [Thread(target=take, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken[0] + taken[1]) == sorted(given)


def test_next_due_tells_the_earliest(store: Store) -> None:
    """Over all destinations; None when there is nothing to wait for."""
    assert store.next_due() is None
    accepted(store, next_attempt_at=NOON + 2 * MINUTE)
    accepted(store, next_attempt_at=NOON + MINUTE, destination=THERE)
    accepted(store, destination=None)
    assert store.next_due() == NOON + MINUTE


def test_next_due_passes_over_destinations_without_room(store: Store) -> None:
    """What cannot be sent is no reason to wake up."""
    accepted(store, next_attempt_at=NOON)
    accepted(store, next_attempt_at=NOON + MINUTE, destination=THERE)
    assert store.next_due(lambda origin: int(origin == THERE)) == NOON + MINUTE
    assert store.next_due(lambda _: 0) is None


def test_a_recorded_attempt_is_kept_whole(store: Store) -> None:
    """Every field of it, in order, with what the policy made of it."""
    [given] = accepted(store)
    claim(store)
    first = new_attempt(response_body=b"\xff\x00", error="oops", fault="500")
    end(store, given, State.PENDING, first)
    claim(store, NOON + MINUTE)
    second = new_attempt(2, outcome="200", status_code=200, decision="delivered")
    end(store, given, State.DELIVERED, second)
    message = store.message(given)
    assert message.attempts == [first, second]
    assert (message.attempts_made, message.tries, message.claim) == (2, 2, None)
    assert (message.state, message.next_attempt_at) == (State.DELIVERED, None)


def test_a_copy_counts_as_an_attempt_and_not_as_a_try(store: Store) -> None:
    """The retry policy never hears of it, nor do the failed attempts."""
    [given] = accepted(store)
    claim(store)
    copy = new_attempt(2, copy_of=1, decision=None, next_attempt_at=None)
    end(store, given, State.PENDING, new_attempt(1), copy)
    message, figures = store.message(given), store.figures()
    assert (message.attempts_made, message.tries) == (2, 1)
    assert (figures.attempts, figures.failed_attempts) == (2, 1)


def test_a_retry_of_a_message_without_a_webhook_is_held(store: Store) -> None:
    """Its webhook went while it was in flight; the attempt still counts."""
    [given] = accepted(store)
    claim(store)
    store.move("ip1:ip1-10001", None, NOON)
    end(store, given, State.PENDING)
    message = store.message(given)
    assert (message.state, message.next_attempt_at, message.tries) == (State.HELD, None, 1)
    assert store.next_due() is None
    store.move("ip1:ip1-10001", THERE, NOON + SECOND)
    assert claim(store, NOON + SECOND) == [given]


def test_a_claim_that_is_given_up_ends_though_the_message_is_held_by_now(store: Store) -> None:
    """Its webhook went before it was sent, and comes back: it does not wait for its lease."""
    [given] = accepted(store)
    [message] = store.claim(NOON, LEASE, plenty)
    store.move("ip1:ip1-10001", None, NOON)
    store.postpone(given, NOON, message.claim)
    assert store.message(given).next_attempt_at is None
    store.move("ip1:ip1-10001", THERE, NOON)
    assert claim(store) == [given]


def test_what_a_reset_forgot_is_not_recorded(store: Store) -> None:
    """Not under its own id, and not on a new message that has that id by chance."""
    [old] = accepted(store)
    [claimed] = store.claim(NOON, LEASE, plenty)
    was = claimed.claim
    store.reset(NOON)
    accept(store, new_message(old))
    [new] = store.claim(NOON, LEASE, plenty)
    assert (new.id, new.epoch) != (claimed.id, claimed.epoch)
    store.record([Result(claimed, (new_attempt(),), State.FAILED, None, was)])
    assert store.message(old).state is State.PENDING
    assert store.figures().attempts == 0
