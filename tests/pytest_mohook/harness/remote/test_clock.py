"""Moving a running emulator's clock: every attempt comes back, however many requests it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from mohook.client import Client
from mohook.delivery.clock import MANUAL_START
from mohook.errors import ConflictError, NotSettledError
from mohook.settings import ServeSettings, Settings
from mohook.submission import Submission
from pytest_mohook.harness.remote.clock import RemoteClock, events

MINUTE = timedelta(minutes=1)
NOWHERE = "http://127.0.0.1:1/"


@pytest.fixture
def client(running: Callable[..., str]) -> Iterator[Client]:
    with Client(running()) as client:
        yield client


def refused(client: Client, count: int = 1) -> None:
    """Send IntelePeer messages that meet a closed port, five times each, a minute apart."""
    client.put_default_webhook(NOWHERE)
    client.send(Submission("intelepeer", "+7708675309", "1-1234", "Hi", count=count))


def now(client: Client) -> datetime:
    return datetime.fromisoformat(client.clock()["now"])


@pytest.mark.parametrize("lot", [1, 2, 3, 8, 100])
def test_lots_make_no_difference(client: Client, monkeypatch: pytest.MonkeyPatch, lot: int) -> None:
    """Attempts, their order and the clock are the same, whether one request makes them or ten."""
    monkeypatch.setattr("pytest_mohook.harness.remote.clock._LOT", lot)
    clock = RemoteClock(client)
    refused(client, count=2)
    assert [each.number for each in clock.by(2 * MINUTE + MINUTE / 2, 100)] == [2, 2, 3, 3]
    assert now(client) == MANUAL_START + 2.5 * MINUTE
    assert [each.number for each in clock.until("next", 100)] == [4, 4]
    assert [each.number for each in clock.to(MANUAL_START + 10 * MINUTE, 100)] == [5, 5]
    assert now(client) == MANUAL_START + 10 * MINUTE
    refused(client)
    assert [each.number for each in clock.until("idle", 100)] == [2, 3, 4, 5]
    assert now(client) == MANUAL_START + 14 * MINUTE


@pytest.mark.parametrize("lot", [1, 2, 100])
def test_the_bound_counts_over_all_lots(
    client: Client, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    """The attempts of one call never pass it; just as many are allowed."""
    monkeypatch.setattr("pytest_mohook.harness.remote.clock._LOT", lot)
    clock = RemoteClock(client)
    refused(client)
    with pytest.raises(NotSettledError):
        clock.until("idle", 3)
    assert client.sms_report()["attempts"] == 4
    assert [each.number for each in clock.by(MINUTE, 1)] == [5]


def test_many_pages_of_events_are_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a page is just full."""
    refused(client, count=4)
    monkeypatch.setattr("pytest_mohook.harness.remote.clock._PAGE", 4)
    assert len(RemoteClock(client).by(MINUTE, 100)) == 4
    assert [each["number"] for each in events(client, 0)] == list(range(1, client.last_event() + 1))


def test_attempts_of_before_are_not_taken_for_new_ones(client: Client) -> None:
    """What others have made in the meantime is theirs."""
    clock = RemoteClock(client)
    refused(client)
    client.advance(span=MINUTE)
    assert [each.number for each in clock.by(MINUTE, 100)] == [3]


def test_a_journal_that_forgets_is_told(running: Callable[..., str]) -> None:
    """Rather than too few attempts, an error that says how to keep them."""
    with Client(running(Settings(serve=ServeSettings(clock="manual", keep=1)))) as client:
        refused(client, count=30)
        with pytest.raises(ConflictError, match=r"no longer in the emulator's journal.*--keep"):
            RemoteClock(client).by(MINUTE, 100)
