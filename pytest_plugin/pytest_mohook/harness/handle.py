"""The handle that the `mohook` fixture gives: two providers, a clock, and what goes wrong next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mohook.delivery.faults import FaultScript, parse_step
from mohook.delivery.manual import MAX_ATTEMPTS
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.timeline import timeline
from mohook.emulator import Emulator
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from pytest_mohook.arguments import refuse_strategy, require_text
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.lines import IntelePeer, Ip1
from pytest_mohook.harness.matching import match_of
from pytest_mohook.harness.moves import MOST_UNTIL_IDLE, bound, required_instant, span_of
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.oracle.readback import Stored
from pytest_mohook.oracle.stored import assert_stored

if TYPE_CHECKING:
    from pytest_mohook.harness.aio import Aio

__all__ = ["Mohook"]


class Mohook:
    """Two providers on the bench, on a clock that stands until the test moves it.

    >>> from pytest_mohook.harness.factory import new_handle
    >>> with new_handle() as mohook:
    ...     _ = mohook.ip1.connect(lambda environ, start: start("200 OK", []) and [] or [])
    ...     mohook.fail_next("500")
    ...     message = mohook.ip1.send("Hi my name is earl")
    ...     _ = mohook.advance(minutes=10)
    ...     message.outcomes
    ['500', '200']
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.ip1: Ip1 = Ip1(bench)
        self.intelepeer: IntelePeer = IntelePeer(bench)

    @cached_property
    def aio(self) -> Aio:
        """The same for `async def` tests: apps are awaited on the test's own loop."""
        from pytest_mohook.harness.aio import Aio

        return Aio(self, self._bench)

    @property
    def emulator(self) -> Emulator:
        """The emulator below. Raises ConflictError where it runs in another process."""
        return self._bench.emulator

    @property
    def seed(self) -> int | None:
        """What decides ids and order; None where a running emulator keeps its own."""
        return self._bench.seed

    # Sending

    def line(self, provider: str, /) -> Ip1 | IntelePeer:
        """Return a provider by its word, for a test of both. Raises InputError."""
        lines: dict[str, Ip1 | IntelePeer] = {"ip1": self.ip1, "intelepeer": self.intelepeer}
        try:
            return lines[provider]
        except (KeyError, TypeError):
            msg = f"provider {provider!r}: expected one of {', '.join(PROVIDERS)}"
            raise InputError(msg) from None

    def send(self, provider: str, body: str | None = None, /, **fields: object) -> SentMessage:
        """Send one SMS through the provider of that word, as its own `send` does."""
        return self.line(provider).send(body, **fields)

    @property
    def messages(self) -> Sequence[SentMessage]:
        """Every message, in the order in which they were sent."""
        return [SentMessage(self._bench, message) for message in self._bench.messages()]

    def message(self, message_id: str) -> SentMessage:
        """Return a message by mohook's id, such as `m1`. Raises NotFoundError."""
        require_text("message_id", message_id, example="m1")
        return SentMessage(self._bench, self._bench.message(message_id))

    def resend_failed(self, since: datetime | None = None) -> list[SentMessage]:
        """Send every failed message again, now: all, or those last tried at `since` or later.

        Raises InputError for a `since` that is no datetime with a time zone.
        """
        if since is not None:
            since = required_instant("since", since)
        again = self._bench.resend_failed(since)
        return [SentMessage(self._bench, message) for message in again]

    # Time

    @property
    def now(self) -> datetime:
        """The emulator's time."""
        return self._bench.now()

    def advance(
        self,
        span: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> list[Attempt]:
        """Move the clock, make every attempt that falls due on the way, and return these.

        Raises InputError for a negative time, NotSettledError with the timeline for more than
        `max_attempts`, ConflictError where the clock runs by itself.
        """
        whole = span_of(span, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self._bench.advance(whole, bound(max_attempts))

    def advance_to(self, instant: datetime, *, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to an instant and return the attempts made on the way.

        Raises ConflictError for an instant in the past, else as `advance`.
        """
        return self._bench.advance_to(required_instant("instant", instant), bound(max_attempts))

    def run_next(self, *, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to what is due next, make that, and return the attempts; [] if idle."""
        return self._bench.run_next(bound(max_attempts))

    def run_until_idle(self, *, max_attempts: int = MOST_UNTIL_IDLE) -> list[Attempt]:
        """Move the clock until nothing is pending; return the attempts.

        Raises NotSettledError with the timeline for more than `max_attempts`: ip1 never gives
        a message up, so a receiver that never answers 200 has no end.
        """
        return self._bench.run_until_idle(bound(max_attempts))

    # What goes wrong

    def fail_next(
        self,
        *steps: str | int,
        provider: str | None = None,
        sender: str | None = None,
        recipient: str | None = None,
        body: str | None = None,
        times: int | None = None,
    ) -> None:
        """Script what goes wrong with the next attempts; after the steps all is as it really is.

        A step: a status such as 500, `"timeout"`, `"reset"`, `"refused"` (the receiver is not
        reached), `"lose-ack"`, `"duplicate"`, `"delay:30s"`, `"reorder"`, `"ok"`.
        With `provider`, `sender`, `recipient` or `body` (stands within the text) each message
        that fits goes through the steps by itself, `times` messages at most; without, the
        steps serve the next attempts whichever they are, `times` times over.
        An address stands there as its provider writes it: at ip1 without `+`.
        Raises FaultError for what is no step, InputError for what no message fits.
        """
        refuse_strategy("times", times)
        for step in steps:
            refuse_strategy("a step", step)
        name = None if provider is None else self.line(provider).name
        words = [str(step) if isinstance(step, int) else step for step in steps]
        match = match_of(
            self._bench.settings, provider=name, sender=sender, recipient=recipient, body=body
        )
        FaultScript("", tuple(map(parse_step, words)), match, times)  # both benches alike
        self._bench.fail_next(words, match, times)

    # What came of it

    def timeline(self) -> str:
        """Return every message with its attempts, one line each, for people to read."""
        return timeline(self._bench.messages())

    def assert_settled(self) -> None:
        """Raise AssertionError, with their timeline and the seed, while messages are undelivered.

        Undelivered is what is pending, given up, or held for want of a webhook.
        """
        left = [m for m in self._bench.messages() if m.state is not State.DELIVERED]
        if left:
            raise AssertionError(f"{_counted(left)}\n{timeline(left)}\nThe seed is {self.seed}.")

    def assert_stored(self, stored: Stored, provider: str | None = None) -> None:
        """Raise AssertionError unless `stored` is what was acknowledged, each once, text intact.

        `stored` is what the receiver has kept: texts, pairs of provider id and text, mappings
        with the wire names of both, or one mapping of ids to texts. With `provider`, its
        messages alone are compared.
        """
        name = None if provider is None else self.line(provider).name
        messages = [m for m in self._bench.messages() if name in (None, m.provider)]
        assert_stored(messages, stored, settings=self._bench.settings, seed=self.seed)

    def reset(self) -> None:
        """Forget messages, attempts and faults; what was connected is connected no more."""
        self._bench.reset()

    def __repr__(self) -> str:
        return f"<Mohook at {self.now:%Y-%m-%d %H:%M:%S}, {len(self._bench.messages())} messages>"


def _counted(left: Sequence[Message]) -> str:
    words = {State.PENDING: "pending", State.FAILED: "given up", State.HELD: "held: no webhook"}
    counts = [(sum(m.state is state for m in left), word) for state, word in words.items()]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{len(left)} message(s) undelivered ({told}):"
