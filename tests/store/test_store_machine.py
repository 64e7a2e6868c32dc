"""A store against a model that is too simple to be wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mohook.delivery.message import Message, State
from mohook.store.store import MessageFilter, Result, Store
from tests.store.conftest import NewStore
from tests.store.made import HERE, NOON, SECOND, THERE, new_attempt, new_message
from tests.store.steps import LEASE, NO_TIME

KEEP = 3
EXAMPLES = {"sqlite": 25, "postgres": 10}
"""Fewer where each step waits for a disk; the steps are the same."""
ENDPOINTS = ["ip1:a", "ip1:b"]
PLACES = st.sampled_from([HERE, THERE, None])


@dataclass
class Known:
    """What the model knows of one message."""

    endpoint: str
    destination: str | None
    due: timedelta | None
    state: State
    tries: int = 0
    attempts: int = 0
    claim: int | None = None
    dead: bool = False


class StoreMachine(RuleBasedStateMachine):
    """Puts a store and the model through the same, and compares all that can be asked."""

    new_store: NewStore

    @initialize()
    def begin(self) -> None:
        self.store: Store = self.new_store(KEEP)
        self.known: dict[str, Known] = {}
        self.finished: list[str] = []
        self.now = timedelta()
        self.received = self.made = 0
        self.journal = 0
        self.again: tuple[Message, int | None] | None = None
        self.claims_of_before: set[int | None] = set()

    def teardown(self) -> None:
        self.store.close()

    @rule(endpoint=st.sampled_from(ENDPOINTS), to=PLACES, after=st.integers(0, 90))
    def accept(self, endpoint: str, to: str | None, after: int) -> None:
        due = None if to is None else self.now + after * SECOND
        state = State.PENDING if to else State.HELD
        message = new_message(
            self.store.next_id(),
            endpoint=endpoint,
            destination=to,
            next_attempt_at=None if due is None else NOON + due,
            state=state,
        )
        assert message.id not in self.known
        self.store.accept([message])
        self.known[message.id] = Known(endpoint, to, due, state)
        self.received += 1

    @rule(seconds=st.integers(0, 60))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(here=st.integers(0, 3), there=st.integers(0, 3), dies=st.booleans())
    def claim(self, here: int, there: int, dies: bool) -> None:
        """Claim, perhaps as one who dies of it: a lease of no time has run out by the next."""
        rooms = {HERE: here, THERE: there}
        lease = NO_TIME if dies else LEASE
        made = {
            each.id: each.claim
            for each in self.store.claim(NOON + self.now, lease, rooms.__getitem__)
        }
        claimed = list(made)
        self.end_leases()
        due = self.due()
        assert len(set(claimed)) == len(claimed)
        assert set(claimed) <= set(due)
        dues = [due[each] for each in claimed]
        assert dues == sorted(dues)
        for place, room in rooms.items():
            mine = [each for each in due if self.known[each].destination == place]
            taken = [each for each in claimed if self.known[each].destination == place]
            assert len(taken) == min(room, len(mine))
            left = [due[each] for each in set(mine) - set(taken)]
            assert all(due[each] <= min(left) for each in taken if left)
        for each in claimed:
            known = self.known[each]
            assert made[each] is not None
            assert made[each] not in self.claims_of_before
            known.claim, known.dead = made[each], dies
        self.claims_of_before |= set(made.values())

    def end_leases(self) -> None:
        for known in self.known.values():
            if known.dead:
                known.claim, known.dead = None, False

    def due(self) -> dict[str, timedelta]:
        """Return when each message was due that is due by now, and that nobody is sending."""
        return {
            each: known.due
            for each, known in self.known.items()
            if known.state is State.PENDING and known.claim is None
            if known.due is not None and known.due <= self.now
        }

    @precondition(lambda self: any(known.claim is not None for known in self.known.values()))
    @rule(data=st.data(), state=st.sampled_from([State.PENDING, State.DELIVERED, State.FAILED]),
          after=st.integers(0, 90), copies=st.integers(0, 2))  # fmt: skip
    def record(self, data: st.DataObject, state: State, after: int, copies: int) -> None:
        flying = [each for each, known in self.known.items() if known.claim is not None]
        one = data.draw(st.sampled_from(flying))
        known = self.known[one]
        self.again = (self.store.message(one), known.claim)
        due = self.now + after * SECOND if state is State.PENDING else None
        attempts = [new_attempt(known.attempts + 1)]
        attempts += [new_attempt(0, copy_of=1, decision=None) for _ in range(copies)]
        retry_at = None if due is None else NOON + due
        message = self.store.message(one)
        self.store.record([Result(message, tuple(attempts), state, retry_at, known.claim)])
        known.claim, known.dead = None, False
        known.tries += 1
        known.attempts += 1 + copies
        self.made += 1 + copies
        if state is State.PENDING and known.destination is None:
            known.state, known.due = State.HELD, None
        else:
            known.state, known.due = state, due
        if state is not State.PENDING:
            self.finished.append(one)
            for gone in self.finished[:-KEEP]:
                del self.known[gone]
            self.finished = self.finished[-KEEP:]

    @precondition(lambda self: self.again)
    @rule(state=st.sampled_from([State.PENDING, State.DELIVERED, State.FAILED]))
    def record_again(self, state: State) -> None:
        """Under a claim that has ended, whatever has happened since: it changes nothing."""
        assert self.again
        message, claim = self.again
        due = NOON if state is State.PENDING else None
        self.store.record([Result(message, (new_attempt(),), state, due, claim)])

    @precondition(lambda self: self.known)
    @rule(data=st.data(), after=st.integers(0, 90))
    def postpone(self, data: st.DataObject, after: int) -> None:
        one = data.draw(st.sampled_from(list(self.known)))
        known = self.known[one]
        mine = data.draw(st.booleans())
        claim = known.claim if mine else None
        self.store.postpone(one, NOON + self.now + after * SECOND, claim)
        if known.state is State.PENDING and known.claim == claim:
            known.due, known.claim, known.dead = self.now + after * SECOND, None, False

    @rule(endpoint=st.sampled_from(ENDPOINTS), to=PLACES)
    def move(self, endpoint: str, to: str | None) -> None:
        self.store.move(endpoint, to, NOON + self.now)
        for known in self.known.values():
            waits = known.state in (State.PENDING, State.HELD)
            if known.endpoint == endpoint and waits and known.destination != to:
                known.destination = to
                known.state = State.PENDING if to else State.HELD
                known.due = None if to is None else self.now if known.due is None else known.due

    @precondition(lambda self: self.finished)
    @rule(data=st.data(), to=PLACES)
    def reopen(self, data: st.DataObject, to: str | None) -> None:
        one = data.draw(st.sampled_from(self.finished))
        self.store.reopen([one], to, NOON + self.now)
        known = self.known[one]
        known.state = State.PENDING if to else State.HELD
        known.destination, known.due, known.tries = to, self.now if to else None, 0
        self.finished.remove(one)

    @rule()
    def carry_over(self) -> None:
        order = {each: place for place, each in enumerate(self.finished)}
        again = self.new_store(KEEP)
        again.load(json.loads(json.dumps(self.store.dump())))
        self.store.close()
        self.store, self.journal = again, 0
        for known in self.known.values():
            known.claim, known.dead = None, False
        self.again = None  # another store counts its claims by itself
        self.claims_of_before = set()
        # Who finished first is not carried over, only who came first.
        self.finished = sorted(order, key=lambda each: int(each[1:]))

    @rule()
    def reset(self) -> None:
        self.store.reset(NOON + self.now)
        self.known, self.finished = {}, []
        self.received = self.made = 0

    @invariant()
    def agrees(self) -> None:
        messages = self.store.messages(MessageFilter(limit=10_000))
        assert {
            message.id: (
                message.state,
                message.destination,
                message.next_attempt_at,
                message.tries,
                message.attempts_made,
                len(message.attempts),
            )
            for message in messages
        } == {
            each: (
                known.state,
                known.destination,
                None if known.due is None else NOON + known.due,
                known.tries,
                known.attempts,
                known.attempts,
            )
            for each, known in self.known.items()
        }

    @invariant()
    def counts(self) -> None:
        states = [known.state for known in self.known.values()]
        figures = self.store.figures()
        assert self.store.pending() == states.count(State.PENDING)
        assert self.store.held() == states.count(State.HELD)
        assert (figures.received, figures.attempts) == (self.received, self.made)
        assert figures.delivered + figures.failed >= len(self.finished)

    @invariant()
    def wakes_in_time(self) -> None:
        due = self.store.next_due()
        self.end_leases()
        waits = [
            known.due
            for known in self.known.values()
            if known.claim is None and known.state is State.PENDING
        ]
        assert due == (NOON + min(each for each in waits if each is not None) if waits else None)
        claimed = any(known.claim is not None for known in self.known.values())
        assert (self.store.lease_ends() is not None) == claimed

    @invariant()
    def journal_goes_on(self) -> None:
        assert self.store.journal.last >= self.journal
        self.journal = self.store.journal.last


@pytest.mark.slow
def test_a_store_does_what_the_model_does(new_store: NewStore, kind: str) -> None:
    """Whatever is done to it, in whatever order."""

    class Machine(StoreMachine):
        pass

    Machine.new_store = staticmethod(new_store)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES.get(kind, 100),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
