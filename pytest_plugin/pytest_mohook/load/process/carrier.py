"""A provider in Locust's process: makes messages, posts them, retries by the provider's policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import SystemRandom
from time import perf_counter
from typing import Any, NamedTuple

import gevent

from mohook.delivery.engine import Rules
from mohook.delivery.message import State
from mohook.delivery.outcome import FORBIDDEN, NAME, REFUSED, TLS, UNREACHABLE
from mohook.delivery.retry import Delivered, RetryAt
from mohook.intake import encode
from mohook.providers import PROVIDERS
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.ip1.account import OWNER_EXAMPLE, Ip1Account
from mohook.providers.provider import NO_FIELDS, Draft
from mohook.samples import SAMPLES
from mohook.settings import Settings
from pytest_mohook.load.process.poster import Posted, Poster

__all__ = ["Carrier", "Delivery", "Tried"]

_NEVER_CAME = {REFUSED, NAME, UNREACHABLE, FORBIDDEN, TLS}


@dataclass(slots=True)
class Delivery:
    """One message and what has become of it so far.

    `outcome` is that of its last attempt, a status or a named failure; "" before the first ends.
    It is `unheard` where a request went out whose answer never came: the receiver may have it.
    """

    id: str
    text: str
    state: State = State.PENDING
    attempts: int = 0
    outcome: str = ""
    unheard: bool = False
    seconds: float = 0.0
    """From when the message was due until its last attempt had ended."""
    later_ids: list[str] = field(default_factory=list)
    """Those of its retries, with the switch `delivery.new_id_per_attempt`."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has acknowledged it."""
        return self.state is State.DELIVERED


class Tried(NamedTuple):
    """One attempt that has ended.

    `latency` counts seconds from when it was due to its answer, `behind` from when it was due
    until it began: what the sender itself added.
    """

    number: int
    posted: Posted
    latency: float
    behind: float
    acknowledged: bool


class Carrier:
    """Delivers messages as a provider does; `clock` is how many times as fast the retries come.

    `tried` is told of each attempt. Ids are new in every run: with old ones a receiver would
    take new messages for copies. Any number of greenlets may send at the same time.
    """

    def __init__(
        self,
        provider: str,
        settings: Settings,
        poster: Poster,
        *,
        clock: float,
        tried: Callable[[Tried], None],
    ) -> None:
        self._provider = PROVIDERS[provider]
        self._settings = settings
        self._poster = poster
        self._clock = clock
        self._tried = tried
        self._random = SystemRandom()
        self._account = _account(provider, settings)
        self._sender, self._recipient, _ = SAMPLES[provider]
        acknowledges = self._provider.acknowledges
        self._rules = Rules(
            self._provider.retry_policy(settings),
            frozenset(str(status) for status in range(1000) if acknowledges(status, settings)),
            settings.delivery.transport_failures == "retry",
        )

    def message(
        self, text: str, *, sender: str | None = None, recipient: str | None = None, **fields: Any
    ) -> tuple[Delivery, bytes]:
        """Return a new message, and the JSON that is posted for it; `fields` by wire name.

        Raises AddressError, TextError or InputError for what the provider could not post.
        """
        sender, recipient = sender or self._sender, recipient or self._recipient
        self._provider.check(sender, recipient, self._settings)
        now = datetime.now(UTC)
        draft = Draft(sender, recipient, text, now, self._account, fields or NO_FIELDS)
        [[payload]] = self._provider.payloads([draft], self._random, self._settings)
        wire = self._provider.wire
        return Delivery(str(payload[wire.id]), str(payload[wire.text])), encode(payload)

    def deliver(self, delivery: Delivery, body: bytes, due: float) -> None:
        """Make attempts until the message is delivered or given up; the first was due at `due`.

        `due` is an instant of `perf_counter`. It returns when the message has settled.
        """
        first = due
        while True:
            began, now = perf_counter(), datetime.now(UTC)
            posted = self._poster.post(body)
            ended = perf_counter()
            decision = self._rules.decide(delivery.attempts + 1, posted.outcome, now)
            delivery.attempts += 1
            delivery.outcome, delivery.seconds = posted.outcome, ended - first
            delivery.unheard |= posted.status is None and posted.outcome not in _NEVER_CAME
            acknowledged = isinstance(decision, Delivered)
            tried = Tried(delivery.attempts, posted, ended - due, began - due, acknowledged)
            if not isinstance(decision, RetryAt):
                delivery.state = State.DELIVERED if acknowledged else State.FAILED
                self._tried(tried)
                return
            self._tried(tried)
            due = began + (decision.at - now).total_seconds() / self._clock
            gevent.sleep(max(0.0, due - perf_counter()))
            if self._settings.delivery.new_id_per_attempt:
                body = self._renewed(delivery, body)

    def _renewed(self, delivery: Delivery, body: bytes) -> bytes:
        """Return the same message under a new id."""
        payload, now = json.loads(body), datetime.now(UTC)
        renewed = self._provider.renewed(payload, now, self._account, self._random)
        delivery.later_ids.append(str(renewed[self._provider.wire.id]))
        return encode(renewed)


def _account(provider: str, settings: Settings) -> Ip1Account | IntelePeerCustomer:
    if provider == "ip1":
        return Ip1Account(OWNER_EXAMPLE)
    own = settings.intelepeer
    return IntelePeerCustomer(name="load", secret=own.secret, signature=own.signature)
