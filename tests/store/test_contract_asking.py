"""The contract of a store: filters, figures and the journal."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread

import pytest

from mohook.delivery.message import State
from mohook.store.journal import Standing
from mohook.store.store import Store
from tests.store.made import HERE, MINUTE, NOON, SECOND, THERE
from tests.store.steps import NO_TIME, accepted, claim, end, ids


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
        ({"newest_first": True}, [4, 3, 2, 1, 0]),
        ({"newest_first": True, "limit": 2}, [4, 3]),
        ({"newest_first": True, "provider": "ip1", "limit": 3}, [4, 3, 2]),
        ({"search": "2161112"}, [1]),
        ({"search": "earl", "state": State.HELD}, [4]),
        ({"search": "MY NAME"}, [0, 1, 2, 3, 4]),
        ({"search": "nobody"}, []),
    ],
)
def test_a_filter_names_all_that_must_fit(
    store: Store, mixed: Sequence[str], wanted: dict[str, object], found: list[int]
) -> None:
    """In the order of acceptance, no more than the limit."""
    assert ids(store, **wanted) == [mixed[each] for each in found]


def test_without_a_limit_every_message_is_found(store: Store) -> None:
    """A hundred is the most unless something else is said; None is no bound at all."""
    every = accepted(store, 101)
    assert ids(store) == every[:100]
    assert ids(store, limit=None) == every


def test_after_goes_on_where_a_page_ended(store: Store, mixed: Sequence[str]) -> None:
    """Page by page, every message comes once; an id that is gone still tells where."""
    assert ids(store, after=mixed[1], limit=2) == list(mixed[2:4])
    assert ids(store, after=mixed[-1]) == []
    accepted(store, 8)
    assert len(ids(store, after=mixed[-1])) == 8
    assert ids(store, after="no such id")[: len(mixed)] == list(mixed)


def test_before_goes_back_where_a_page_ended(store: Store, mixed: Sequence[str]) -> None:
    """Newest first, page by page; with `after` both bounds hold."""
    assert ids(store, before=mixed[3], newest_first=True, limit=2) == [mixed[2], mixed[1]]
    assert ids(store, before=mixed[3]) == list(mixed[:3])
    assert ids(store, before=mixed[0], newest_first=True) == []
    assert ids(store, after=mixed[0], before=mixed[4]) == list(mixed[1:4])


def test_ids_name_the_only_ones_that_may_be_found(store: Store, mixed: Sequence[str]) -> None:
    """Those that are there and fit, in the order of acceptance."""
    named = frozenset([mixed[3], mixed[0], mixed[4], "m999", "no such id"])
    assert ids(store, ids=named) == [mixed[0], mixed[3], mixed[4]]
    assert ids(store, ids=named, newest_first=True, limit=2) == [mixed[4], mixed[3]]
    assert ids(store, ids=named, state=State.FAILED) == [mixed[3]]
    assert ids(store, ids=frozenset()) == []


def test_a_search_finds_text_numbers_and_the_id(store: Store) -> None:
    """Letter case does not count, in any script; an id must be whole."""
    (upper,) = accepted(store, body="ÅNGSTRÖ")
    (number,) = accepted(store, sender="46701234567")
    assert ids(store, search="ångströ") == [upper]
    assert ids(store, search="01234") == [number]
    assert ids(store, search=upper) == [upper]
    assert ids(store, search="m") == [number]  # of "my name": the id is not searched in part


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


def test_what_is_due_and_not_sent_is_counted(store: Store) -> None:
    """Up to as many as asked for; neither what is claimed, nor what is due later, nor held."""
    given = [*accepted(store, 3), *accepted(store, destination=THERE)]
    accepted(store, destination=None)
    assert [store.due(NOON - SECOND, 9), store.due(NOON, 9), store.due(NOON, 2)] == [0, 4, 2]
    claim(store, room={HERE: 1, THERE: 1}.__getitem__)
    assert [store.due(NOON, 9), store.due(NOON, 1)] == [2, 1]
    end(store, given[0], State.PENDING)
    end(store, given[3], State.DELIVERED)
    assert [store.due(NOON, 9), store.due(NOON + MINUTE, 9)] == [2, 3]
    store.postpone(given[1], NOON + MINUTE)
    assert store.due(NOON, 9) == 1
    store.postpone(given[1], NOON)
    claim(store, lease=NO_TIME)
    assert store.next_due() == NOON  # it looks, and the leases have run out
    assert store.due(NOON, 9) == 2


def test_what_moved_while_it_was_sent_is_counted_once(store: Store) -> None:
    """And what is held by now not at all, until it waits again."""
    accepted(store)
    claim(store)
    store.move("ip1:ip1-10001", None, NOON)
    accepted(store, endpoint="ip1:ip1-2")
    assert store.due(NOON, 9) == 1
    for destination in (THERE, HERE, THERE):
        store.move("ip1:ip1-2", destination, NOON)
    assert store.due(NOON, 9) == 1


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


def test_whoever_reads_of_an_attempt_finds_the_message_as_it_left_it(store: Store) -> None:
    """A thread that waits for news never reads of an end that the message does not show."""
    given = accepted(store, 80)
    last = store.journal.last
    claim(store)
    seen: list[State] = []

    def read() -> None:
        after = last
        while len(seen) < len(given):
            store.journal.wait(after, 30)
            for event in store.journal.after(after, 1_000):
                after = event.number
                seen.append(store.message(event.message_id or "").state)

    reading = Thread(target=read)
    reading.start()
    for each in given:
        end(store, each, State.DELIVERED)
    reading.join()
    assert seen == [State.DELIVERED] * len(given)


def test_the_journal_tells_which_messages_have_changed(store: Store) -> None:
    """Without the entries themselves: of as many as asked for, and whether all was forgotten."""
    given = accepted(store, 3)
    claim(store)
    end(store, given[0], State.PENDING)
    store.note(NOON, "webhook.changed", {})
    changes = store.journal.changes
    assert changes(0, 100) == (frozenset(given), False)
    assert changes(1, 2) == (frozenset(given[1:]), False)
    assert changes(3, 1) == (frozenset(given[:1]), False)
    assert changes(4, 100) == changes(5, 100) == changes(0, 0) == (frozenset(), False)
    last = store.journal.last
    store.reset(NOON)
    assert changes(last, 100) == (frozenset(), True)


def test_an_entry_tells_of_a_message_as_it_stood(store: Store) -> None:
    """What became of it later stands in later entries alone."""
    [given] = accepted(store)
    claim(store)
    end(store, given, State.PENDING)
    store.move("ip1:ip1-10001", None, NOON)
    accepted_, _, moved = [event.subject for event in store.journal.after(0, 9)]
    assert isinstance(accepted_, Standing)
    assert isinstance(moved, Standing)
    assert accepted_[1:] == (State.PENDING, NOON, 0, "webhook")
    assert moved[1:] == (State.HELD, None, 1, "webhook")
    assert {each.message.body for each in (accepted_, moved)} == {"Hi my name is earl"}


def test_a_write_wakes_who_waits_for_news(store: Store) -> None:
    """Another thread's write ends the wait, long before its limit."""
    told: list[bool] = []
    waiting = Thread(target=lambda: told.append(store.journal.wait(store.journal.last, 30)))
    waiting.start()
    while waiting.is_alive():
        store.note(NOON, "tick", {})
    waiting.join()
    assert told == [True]


def test_messages_are_found_by_the_way_they_went(store: Store) -> None:
    """What went to the CPaaS platform is told from what is posted."""
    posted = accepted(store)
    inbox = accepted(
        store, via="cpaas", state=State.DELIVERED, destination=None, next_attempt_at=None
    )
    assert (ids(store, via="cpaas"), ids(store, via="webhook")) == (inbox, posted)
