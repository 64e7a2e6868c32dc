"""What outlives the process: it comes back as it was, but for what this run names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mohook.delivery.clock import ManualClock, RunningClock
from mohook.delivery.message import State
from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.settings import (
    AccountSettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    ServeSettings,
    Settings,
)
from mohook.store.sql.opening import open_store
from tests.emulators import NUMBER, ip1
from tests.store.made import new_message

HERE, THERE = "http://127.0.0.1:1/here", "http://127.0.0.1:1/there"


@contextmanager
def living(
    folder: Path, settings: Settings | None = None, clock: RunningClock | ManualClock | None = None
) -> Iterator[Emulator]:
    """Give an emulator on the state of this folder: one life of it."""
    emulator = Emulator(settings, clock=clock, store=open_store(str(folder / "state.sqlite")))
    try:
        yield emulator
    finally:
        emulator.stop()


def seeded(seed: int | None) -> Settings:
    return Settings(serve=ServeSettings(seed=seed))


def wire_id(emulator: Emulator) -> str:
    [message] = emulator.send([ip1()])
    drawn: str = json.loads(message.payload)["id"][8:]
    return drawn


def test_the_seed_goes_on_and_no_id_comes_twice(tmp_path: Path) -> None:
    """The kept one, named or not: each life draws other ids; another seed begins anew."""
    drawn = []
    for seed in (7, 7, None):
        with living(tmp_path, seeded(seed), ManualClock()) as emulator:
            assert emulator.seed == 7
            drawn.append(wire_id(emulator))
    assert len(set(drawn)) == 3
    with living(tmp_path, seeded(8), ManualClock()) as emulator:
        assert emulator.seed == 8


def test_a_clock_that_stood_stands_where_it_stood(tmp_path: Path) -> None:
    """With the mode that it had; one that is named runs on from there."""
    with living(tmp_path, clock=ManualClock()) as emulator:
        emulator.advance(timedelta(hours=5))
        stood = emulator.clock.now()
    with living(tmp_path) as emulator:
        assert (emulator.clock.mode, emulator.clock.now()) == ("manual", stood)
    with living(tmp_path, clock=RunningClock(60.0)) as emulator:
        assert emulator.clock.mode == "x60"
        assert stood <= emulator.clock.now() < stood + timedelta(hours=1)


def test_real_time_goes_on_while_nothing_runs(tmp_path: Path) -> None:
    """And a clock that was ahead of it stays ahead."""
    with living(tmp_path) as emulator:
        emulator.change_clock("manual")
        emulator.advance(timedelta(days=1))
        emulator.change_clock("real")
    with living(tmp_path) as emulator:
        ahead = emulator.clock.now() - datetime.now(UTC)
        assert emulator.clock.mode == "real"
        assert timedelta(hours=23) < ahead <= timedelta(days=1)


def test_what_was_set_comes_back_but_for_what_is_named(tmp_path: Path) -> None:
    """By account and by number; what is not named stays as it was set."""
    with living(tmp_path) as emulator:
        emulator.ip1.put("ip1-10001", HERE)
        emulator.ip1.put("ip1-2", HERE, ["46701"])
        emulator.intelepeer.put_default_webhook(HERE)
        emulator.intelepeer.put_number(NUMBER, webhook=HERE)
        emulator.send([ip1()])
        last = emulator.store.journal.last
    with living(tmp_path) as emulator:
        assert {each.callback_url for each in emulator.ip1.accounts()} == {HERE}
        assert emulator.intelepeer.default_webhook == HERE
        assert emulator.store.journal.last == last  # nothing has changed, so nothing is told
    named = Settings(
        ip1=Ip1Settings(callback_url=THERE),
        intelepeer=IntelePeerSettings(webhook=THERE),
    )
    with living(tmp_path, named) as emulator:
        assert emulator.ip1.account("ip1-10001").callback_url == THERE
        assert emulator.ip1.account("ip1-2").callback_url == HERE
        assert emulator.intelepeer.default_webhook == THERE
        assert emulator.webhook(f"intelepeer:{NUMBER}") == HERE


def test_what_the_file_names_is_there_beside_what_was_set(tmp_path: Path) -> None:
    """Accounts and numbers that it names anew, and webhooks that it names."""
    with living(tmp_path) as emulator:
        emulator.intelepeer.put_number(NUMBER, webhook=HERE)
    other = "+12161110000"
    numbers = {NUMBER: NumberSettings(), other: NumberSettings(webhook=THERE)}
    named = Settings(
        ip1=Ip1Settings(accounts={"ip1-5": AccountSettings(callback_url=THERE)}),
        intelepeer=IntelePeerSettings(numbers=numbers),
    )
    with living(tmp_path, named) as emulator:
        assert emulator.ip1.account("ip1-5").callback_url == THERE
        assert emulator.webhook(f"intelepeer:{NUMBER}") == HERE
        assert emulator.webhook(f"intelepeer:{other}") == THERE


def test_scripts_come_back_as_far_as_they_had_come(tmp_path: Path) -> None:
    """A step that was taken is not taken again."""
    with living(tmp_path, Settings(ip1=Ip1Settings(callback_url=HERE)), ManualClock()) as emulator:
        emulator.faults.add(["503", "500", "404"])
        emulator.send([ip1()])
        emulator.settle()
    with living(tmp_path) as emulator:
        made = emulator.advance(timedelta(minutes=20))
        assert [attempt.outcome for attempt in made] == ["500", "404"]


def test_what_was_accepted_as_the_webhook_changed_goes_there(tmp_path: Path) -> None:
    """By the old route, and the process died before it sent it on: the next one does."""
    with living(tmp_path, clock=ManualClock()) as emulator:
        emulator.ip1.put("ip1-10001", HERE)
        waits = new_message(emulator.store.next_id(), destination=None)
        elsewhere = new_message(
            emulator.store.next_id(), destination=None, endpoint="intelepeer:+12065550100"
        )
        emulator.store.accept([waits, elsewhere])
    with living(tmp_path) as emulator:
        assert emulator.store.message(waits.id).state is State.PENDING
        assert emulator.store.message(waits.id).destination == "http://127.0.0.1:1"
        assert emulator.store.message(elsewhere.id).state is State.HELD


def test_a_reset_is_kept_too(tmp_path: Path) -> None:
    """Nothing of before comes back."""
    with living(tmp_path) as emulator:
        emulator.ip1.put("ip1-10001", HERE)
        emulator.faults.add(["500"])
        emulator.send([ip1()])
        emulator.reset()
    with living(tmp_path) as emulator:
        assert emulator.webhook("ip1:ip1-10001") is None
        assert (emulator.faults.scripts(), emulator.store.pending()) == ((), 0)


def test_a_configuration_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Rather than left out without a word."""
    with living(tmp_path) as emulator:
        emulator.store.keep_documents({"ip1": {"accounts": "nonsense"}})
    store = open_store(str(tmp_path / "state.sqlite"))
    with pytest.raises(StoreError, match="kept in the state cannot be read"):
        Emulator(store=store)
    store.close()
