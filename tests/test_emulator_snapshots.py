"""Snapshots: all of the state, taken back as it was, or nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mohook.delivery.message import Message, State
from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.settings import DeliverySettings, Settings
from mohook.store.store import MessageFilter
from tests.emulators import NUMBER, App, intelepeer, ip1, manual

MINUTE = timedelta(minutes=1)
Snapshot = dict[str, Any]


def busy(app: App | None = None) -> Emulator:
    """Return an emulator in the middle of many things, with a receiver that never acknowledges."""
    emulator = manual(app=app or App(500))
    emulator.faults.add(["timeout", "delay:5m"], match=None)
    emulator.send([ip1("a"), intelepeer("b"), intelepeer("c")])
    emulator.advance(2 * MINUTE)
    emulator.intelepeer.put_number("+12161119999", webhook="")
    emulator.send([intelepeer("held", to="+12161119999")])
    emulator.faults.add(["reset"])
    return emulator


def carried(emulator: Emulator) -> Snapshot:
    """Return a snapshot as it comes back from a file."""
    snapshot: Snapshot = json.loads(json.dumps(emulator.snapshot()))
    return snapshot


def all_messages(emulator: Emulator) -> list[Message]:
    return emulator.store.messages(MessageFilter(limit=1000))


def test_a_restored_emulator_goes_on_as_the_first_one_does() -> None:
    """Same clock, messages, scripts, webhooks: the same attempts from there on."""
    apps = App(500), App(500)
    first = busy(apps[0])
    second = manual(app=apps[1])
    second.restore(carried(first))
    assert carried(second) == carried(first)
    sent = len(apps[0].bodies)
    for emulator in (first, second):
        emulator.send([intelepeer("new")])
        emulator.advance(30 * MINUTE)
    assert apps[1].bodies == apps[0].bodies[sent:]
    assert carried(second)["store"]["figures"] == carried(first)["store"]["figures"]


def test_ids_that_were_given_are_not_given_again() -> None:
    """A message sent after a restore in a new process is no duplicate of one sent before."""
    app = App()
    first = manual(Settings(delivery=DeliverySettings(new_id_per_attempt=True)), app=app)
    [before] = first.send([intelepeer()])
    again = manual(app=app)
    again.restore(carried(first))
    [after] = again.send([intelepeer()])
    assert after.id != before.id
    assert json.loads(after.payload)["refid"] != json.loads(before.payload)["refid"]


def test_a_restored_message_hears_of_a_webhook_that_is_set_later() -> None:
    """What was held in the first process is sent by the second when the default webhook comes."""
    first = manual()
    first.send([intelepeer()])
    second = manual()
    second.restore(carried(first))
    app = App()
    second.intelepeer.put_default_webhook(f"{second.apps.mount(app)}/")
    second.settle()
    assert len(app.bodies) == 1


def test_an_emulator_takes_its_own_snapshot_back() -> None:
    """Whatever happened since is undone, the clock included."""
    emulator = busy()
    snapshot = carried(emulator)
    emulator.advance(60 * MINUTE)
    emulator.faults.clear()
    emulator.intelepeer.put_number(NUMBER, webhook="")
    emulator.restore(snapshot)
    assert carried(emulator) == snapshot


def drop(key: str) -> Callable[[Snapshot], None]:
    return lambda snapshot: snapshot.pop(key)


def put(*path: str | int, value: Any) -> Callable[[Snapshot], None]:
    def change(snapshot: Snapshot) -> None:
        place: Any = snapshot
        for each in path[:-1]:
            place = place[each]
        place[path[-1]] = value

    return change


BAD = {
    "no version": drop("version"),
    "another version": put("version", value=2),
    "no clock": drop("taken_at"),
    "clock in words": put("taken_at", value="noon"),
    "clock without a zone": put("taken_at", value="2026-01-01T12:00:00"),
    "clock of another type": put("taken_at", value=5),
    "no ip1": drop("ip1"),
    "ip1 of another type": put("ip1", value=[]),
    "bad callback URL": put("ip1", "accounts", 0, "callback_url", value="ftp://x"),
    "no intelepeer": drop("intelepeer"),
    "bad number": put("intelepeer", "numbers", 0, "endpoint", value="nope"),
    "no faults": drop("faults"),
    "bad step": put("faults", "scripts", 0, "steps", value=["nope"]),
    "no random": drop("random"),
    "short random": put("random", 0, 1, value=[1, 2, 3]),
    "half of random": put("random", value=[[3, [], None]]),
    "no store": drop("store"),
    "bad message": put("store", "messages", 0, "state", value="lost"),
    "unknown provider": put("store", "messages", 0, "provider", value="pigeon"),
    "endpoint of another provider": put("store", "messages", 0, "endpoint", value="intelepeer:+1"),
    "bad figures": put("store", "figures", "received", value=None),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_snapshot_changes_nothing(what: str) -> None:
    """Neither messages nor their due times, nor webhooks, scripts, clock or journal."""
    emulator = busy()
    before, messages, last = carried(emulator), all_messages(emulator), emulator.store.journal.last
    bad = carried(manual(app=App()))
    bad["store"] = before["store"]
    bad["faults"] = before["faults"]
    bad["intelepeer"]["numbers"] = before["intelepeer"]["numbers"]
    bad = json.loads(json.dumps(bad))
    BAD[what](bad)
    with pytest.raises(StoreError) as caught:
        emulator.restore(bad)
    assert "nothing changed" in str(caught.value)
    assert carried(emulator) == before
    assert emulator.store.journal.last == last
    now = all_messages(emulator)
    assert all(one is other for one, other in zip(now, messages, strict=True))


def test_what_is_no_object_is_no_snapshot() -> None:
    """A list, a text, nothing."""
    nothings: list[Any] = [[], "snapshot", None, 5]
    for bad in nothings:
        with pytest.raises(StoreError):
            manual().restore(bad)


def test_a_message_held_back_before_a_restore_leaves_nothing_behind() -> None:
    """A message of the snapshot meets its scripts, though its id was held back here."""
    emulator = manual(app=App())
    snapshot = carried(emulator)
    emulator.faults.add(["reorder"])
    emulator.send([ip1()])
    emulator.settle()
    emulator.restore(snapshot)
    emulator.faults.add(["500"])
    [message] = emulator.send([ip1()])
    emulator.settle()
    assert [attempt.outcome for attempt in message.attempts] == ["500"]
    assert message.state is State.PENDING
