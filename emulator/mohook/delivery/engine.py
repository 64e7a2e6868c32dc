"""The engine: takes what is due, applies the fault script, sends, and records what came of it.

It has no thread and no loop of its own: drivers (`live.py`, `manual.py`) call `start_due` and
`collect` in turn. All calls come from one thread at a time, which holds the engine's `turn`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from mohook.delivery.clock import Clock
from mohook.delivery.faults import FaultKind, FaultPlan, FaultStep
from mohook.delivery.message import Attempt, Message, State, Timings
from mohook.delivery.outcome import FAILURES, LOST_ACK
from mohook.delivery.recorder import Recorder, under_claims
from mohook.delivery.retry import Decision, Delivered, GivenUp, RetryAt, RetryPolicy
from mohook.delivery.tally import AttemptTally
from mohook.delivery.transports.headers import request_headers
from mohook.delivery.transports.transport import Exchange, Request, Transport
from mohook.delivery.turn import Turn
from mohook.store.store import Result, Room, Store

__all__ = ["REORDER_HOLD", "UNRECORDED", "Engine", "Flight", "Rules"]

REORDER_HOLD = timedelta(minutes=1)
"""How long a message that is to be overtaken waits when no other comes by."""
LEASE_MARGIN = timedelta(seconds=30)
"""Real time between the end of the slowest request and the end of its lease."""
UNRECORDED = 256
"""How many attempts may have ended and not be recorded: while it is more, nothing is started."""
_HELD_BACK = {FaultKind.DELAY, FaultKind.REORDER}
_SCRIPTED = {FaultKind.STATUS, FaultKind.TIMEOUT, FaultKind.RESET, FaultKind.REFUSED}


@dataclass(frozen=True, slots=True)
class Rules:
    """How one provider delivers, settled once from the settings.

    `acknowledging` holds the outcomes that end a message as delivered: `{"200"}`.
    """

    policy: RetryPolicy
    acknowledging: frozenset[str]
    retries_failures: bool = True
    renew: Callable[[Message, datetime], bytes] | None = None

    def decide(self, attempt: int, outcome: str, now: datetime) -> Decision:
        """Return what follows attempt number `attempt`, which began at `now`."""
        if not self.retries_failures and outcome in FAILURES:
            return GivenUp()
        return self.policy.decide(attempt, acknowledged=outcome in self.acknowledging, now=now)


@dataclass(slots=True)
class Flight:
    """An attempt under way: one request, or two of the same when it is duplicated."""

    message: Message
    destination: str
    url: str
    body: bytes
    started_at: datetime
    step: FaultStep | None
    expected: int = 1
    claim: int | None = None
    ended: tuple[Exchange, ...] = ()
    overtakes: Sequence[str] = ()

    def land(self, exchange: Exchange) -> bool:
        """Note how a request ended; tell whether it was the last one."""
        self.ended += (exchange,)
        return len(self.ended) == self.expected


class Engine:
    """Decides what is sent when; knows neither sockets nor time but through what it is given.

    `routes` tells the webhook of an endpoint, None when it has none. `time_limit` is real
    time. At most `per_receiver` requests are in flight to one origin, and `in_all` to all.
    With `shuffle`, messages that are due together go out in an order drawn from it.
    `on_progress` is called when attempts have been recorded, or the clock was moved by hand.

    Where the store is away for a moment, calls raise StoreAwayError, and what has ended is
    recorded by a later one.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        transport: Transport[Flight],
        routes: Callable[[str], str | None],
        rules: Mapping[str, Rules],
        faults: FaultPlan,
        time_limit: timedelta,
        per_receiver: int = 64,
        in_all: int = 8_000,
        shuffle: Random | None = None,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._transport = transport
        self._routes = routes
        self._rules = rules
        self._faults = faults
        self._time_limit = time_limit
        self._lease = time_limit + LEASE_MARGIN
        self._per_receiver = per_receiver
        self._in_all = in_all
        self._shuffle = shuffle
        self.on_progress = on_progress
        self.turn = Turn()
        self._under_way: dict[str, Flight] = {}
        self._busy: dict[str, int] = {}
        self._scripted: list[tuple[Flight, Exchange]] = []
        self.tally = AttemptTally()
        self._recorder = Recorder(store, self.wake, beside=store.sharing is not None)
        self._unrecorded: list[tuple[Flight, Result]] = []

    @property
    def in_flight(self) -> int:
        """How many requests are under way, or have ended and are not recorded yet."""
        unrecorded = len(self._unrecorded) + self._recorder.backlog
        return self._transport.in_flight + len(self._scripted) + unrecorded

    def room(self, destination: str) -> int:
        """Return how many more requests may be in flight to a destination."""
        if self._recorder.backlog > UNRECORDED:
            return 0
        in_all = self._in_all - self._transport.in_flight
        return max(0, min(in_all, self._per_receiver - self._busy.get(destination, 0)))

    def start_due(self, most: int | None = None, *, ahead: bool = False) -> int:
        """Start attempts that are due now and have room, of `most` messages; return how many.

        With `ahead`, the store may claim more for the calls to come.

        A message that is handed out while it is in flight is left there, under the new claim:
        its lease ran out, for this process stood still or an app took its time.
        """
        now = self._clock.now()
        claimed = self._store.claim(now, self._lease, self._room_for(most), ahead=ahead)
        if self._shuffle:
            self._shuffle.shuffle(claimed)
        begun = 0
        try:
            for message in claimed:
                flight = self._under_way.get(message.id)
                if flight is not None and flight.message.epoch == message.epoch:
                    flight.claim, flight.message = message.claim, message
                else:
                    self._launch(message, now)
                begun += 1
        finally:
            for message in claimed[begun:]:  # an interrupt: they are nobody's now
                self._store.postpone(message.id, message.next_attempt_at or now, message.claim)
        return len(claimed)

    def _room_for(self, most: int | None) -> Room:
        """Return the room of one claim: what one destination is granted, no other gets."""
        left = self._in_all - self._transport.in_flight
        left = left if most is None else min(left, most)

        def room(destination: str) -> int:
            nonlocal left
            granted = max(0, min(left, self.room(destination)))
            left -= granted
            return granted

        return room

    def _launch(self, message: Message, now: datetime) -> None:
        url = self._routes(message.endpoint)
        if url is None:
            self._store.postpone(message.id, now, message.claim)  # nobody is sending it
            self._store.move(message.endpoint, None, now)
            return
        step = self._faults.held_back.resume(message.id)
        if step is None:
            step = self._faults.take(message)
            if step and step.kind in _HELD_BACK:
                self._hold_back(message, step, now)
                return
        self._make(
            Flight(message, message.destination or "", url, self._body(message, now), now, step)
        )

    def _hold_back(self, message: Message, step: FaultStep, now: datetime) -> None:
        self._faults.held_back.hold(message, step)
        self._store.postpone(message.id, now + (step.delay or REORDER_HOLD), message.claim)

    def _make(self, flight: Flight) -> None:
        self._under_way[flight.message.id] = flight
        flight.claim = flight.message.claim
        step = flight.step
        if step and step.kind in _SCRIPTED:
            self._scripted.append((flight, self._scripted_exchange(flight, step)))
            return
        if step and step.kind is FaultKind.DUPLICATE:
            flight.expected = 2
        flight.overtakes = self._faults.held_back.overtaken(flight.message.provider)
        for _ in range(flight.expected):
            self._busy[flight.destination] = self._busy.get(flight.destination, 0) + 1
            self._transport.start(Request(flight.url, flight.body), flight)

    def _scripted_exchange(self, flight: Flight, step: FaultStep) -> Exchange:
        named = step.text if step.kind is not FaultKind.STATUS else str(step.status)
        seconds = self._time_limit.total_seconds() if step.kind is FaultKind.TIMEOUT else 0.0
        return Exchange(
            named,
            step.status,
            f"scripted: the receiver was not reached, {step} stands for its answer",
            Timings(total=seconds),
            request_headers(flight.url, len(flight.body)),
            b"",
            b"",
        )

    def _body(self, message: Message, now: datetime) -> bytes:
        renew = self._rules[message.provider].renew
        return renew(message, now) if renew and message.tries else message.payload

    def collect(self, timeout: float | None, *, in_lots: bool = False) -> list[Attempt]:
        """Wait up to `timeout` real seconds for requests to end; return what has been recorded.

        Those that have ended are recorded before it returns or, with `in_lots` where the store
        lasts, some of them by a later call.
        """
        in_lots = in_lots and self._store.lasting
        longest = self._recorder.bounded(timeout) if in_lots else timeout
        left = self._unrecorded or (self._recorder.backlog and not in_lots)
        ended = self._transport.wait(0 if self._scripted or left else longest)
        scripted, self._scripted = self._scripted, []  # after what an interrupt can end
        for flight, _ in ended:
            self._busy[flight.destination] -= 1
        whole = [flight for flight, exchange in (*scripted, *ended) if flight.land(exchange)]
        now = self._clock.now()
        self._unrecorded += [(flight, self._result(flight, now)) for flight in whole]
        recorded = self._record_in_lots() if in_lots else self._record()
        return self._settled(recorded) if recorded else []

    def _record(self) -> list[tuple[Flight, Result]]:
        if self._recorder.backlog:  # the clock stands since, and the store was away by then
            self._recorder.give(self._unrecorded, last=True)
            self._unrecorded = []
            return self._recorder.take_all()
        if self._unrecorded:  # where it raises, all of it waits for the next time
            self._unrecorded = under_claims(self._unrecorded)
            self._store.record([result for _, result in self._unrecorded])
        recorded, self._unrecorded = self._unrecorded, []
        return recorded

    def _record_in_lots(self) -> list[tuple[Flight, Result]]:
        if self._unrecorded:
            self._recorder.give(self._unrecorded, last=not self._transport.in_flight)
            self._unrecorded = []
        return self._recorder.take() if self._recorder.backlog else []

    def _settled(self, recorded: Sequence[tuple[Flight, Result]]) -> list[Attempt]:
        results, now = [result for _, result in recorded], self._clock.now()
        self.tally.record(results)
        for flight, _ in recorded:
            if self._under_way.get(flight.message.id) is flight:
                self._under_way.pop(flight.message.id, None)
        for flight, result in recorded:
            if flight.claim != result.claim:  # handed out while it was written: it is due again
                message = flight.message
                self._store.postpone(message.id, message.next_attempt_at or now, flight.claim)
            if flight.overtakes:
                self._release(flight.overtakes)
        self.on_progress()
        return [attempt for result in results for attempt in result.attempts]

    def finish(self, patience: float) -> None:
        """Record what has ended, for the last time, within `patience` seconds."""
        self._recorder.close(patience)

    def wake(self) -> None:
        """Make a `collect` in another thread return soon."""
        self._transport.wake()

    def reset(self) -> None:
        """Forget who is under way, or held back by a script: others may get their ids."""
        self._under_way.clear()
        self._faults.held_back.clear()

    def _result(self, flight: Flight, now: datetime) -> Result:
        message = flight.message
        rules = self._rules[message.provider]
        exchanges = _told(flight, rules) if flight.step else flight.ended
        decision = rules.decide(message.tries + 1, exchanges[0].outcome, flight.started_at)
        state, word, retry_at = _consequence(decision, now)
        number = message.attempts_made + 1
        attempts: tuple[Attempt, ...] = (_attempt(flight, number, exchanges[0], word, retry_at),)
        if len(exchanges) > 1:
            attempts += tuple(
                _attempt(flight, copy, exchange, None, None, copy_of=number)
                for copy, exchange in enumerate(exchanges[1:], number + 1)
            )
        return Result(message, attempts, state, retry_at, flight.claim)

    def _release(self, overtaken: Iterable[str]) -> None:
        now = self._clock.now()
        for message_id in overtaken:
            if message_id in self._faults.held_back:
                self._store.postpone(message_id, now)


