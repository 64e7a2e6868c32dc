"""Correct under load: not one message lost, doubled or misreported among twenty thousand."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest

from mohook.delivery.message import Attempt, Message, State
from mohook.emulator import Emulator
from mohook.providers import PROVIDERS
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import IntelePeerSettings, Ip1Settings, ServeSettings, Settings
from mohook.store.store import MessageFilter
from tests.benchmarks.receivers.failing import failing_receiver

MESSAGES = 20_000
# One in ten thousand messages would meet five failures in a row, and rightly end as failed.
SPACING = (timedelta(minutes=1),) * 11


def settings(url: str) -> Settings:
    return Settings(
        ip1=Ip1Settings(callback_url=url),
        intelepeer=IntelePeerSettings(webhook=url, retry_spacing=SPACING),
        serve=ServeSettings(clock="x6000", keep=MESSAGES),
    )


def lines() -> bytes:
    """Return the messages of both providers in turn, each with a text of its own."""
    numbers = {
        "ip1": ("46700000001", "456189040623"),
        "intelepeer": ("+13031112222", "+12161112222"),
    }
    made = [
        {"provider": name, "from": numbers[name][0], "to": numbers[name][1], "body": f"no {number}"}
        for number in range(MESSAGES // 2)
        for name in PROVIDERS
    ]
    return "\n".join(map(json.dumps, made)).encode()


def accepted(base: str) -> int:
    """Post all messages in one request; return how many were accepted."""
    request = Request(
        f"{base}/mohook/v1/messages", lines(), {"Content-Type": "application/x-ndjson"}
    )
    with urlopen(request, timeout=60) as answer:
        assert answer.status == 201
        count: int = json.load(answer)["accepted"]
    return count


def statuses_by_id(log: list[tuple[str, int]]) -> Mapping[str, list[str]]:
    """Return what the receiver answered to each message, by the provider's own id, in order."""
    answered: dict[str, list[str]] = defaultdict(list)
    for identity, status in log:
        answered[identity].append(str(status))
    return answered


def own_id(message: Message) -> str:
    identity: str = json.loads(message.payload)[PROVIDERS[message.provider].wire.id]
    return identity


@pytest.mark.slow
def test_every_message_is_delivered_and_every_attempt_is_in_the_journal() -> None:
    """The receiver's log, the messages and the journal agree attempt for attempt."""
    with failing_receiver(share=0.1) as receiver:
        emulator = Emulator(settings(receiver.url))
        with ExitStack() as stack:
            stack.callback(emulator.stop)
            server = stack.enter_context(HttpServer(create_app(emulator), port=0))
            emulator.start()
            assert accepted(server.url) == MESSAGES
            messages = emulator.store.messages(MessageFilter(limit=2 * MESSAGES))
            assert emulator.wait_settled([message.id for message in messages], 90)
        answered = statuses_by_id(receiver.log())

    assert len(messages) == len({own_id(message) for message in messages}) == MESSAGES
    assert {message.state for message in messages} == {State.DELIVERED}
    assert len({(message.provider, message.body) for message in messages}) == MESSAGES
    made = {own_id(message): [each.outcome for each in message.attempts] for message in messages}
    assert made == answered

    journal: dict[str, list[Attempt]] = defaultdict(list)
    for event in emulator.store.journal.after(0, 10 * MESSAGES):
        if isinstance(event.subject, Attempt):
            journal[event.message_id or ""].append(event.subject)
    assert journal == {message.id: message.attempts for message in messages}

    attempts = sum(map(len, answered.values()))
    figures = emulator.store.figures()
    assert (figures.received, figures.delivered, figures.attempts) == (MESSAGES, MESSAGES, attempts)
    assert figures.by_outcome == {"200": MESSAGES, "500": attempts - MESSAGES}
    assert {name: of["delivered"] for name, of in figures.by_provider.items()} == dict.fromkeys(
        PROVIDERS, MESSAGES // 2
    )
