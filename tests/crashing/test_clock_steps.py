"""The clock of the machine set forward and back by hours, while the emulator runs and between."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.request import urlopen

import pytest

from mohook.client import Client
from mohook.submission import Submission
from tests._receivers import Connection, Receiver
from tests.cli.shell import Shell
from tests.postgres import state_url
from tests.stepped_clock import SteppedClock

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=10)
RETRY = timedelta(seconds=1)
STATES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class Wayward(Receiver):
    """Fails what says `again` once, and keeps what says `hang` waiting until it is let go."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.let_go = Event()

    @property
    def got(self) -> Counter[str]:
        """How often each text was received."""
        return Counter(json.loads(arrived.body)["body"] for arrived in self.requests)

    def _answer(self, connection: Connection) -> None:
        while True:
            text = json.loads(connection.read_request().body)["body"]
            if text.startswith("hang"):
                self.let_go.wait(20)
            status = b"500 No" if text.startswith("again") and self.got[text] == 1 else b"200 OK"
            connection.send(b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % status)


@pytest.fixture
def clock(tmp_path: Path) -> SteppedClock:
    return SteppedClock(tmp_path)


@pytest.fixture
def receiver() -> Iterator[Wayward]:
    with Wayward() as wayward:
        yield wayward
        wayward.let_go.set()


@contextmanager
def serving(
    state: str | None, receiver: Wayward, clock: SteppedClock, folder: Path
) -> Iterator[tuple[Shell, Client]]:
    flags = ["--json", "--quiet", "--port", "0", "--ip1-callback", receiver.url]
    flags += ["--state", state] if state else []
    quick = {"MOHOOK_IP1_RETRY_INTERVAL": f"{RETRY.total_seconds():.0f}s"}
    with ExitStack() as held:
        shell = held.enter_context(Shell("serve", *flags, cwd=folder, **quick, **clock.environ))
        client = held.enter_context(Client(json.loads(shell.line())["url"]))
        yield shell, client


def sms(text: str) -> Submission:
    return Submission("ip1", "46712345678", "456189040623", text)


def time_of_day(client: Client) -> datetime:
    """Return what the emulator's process takes for the time of day."""
    with urlopen(f"{client.url}/mohook/v1/clock") as answer:
        return parsedate_to_datetime(answer.headers["Date"])


def processor_seconds(shell: Shell) -> float:
    fields = Path(f"/proc/{shell.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def created(client: Client) -> list[datetime]:
    return [datetime.fromisoformat(each["created_at"]) for each in client.messages()]


@pytest.mark.parametrize("state", STATES)
def test_it_goes_on_while_the_clock_is_set(
    state: str, clock: SteppedClock, receiver: Wayward, tmp_path: Path
) -> None:
    """What waits comes in its time, what is in flight is sent once, what is new goes at once."""
    with ExitStack() as held:
        where = {"memory": None, "sqlite": str(tmp_path / "state.sqlite")}.get(state)
        where = held.enter_context(state_url()) if state == "postgres" else where
        shell, client = held.enter_context(serving(where, receiver, clock, tmp_path))
        for hours in (7, -5):
            receiver.let_go.clear()
            before = len(receiver.requests)
            client.send(sms(f"again {hours}"))
            client.send(sms(f"hang {hours}"))
            assert len(receiver.wait_for(before + 2)) == before + 2
            clock.set(hours * HOUR)
            assert abs(time_of_day(client) - datetime.now(UTC) - hours * HOUR) < SOON
            began, spent = monotonic(), processor_seconds(shell)
            (new,) = client.send(sms(f"new {hours}"), wait=SOON)
            assert new["state"] == "delivered"
            assert len(receiver.wait_for(before + 4)) == before + 4
            took = monotonic() - began
            assert took > RETRY.total_seconds() / 2  # and not all that was to come at once
            assert processor_seconds(shell) - spent < took / 2
            receiver.let_go.set()
        (last,) = client.send(sms("last"), wait=SOON)
        assert last["state"] == "delivered"
        while client.sms_report()["pending"]:
            client.events()
        once = {f"{word} {hours}": 1 for word in ("hang", "new") for hours in (7, -5)}
        assert receiver.got == once | {f"again {hours}": 2 for hours in (7, -5)} | {"last": 1}
        assert created(client) == sorted(created(client))
        assert created(client)[-1] - created(client)[0] < HOUR
        shell.send_signal(signal.SIGTERM)
        assert shell.end().code == 0


def test_it_goes_on_where_it_was_when_the_clock_was_set_back_between(
    clock: SteppedClock, receiver: Wayward, tmp_path: Path
) -> None:
    """Its time never goes back, so what was to be sent within a second is, and not in hours."""
    state = str(tmp_path / "state.sqlite")
    with serving(state, receiver, clock, tmp_path) as (shell, client):
        client.send(sms("again"))
        receiver.wait_for(1)
        shell.send_signal(signal.SIGKILL)
        shell.end()
    clock.set(-5 * HOUR)
    with serving(state, receiver, clock, tmp_path) as (_, client):
        assert len(receiver.wait_for(2)) >= 2
        (new,) = client.send(sms("new"), wait=SOON)
        assert new["state"] == "delivered"
        while client.sms_report()["pending"]:
            client.events()
        assert receiver.got["new"] == 1
        assert receiver.got["again"] in (2, 3)  # killed before the first was recorded, or after
        assert created(client) == sorted(created(client))