def _consequence(decision: Decision, now: datetime) -> tuple[State, str, datetime | None]:
    """Return where the message stands, the word for the decision, and when it is due again.

    An attempt that took longer than the spacing is followed by the next one at once.
    """
    if isinstance(decision, Delivered):
        return State.DELIVERED, "delivered", None
    if isinstance(decision, RetryAt):
        return State.PENDING, "retry", max(decision.at, now)
    return State.FAILED, "given-up", None


def _told(flight: Flight, rules: Rules) -> Sequence[Exchange]:
    """Return what the provider is told, by scripted order, an acknowledgement first."""
    if flight.step and flight.step.kind is FaultKind.LOSE_ACK:
        return [_without_ack(exchange) for exchange in flight.ended]
    return sorted(flight.ended, key=lambda each: each.outcome not in rules.acknowledging)


def _without_ack(exchange: Exchange) -> Exchange:
    if exchange.outcome in FAILURES:
        return exchange  # there was no answer to lose
    text = f"scripted: the receiver's answer ({exchange.outcome}) was lost on the way"
    return exchange._replace(outcome=LOST_ACK, error=text)


def _attempt(
    flight: Flight,
    number: int,
    exchange: Exchange,
    decision: str | None,
    retry_at: datetime | None,
    *,
    copy_of: int | None = None,
) -> Attempt:
    return Attempt(
        number,
        flight.started_at,
        exchange.outcome,
        exchange.status_code,
        exchange.error,
        exchange.timings,
        flight.url,
        exchange.request_headers,
        flight.body,
        exchange.response_head,
        exchange.response_body,
        str(flight.step) if flight.step else None,
        copy_of,
        decision,
        retry_at,
    )
