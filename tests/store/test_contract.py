"""What every store must do: the contract, one clause a test.

Nothing here counts on a store handing out the same object twice: it is asked again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from mohook.delivery.message import Attempt, Message, State
from mohook.errors import NotFoundError, StoreError
from mohook.store.store import MessageFilter, Result, Store
from tests.store.made import HERE, MINUTE, NOON, SECOND, THERE, new_attempt, new_message

NewStore = Callable[[int], Store]
LEASE = 40 * SECOND


def plenty(_: str) -> int:
    return 1_000


def accept(store: Store, *messages: Message) -> list[str]:
    store.accept(messages)
    return [message.id for message in messages]


def accepted(store: Store, count: int = 1, **changes: object) -> list[str]:
    """Put in so many new messages; return their ids."""
    return accept(store, *(new_message(store.next_id(), **changes) for _ in range(count)))


def claim(store: Store, now: datetime = NOON, room: Callable[[str], int] = plenty) -> list[str]:
    return [message.id for message in store.claim(now, LEASE, room)]


def end(store: Store, message_id: str, state: State, *attempts: Attempt) -> None:
    """Record an attempt, or these, after which the message stands at `state`."""
    retry_at = NOON + MINUTE if state is State.PENDING else None
    words = {State.PENDING: "retry", State.DELIVERED: "delivered", State.FAILED: "given-up"}
    made = attempts or (new_attempt(decision=words[state], next_attempt_at=retry_at),)
    store.record([Result(store.message(message_id), made, state, retry_at)])


def ids(store: Store, **wanted: object) -> list[str]:
    return [message.id for message in store.messages(MessageFilter(**wanted))]  # type: ignore[arg-type]


# Accepting


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


# Claiming


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
    """Whoever claimed it is taken for dead, and not a moment before."""
    given = accepted(store, 2)
    claim(store)
    assert store.next_due() == NOON + LEASE
    assert claim(store, NOON + LEASE - SECOND) == []
    assert claim(store, NOON + LEASE) == given
    assert claim(store, NOON + LEASE) == []


def test_recording_ends_the_lease(store: Store) -> None:
    """A retry is due at its own time, which may be before the lease would have ended."""
    [given] = accepted(store)
    claim(store)
    store.record([Result(store.message(given), (new_attempt(),), State.PENDING, NOON + SECOND)])
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


# Next due


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


# Recording


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
    assert (message.attempts_made, message.tries, message.leased_until) == (2, 2, None)
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


def test_what_a_reset_forgot_is_not_recorded(store: Store) -> None:
    """Not under its own id, and not on a new message that has that id by chance."""
    [old] = accepted(store)
    [claimed] = store.claim(NOON, LEASE, plenty)
    store.reset(NOON)
    accept(store, new_message(old))
    store.record([Result(claimed, (new_attempt(),), State.FAILED, None)])
    assert store.message(old).state is State.PENDING
    assert store.figures().attempts == 0


# Postponing, moving, sending again


def test_a_postponed_message_is_due_at_its_new_time_alone(store: Store) -> None:
    """Later or earlier, claimed or not; a lease on it ends."""
    [given] = accepted(store)
    claim(store)
    store.postpone(given, NOON + 10 * MINUTE)
    assert store.next_due() == NOON + 10 * MINUTE
    store.postpone(given, NOON + MINUTE)
    assert claim(store, NOON + MINUTE - SECOND) == []
    assert claim(store, NOON + MINUTE) == [given]


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
    store.reopen([store.message(given)], THERE, NOON + MINUTE)
    message, figures = store.message(given), store.figures()
    assert (message.state, message.tries, message.attempts_made) == (State.PENDING, 0, 1)
    assert (message.destination, message.next_attempt_at) == (THERE, NOON + MINUTE)
    assert (figures.delivered, figures.failed, store.pending()) == (0, 0, 1)
    assert claim(store, NOON + MINUTE) == [given]


def test_only_finished_messages_are_reopened(store: Store) -> None:
    """What is pending or held stays as it is."""
    given = [*accepted(store, next_attempt_at=NOON + MINUTE), *accepted(store, destination=None)]
    before = [store.message(each) for each in given]
    store.reopen(before, THERE, NOON)
    assert [store.message(each) for each in given] == before
    assert store.next_due() == NOON + MINUTE


# Keeping


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
        store.reopen([store.message(often)], HERE, NOON)
        claim(store)
    end(store, often, State.DELIVERED)
    assert sorted(ids(store)) == sorted([often, once])
    assert (store.figures().delivered, store.figures().failed) == (1, 1)


# Asking


@pytest.fixture
def mixed(store: Store) -> Sequence[str]:
    """Give five messages: ip1 pending, IntelePeer pending, held, delivered, failed."""
    a, b = accepted(store), accepted(store, provider="intelepeer", recipient="+12161112222")
    d, e = accepted(store), accepted(store)
    claim(store)
    end(store, d[0], State.DELIVERED)
    end(store, e[0], State.FAILED)
    return [*a, *b, *d, *e, *accepted(store, destination=None)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"provider": "intelepeer"}, [1]),
        ({"provider": "ip1"}, [0, 2, 3, 4]),
        ({"state": State.PENDING}, [0, 1]),
        ({"state": State.DELIVERED}, [2]),
        ({"state": State.FAILED}, [3]),
        ({"state": State.HELD}, [4]),
        ({"recipient": "+12161112222"}, [1]),
        ({"recipient": "+1"}, []),
        ({"provider": "ip1", "state": State.PENDING}, [0]),
        ({"limit": 2}, [0, 1]),
        ({"limit": 0}, []),
    ],
)
def test_a_filter_names_all_that_must_fit(
    store: Store, mixed: Sequence[str], wanted: dict[str, object], found: list[int]
) -> None:
    """In the order of acceptance, no more than the limit."""
    assert ids(store, **wanted) == [mixed[each] for each in found]


def test_after_goes_on_where_a_page_ended(store: Store, mixed: Sequence[str]) -> None:
    """Page by page, every message comes once; an id that is gone still tells where."""
    assert ids(store, after=mixed[1], limit=2) == list(mixed[2:4])
    assert ids(store, after=mixed[-1]) == []
    accepted(store, 8)
    assert len(ids(store, after=mixed[-1])) == 8
    assert ids(store, after="no such id")[: len(mixed)] == list(mixed)


def test_figures_count_each_failed_attempt(store: Store, mixed: Sequence[str]) -> None:
    """By outcome and by provider; what is asked for later does not change what was told."""
    figures = store.figures()
    assert (figures.received, figures.delivered, figures.failed) == (5, 1, 1)
    assert (figures.attempts, figures.failed_attempts) == (2, 1)
    assert figures.by_outcome == {"500": 2}
    assert figures.by_provider["intelepeer"] == {
        "received": 1,
        "delivered": 0,
        "failed": 0,
        "attempts": 0,
        "failed_attempts": 0,
    }
    assert figures.by_provider["ip1"]["received"] == 4
    end(store, mixed[0], State.FAILED)
    assert figures.by_outcome == {"500": 2}
    assert store.figures().by_outcome == {"500": 3}


# The journal


def test_the_journal_tells_what_happened_in_order(store: Store) -> None:
    """Accepted, attempted, moved, noted: numbered from one without a gap."""
    [given] = accepted(store)
    claim(store)
    end(store, given, State.PENDING)
    store.move("ip1:ip1-10001", None, NOON)
    store.note(NOON, "webhook.changed", {"webhook": None})
    events = store.journal.after(0, 100)
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert [(event.kind, event.message_id) for event in events] == [
        ("message.accepted", given),
        ("attempt.ended", given),
        ("message.moved", given),
        ("webhook.changed", None),
    ]
    assert events[1].subject == store.message(given).attempts[0]


def test_whoever_reads_of_an_attempt_finds_the_message_as_it_left_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry is written when all else is: who waits for news misses no state."""
    [given] = accepted(store)
    claim(store)
    seen: list[State] = []
    write = store.journal.append

    def note(*entry: object) -> None:
        seen.append(store.message(given).state)
        write(*entry)  # type: ignore[arg-type]

    monkeypatch.setattr(store.journal, "append", note)
    end(store, given, State.DELIVERED)
    assert seen == [State.DELIVERED]


