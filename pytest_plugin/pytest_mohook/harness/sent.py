"""A message that a test has sent, as it stands now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.timeline import timeline

if TYPE_CHECKING:
    from pytest_mohook.harness.bench import Bench

__all__ = ["SentMessage"]


class SentMessage:
    """A live view of one message: each attribute tells how it stands when it is read.

    `id` is mohook's own; the provider's stands in `payload`, which is what was posted.
    """

    __slots__ = ("_bench", "_message")

    def __init__(self, bench: Bench, message: Message) -> None:
        self._bench = bench
        self._message = message

    @property
    def _now(self) -> Message:
        return self._bench.current(self._message)

    @property
    def id(self) -> str:
        """What mohook calls it: `m1`."""
        return self._message.id

    @property
    def provider(self) -> str:
        """`ip1` or `intelepeer`."""
        return self._message.provider

    @property
    def sender(self) -> str:
        """The number it came from."""
        return self._message.sender

    @property
    def recipient(self) -> str:
        """The number it went to."""
        return self._message.recipient

    @property
    def body(self) -> str:
        """Its text."""
        return self._message.body

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON that is posted, as data. A new object each time."""
        payload: dict[str, Any] = json.loads(self._message.payload)
        return payload

    @property
    def created_at(self) -> datetime:
        """When it was sent, by the emulator's clock."""
        return self._message.created_at

    @property
    def state(self) -> State:
        """Where it stands: pending, delivered, failed or held."""
        return self._now.state

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is due again; None when it is not."""
        return self._now.next_attempt_at

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt so far, with all that was sent and all that came back."""
        return tuple(self._now.attempts)

    @property
    def outcomes(self) -> list[str]:
        """How each attempt ended: `["500", "lost-ack", "200"]`."""
        return [attempt.outcome for attempt in self._now.attempts]

    @property
    def delivered(self) -> bool:
        """Whether the receiver has acknowledged it, or it went to the CPaaS inbox."""
        return self.state is State.DELIVERED

    @property
    def failed(self) -> bool:
        """Whether the provider has given it up."""
        return self.state is State.FAILED

    @property
    def pending(self) -> bool:
        """Whether another attempt follows."""
        return self.state is State.PENDING

    @property
    def held(self) -> bool:
        """Whether it waits for its number to get a webhook."""
        return self.state is State.HELD

    def resend(self) -> SentMessage:
        """Send it again, now, as the provider's support would by hand; return it.

        Raises ConflictError where its number has no webhook.
        """
        self._bench.resend(self.id)
        return self

    def timeline(self) -> str:
        """Return its attempts, one line each, for people to read."""
        return timeline([self._now])

    def __repr__(self) -> str:
        ended = ", ".join(self.outcomes)
        after = f" after {ended}" if ended else ""
        return f"<SentMessage {self.id} {self.provider} {self.body[:40]!r} {self.state}{after}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SentMessage) and (self._bench, self.id) == (
            other._bench,
            other.id,
        )

    def __hash__(self) -> int:
        return hash((id(self._bench), self.id))
