"""The contract of a store: all of it as JSON and back, or nothing of it."""

from __future__ import annotations

import json

import pytest

from mohook.delivery.message import State
from mohook.errors import StoreError
from mohook.store.store import MessageFilter, Store
from tests.store.conftest import NewStore
from tests.store.made import HERE, MINUTE, NOON, new_attempt
from tests.store.steps import accepted, claim, end, ids


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
        store.load(bad)  # type: ignore[arg-type] # the mistake
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
    assert store.journal.first == store.journal.last == last + 1
    assert [(event.number, event.kind) for event in store.journal.after(0, 9)] == [
        (last + 1, "reset")
    ]