def test_a_write_wakes_who_waits_for_news(store: Store) -> None:
    """Another thread's write ends the wait, long before its limit."""
    told: list[bool] = []
    waiting = Thread(target=lambda: told.append(store.journal.wait(store.journal.last, 30)))
    waiting.start()
    while waiting.is_alive():
        store.note(NOON, "tick", {})
    waiting.join()
    assert told == [True]


# Carrying over


def filled(store: Store) -> Store:
    """Return the store with a message in every state, attempts and copies included."""
    given = accepted(store, 4)
    accepted(store, destination=None)
    accepted(
        store,
        next_attempt_at=NOON + MINUTE,
        body="\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    )
    claim(store)
    end(store, given[0], State.DELIVERED)
    end(store, given[1], State.FAILED)
    copy = new_attempt(2, copy_of=1, decision=None, response_body=bytes(range(256)))
    end(store, given[2], State.PENDING, new_attempt(1), copy)
    return store


def test_a_dump_holds_everything_and_is_json(new_store: NewStore) -> None:
    """Written as JSON and loaded elsewhere, messages and figures are the same."""
    store, again = filled(new_store(100)), new_store(100)
    again.load(json.loads(json.dumps(store.dump())))
    again_messages = again.messages(MessageFilter())
    for message in store.messages(MessageFilter()):
        message.leased_until = None
    assert again_messages == store.messages(MessageFilter())
    assert again.figures() == store.figures()
    assert (again.pending(), again.held()) == (store.pending(), store.held())
    assert again.dump() == store.dump()


def test_what_was_in_flight_is_due_again_where_it_is_loaded(new_store: NewStore) -> None:
    """A lease is not carried over; ids go on behind those loaded."""
    store, again = filled(new_store(100)), new_store(100)
    again.load(store.dump())
    assert claim(again) == ["m4"]
    assert again.next_id() not in ids(again)


def test_loading_replaces_all_there_was(store: Store, new_store: NewStore) -> None:
    """Nothing of before is due, counted or found."""
    empty = new_store(100).dump()
    filled(store).load(empty)
    assert ids(store, limit=9) == []
    assert (store.pending(), store.held(), store.next_due()) == (0, 0, None)
    assert store.figures().received == 0


MESSAGE_CHANGES: list[dict[str, object]] = [
    {"state": "lost"},
    {"state": None},
    {"colour": "red"},
    {"payload": "no base64!"},
    {"payload": 5},
    {"payload": "W10="},  # a JSON array
    {"payload": "bm8="},  # no JSON at all
    {"created_at": "yesterday"},
    {"created_at": 5},
    {"created_at": None},
    {"created_at": "2026-01-01T12:00:00"},
    {"next_attempt_at": "2026-01-01T12:00:00"},
    {"next_attempt_at": None, "state": "pending"},
    {"destination": None, "state": "pending"},
    {"destination": 5},
    {"id": 5},
    {"provider": None},
    {"destination": HERE, "state": "held"},
    {"tries": "many"},
    {"attempts_made": None},
    {"body": None},
    {"via": []},
    {"attempts": None},
    {"attempts": [{}]},
    {"attempts": ["x"]},
]
ATTEMPT_CHANGES: list[dict[str, object]] = [
    {"number": "one"},
    {"started_at": "2026-01-01T12:00:00"},
    {"started_at": None},
    {"outcome": 500},
    {"status_code": "500"},
    {"timings": [1, 2, 3, 4, 5, 6, 7]},
    {"timings": "abcdef"},
    {"timings": None},
    {"request_headers": [["a"]]},
    {"request_headers": 5},
    {"response_body": None},
    {"copy_of": "1"},
    {"decision": 5},
    {"url": None},
]


def refuses(store: Store, bad: object) -> None:
    before = json.dumps(store.dump())
    with pytest.raises(StoreError, match="nothing changed"):
        store.load(bad)  # type: ignore[arg-type]
    assert json.dumps(store.dump()) == before


@pytest.mark.parametrize("change", MESSAGE_CHANGES, ids=repr)
def test_a_message_of_another_form_is_not_loaded(store: Store, change: dict[str, object]) -> None:
    """The error says so, and the store stands as it stood."""
    good = filled(store).dump()
    refuses(store, {**good, "messages": [{**good["messages"][0], **change}]})


@pytest.mark.parametrize("change", ATTEMPT_CHANGES, ids=repr)
def test_an_attempt_of_another_form_is_not_loaded(store: Store, change: dict[str, object]) -> None:
    """The error says so, and the store stands as it stood."""
    good = filled(store).dump()
    message = good["messages"][0]
    bad = {**message, "attempts": [{**message["attempts"][0], **change}]}
    refuses(store, {**good, "messages": [bad]})


@pytest.mark.parametrize(
    "bad",
    [
        {},
        [],
        "snapshot",
        None,
        {"messages": []},
        {"messages": [], "figures": None},
        {"messages": [], "figures": {"received": "many"}},
        {"messages": [], "figures": {"colour": 1}},
        {"messages": [], "figures": {"by_outcome": {"500": "x"}}},
        {"messages": [], "figures": {"by_provider": {"ip1": {"received": 1}}}},
        {"messages": {"a": 1}, "figures": {}},
        {"messages": ["x"], "figures": {}},
    ],
    ids=repr,
)
def test_what_is_no_dump_is_not_loaded(store: Store, bad: object) -> None:
    """The error says so, and the store stands as it stood."""
    refuses(filled(store), bad)


def test_the_same_message_twice_is_not_loaded(store: Store) -> None:
    """An id stands for one message."""
    good = filled(store).dump()
    refuses(store, {**good, "messages": good["messages"] * 2})


def test_a_reset_forgets_all_but_the_journals_numbers(store: Store) -> None:
    """Whoever follows the journal sees the reset as the next entry."""
    last = filled(store).journal.last
    store.reset(NOON)
    assert ids(store) == []
    assert (store.pending(), store.held(), store.next_due()) == (0, 0, None)
    assert store.figures().received == 0
    assert [(event.number, event.kind) for event in store.journal.after(last, 9)] == [
        (last + 1, "reset")
    ]
