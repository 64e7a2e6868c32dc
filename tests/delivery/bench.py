"""An engine on the bench: manual clock, memory store, and a transport that ends as told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from mohook.delivery.clock import ManualClock
from mohook.delivery.engine import Engine, Flight, Rules
from mohook.delivery.faults import FaultPlan
from mohook.delivery.manual import ManualDriver
from mohook.delivery.message import Message, Timings
from mohook.delivery.outcome import FAILURES
from mohook.delivery.retry import RetryPolicy
from mohook.delivery.transports.transport import Exchange, Request, Transport
from mohook.store.memory import MemoryStore
from tests.store.made import HERE, MINUTE, new_message
from tests.store.steps import Seconds

__all__ = ["Bench", "FakeTransport", "exchange", "outcomes", "rules"]

ACKNOWLEDGING = frozenset({"200"})


def exchange(outcome: str = "200") -> Exchange:
    """Return what a transport hands back for a request that ended so."""
    status = None if outcome in FAILURES else int(outcome)
    error = FAILURES.get(outcome)
    return Exchange(outcome, status, error, Timings(total=0.01), (("Host", "a"),), b"", b"")


class FakeTransport:
    """Keeps what it is given in flight until `wait`, and ends each as `answer` says.

    A request whose answer is None hangs: it stays in flight until `let_go`.
    """

    def __init__(self, answer: Callable[[Request], str | None] = lambda _: "200") -> None:
        self.answer = answer
        self.started: list[Request] = []
        self.most_in_flight = 0
        self.waits: list[float | None] = []
        self._flying: deque[tuple[Request, Flight]] = deque()

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    def start(self, request: Request, token: Flight) -> None:
        self.started.append(request)
        self._flying.append((request, token))
        self.most_in_flight = max(self.most_in_flight, len(self._flying))

    def wait(self, timeout: float | None) -> list[tuple[Flight, Exchange]]:
        self.waits.append(timeout)
        ended = []
        for request, token in list(self._flying):
            outcome = self.answer(request)
            if outcome is not None:
                self._flying.remove((request, token))
                ended.append((token, exchange(outcome)))
        return ended

    def let_go(self, outcome: str = "200") -> None:
        """Let everything that hangs end so at the next `wait`."""
        self.answer = lambda _: outcome

    def wake(self) -> None:
        """Nobody ever blocks here."""

    def close(self) -> None:
        self._flying.clear()

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.started]

    @property
    def bodies(self) -> list[str]:
        return [request.body.decode() for request in self.started]


def rules(**changes: Any) -> dict[str, Rules]:
    """Return both providers' rules as they come; `changes` go to both."""
    endless = Rules(RetryPolicy((10 * MINUTE,)), ACKNOWLEDGING, **changes)
    five = Rules(RetryPolicy((MINUTE,), 5), ACKNOWLEDGING, **changes)
    return {"ip1": endless, "intelepeer": five}


@dataclass
class Bench:
    """Engine, driver and all that they stand on; `webhooks` goes by endpoint."""

    transport: FakeTransport | Transport[Flight] = field(default_factory=FakeTransport)
    rules: dict[str, Rules] = field(default_factory=rules)
    per_receiver: int = 64
    in_all: int = 8_000
    shuffle: Random | None = None
    webhooks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seconds = Seconds()
        self.store = MemoryStore(seconds=self.seconds)
        self.clock = ManualClock()
        self.faults = FaultPlan()
        self.engine = Engine(
            store=self.store,
            clock=self.clock,
            transport=self.transport,
            routes=self.webhooks.get,
            rules=self.rules,
            faults=self.faults,
            time_limit=timedelta(seconds=10),
            per_receiver=self.per_receiver,
            in_all=self.in_all,
            shuffle=self.shuffle,
        )
        self.driver = ManualDriver(self.engine, self.store, self.clock, seed=lambda: 7)

    @property
    def fake(self) -> FakeTransport:
        assert isinstance(self.transport, FakeTransport)
        return self.transport

    def accept(self, body: str = "hi", *, provider: str = "ip1", origin: str = HERE) -> Message:
        """Put one message in, due now; its payload is its body, its webhook is at `origin`."""
        endpoint = f"{provider}:{origin}"
        self.webhooks.setdefault(endpoint, f"{origin}/sms")
        message = new_message(
            self.store.next_id(),
            provider=provider,
            body=body,
            payload=body.encode(),
            endpoint=endpoint,
            destination=origin,
            created_at=self.clock.now(),
            next_attempt_at=self.clock.now(),
        )
        self.store.accept([message])
        return message

    def accept_all(self, bodies: Iterable[str], **how: str) -> list[Message]:
        return [self.accept(body, **how) for body in bodies]


def outcomes(message: Message) -> list[str]:
    """Return how the attempts of a message ended, in order."""
    return [attempt.outcome for attempt in message.attempts]
