"""The one protocol of a store: accept, claim, record; and what people ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from mohook.delivery.message import Attempt, Message, State
from mohook.store.journal import Journal
from mohook.store.sharing import Sharing

__all__ = ["PROVIDER_FIGURES", "Figures", "MessageFilter", "Result", "Room", "Store"]

Room = Callable[[str], int]
"""How many more requests a destination may have in flight."""


class Result(NamedTuple):
    """What became of a message under a claim: the attempts just made, and where it stands now.

    `message` is as it was handed out. `claim` is the one under which it was sent.
    """

    message: Message
    attempts: tuple[Attempt, ...]
    state: State
    next_attempt_at: datetime | None
    claim: int | None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are asked for, at most `limit`; None is all of them.

    `after` and `before` are message ids: only later ones, only earlier ones. `search` stands
    somewhere in the text, in either number or is the id, in upper or lower case.
    `ids` are the only ones that may be found. `via` is the way that a message went: `webhook`
    or `cpaas`.
    `newest_first` turns the order in which they come, and with it what `limit` leaves.

    >>> MessageFilter(provider="ip1").newest_first
    False
    """

    provider: str | None = None
    state: State | None = None
    recipient: str | None = None
    after: str | None = None
    limit: int | None = 100
    before: str | None = None
    search: str | None = None
    newest_first: bool = False
    ids: frozenset[str] | None = None
    via: str | None = None

    def fits(self, message: Message) -> bool:
        """Whether a message is among those that are asked for, but for their order and number."""
        return (
            self.provider in (None, message.provider)
            and self.state in (None, message.state)
            and self.recipient in (None, message.recipient)
            and self.via in (None, message.via)
            and (self.ids is None or message.id in self.ids)
            and (self.search is None or _holds(message, self.search.lower()))
        )


def _holds(message: Message, lowered: str) -> bool:
    return (
        lowered in message.body.lower()
        or lowered in message.sender.lower()
        or lowered in message.recipient.lower()
        or lowered == message.id
    )


PROVIDER_FIGURES = ("received", "delivered", "failed", "attempts", "failed_attempts")
"""What is counted for each provider by itself."""


@dataclass(slots=True)
class Figures:
    """The dashboard's figures since the last reset. Pruned messages still count."""

    received: int = 0
    delivered: int = 0
    failed: int = 0
    attempts: int = 0
    failed_attempts: int = 0
    by_outcome: dict[str, int] = field(default_factory=dict)
    by_provider: dict[str, dict[str, int]] = field(default_factory=dict)


class Store(Protocol):
    """Keeps messages, attempts and the journal. Safe to share by threads.

    A message that it returns is that message as it stands; whether it goes on to change with
    what is stored differs from store to store. Instants are the emulator's time; leases alone
    are measured in real time, whatever the emulator's clock does: a process dies in real time.
    """

    @property
    def lasting(self) -> bool:
        """Whether what it keeps outlives the process."""

    @property
    def where(self) -> str | None:
        """Where it keeps that, without passwords; None in memory."""

    @property
    def sharing(self) -> Sharing | None:
        """How several processes keep in step that have it open; None where one alone can."""

    @property
    def journal(self) -> Journal:
        """The numbered list of all that happened."""

    def next_id(self) -> str:
        """Return a message id that was never given before."""

    def accept(self, messages: Sequence[Message]) -> None:
        """Keep new messages: all of them, or none when it raises."""

    def claim(
        self, now: datetime, lease: timedelta, room: Room, *, ahead: bool = False
    ) -> list[Message]:
        """Hand out messages that are due at `now`, oldest due first, as far as there is room.

        Each has a new `claim`, and may come without its earlier attempts. It is handed out again
        only after `record`, or when `lease`, in real time, has run out: whoever claimed it is
        then taken for dead. With `ahead`, more may be claimed for the calls to come, which
        `give_back` ends.
        """

    def give_back(self) -> None:
        """Let go of what was claimed ahead and is not handed out."""

    def record(self, results: Iterable[Result]) -> None:
        """Write down what became of claimed messages, and end their claims.

        A result under a claim that stands no more is left out: the message was handed out
        again, or forgotten by a reset.
        """

    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead.

        One that is claimed is left alone, unless `claim` is its claim, which ends.
        """

    def move(self, endpoint: str, destination: str | None, now: datetime) -> None:
        """Send what waits for `endpoint` to another origin; hold it when that is None."""

    def reopen(self, message_ids: Iterable[str], destination: str | None, now: datetime) -> None:
        """Make finished messages due now, with the full number of tries again."""

    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""

    def due(self, now: datetime, most: int) -> int:
        """Return how many unclaimed messages are due at `now`, `most` at most.

        It takes as long as there are such, however many are due later.
        """

    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease runs out; None when nothing is claimed."""

    def endpoints(self) -> list[str]:
        """Return the endpoints for which messages are pending or held."""

    def message(self, message_id: str) -> Message:
        """Return one message; raise NotFoundError when there is none under this id."""

    def messages(self, wanted: MessageFilter) -> list[Message]:
        """Return messages in the order in which they were accepted."""

    def pending(self) -> int:
        """Return how many messages are due now or later, or in flight."""

    def held(self) -> int:
        """Return how many messages wait for a webhook."""

    def figures(self) -> Figures:
        """Return a copy of the dashboard's figures."""

    def note(self, at: datetime, kind: str, data: Mapping[str, Any]) -> None:
        """Write an entry into the journal that is about no message."""

    def documents(self) -> dict[str, Any]:
        """Return what `keep_documents` was given, by name; nothing where nothing lasts."""

    def keep_documents(self, changed: Mapping[str, Any], *, durable: bool = True) -> None:
        """Keep JSON-able data by name, each in the place of what was there.

        What is not `durable` outlives the process, and perhaps not the machine's power.
        """

    def dump(self) -> Mapping[str, Any]:
        """Return everything as JSON-able data."""

    def load(self, data: Mapping[str, Any]) -> None:
        """Replace everything by what `dump` returned; raise StoreError and keep all otherwise."""

    def reset(self, now: datetime) -> None:
        """Forget everything; only the journal's numbers go on."""

    def close(self) -> None:
        """Let go of files and connections."""
