"""The story: what is set up, what is sent in each chapter, and how it must end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from mohook.cli.demo.receiver import HANG, SampleReceiver, receiving
from mohook.cli.following import Made, made_by_process
from mohook.client import Client
from mohook.delivery.clock import RunningClock
from mohook.emulator import Emulator
from mohook.samples import SAMPLES
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import DeliverySettings, Ip1Settings, ServeSettings, Settings
from mohook.submission import Submission

__all__ = [
    "CHAPTERS",
    "FASTER",
    "TIME_LIMIT",
    "TOKEN",
    "Chapter",
    "Ending",
    "Stage",
    "play",
    "set_stage",
]

JSON = dict[str, Any]

FASTER = 600
"""How much faster than life the demo's clock runs: ten minutes pass in a second."""
TIME_LIMIT = timedelta(milliseconds=500)
"""How long the receiver may take to answer, in real time; `serve` allows ten seconds."""
TOKEN = "any-token"  # noqa: S105 - any is good while the settings name none
_PATIENCE = timedelta(seconds=20)

_SCRIPTS = {"/ip1": (500, HANG, 200), "/intelepeer": (200,), "/never-200": (204,)}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One message and what must become of it.

    `path` is where its webhook is set, by IntelePeer's API; None where it is configured at
    the start. `outcomes` are those of its attempts, in order.
    """

    title: str
    explained: str
    submission: Submission
    path: str | None
    state: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a chapter ended: the message as it stands, and whether that is the story's end."""

    chapter: Chapter
    message: JSON

    @property
    def as_told(self) -> bool:
        """The message stands where the story says, by the attempts that it says."""
        outcomes = tuple(attempt["outcome"] for attempt in self.message["attempts"])
        return self.message["state"] == self.chapter.state and outcomes == self.chapter.outcomes


@dataclass(frozen=True, slots=True)
class Stage:
    """The emulator and the receiver, both running, and a client of the one."""

    emulator: Emulator
    emulator_url: str
    receiver: SampleReceiver
    client: Client


_IP1, _INTELEPEER = SAMPLES["ip1"], SAMPLES["intelepeer"]
CHAPTERS = (
    Chapter(
        "ip1 sends again until the receiver answers 200",
        "The receiver fails at first: it answers 500, then not at all, then 200.",
        Submission("ip1", _IP1.sender, _IP1.recipient, _IP1.body),
        None,
        "delivered",
        ("500", "timeout", "200"),
    ),
    Chapter(
        "IntelePeer posts where its API was told to",
        "One documented call sets the webhook of a number. The receiver answers 200.",
        Submission("intelepeer", _INTELEPEER.sender, _INTELEPEER.recipient, _INTELEPEER.body),
        "/intelepeer",
        "delivered",
        ("200",),
    ),
    Chapter(
        "IntelePeer gives up after five attempts",
        "This receiver answers 204, a common mistake: only 200 acknowledges.",
        Submission("intelepeer", _INTELEPEER.sender, "+12161112222", "Is anybody there?"),
        "/never-200",
        "failed",
        ("204",) * 5,
    ),
)


@contextmanager
def set_stage() -> Iterator[Stage]:
    """Run the receiver and the emulator, on free ports, for the length of a block."""
    with receiving(_SCRIPTS) as receiver:
        emulator = Emulator(_settings(f"{receiver.url}/ip1"), clock=_clock())
        with HttpServer(create_app(emulator), port=0) as server:
            emulator.start()
            try:
                with Client(server.url) as client:
                    yield Stage(emulator, server.url, receiver, client)
            finally:
                emulator.stop()


def play(
    stage: Stage,
    chapter: Chapter,
    *,
    on_webhook: Callable[[JSON, JSON], None],
    on_attempt: Callable[[Made], None],
) -> Ending:
    """Play a chapter, telling of the webhook call and of each attempt as it ends."""
    recipient = chapter.submission.recipient
    if chapter.path:
        webhook = f"{stage.receiver.url}{chapter.path}"
        answer = stage.client.set_webhook([recipient], webhook, token=TOKEN)
        on_webhook({"endpoints": [recipient], "webhook": webhook}, answer)
    (message,) = stage.client.send(chapter.submission)
    for made in made_by_process(stage.emulator, [message["id"]], patience=_PATIENCE):
        on_attempt(made)
    return Ending(chapter, stage.client.message(message["id"]))


def _settings(callback_url: str) -> Settings:
    return Settings(
        ip1=Ip1Settings(callback_url=callback_url),
        delivery=DeliverySettings(time_limit=TIME_LIMIT),
        serve=ServeSettings(port=0),
    )


def _clock() -> RunningClock:
    noon = datetime.combine(datetime.now(UTC).date(), time(12), UTC)
    return RunningClock(FASTER, noon)
