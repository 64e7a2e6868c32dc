"""Several emulators on one PostgreSQL: what one is told, all hold to. Messages stand in `store`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread

import pytest

from mohook.delivery.clock import clock_from
from mohook.delivery.message import State
from mohook.emulator import Emulator
from mohook.settings import Ip1Settings, Settings
from mohook.store.journal import CLOCK_CHANGED, WEBHOOK_CHANGED
from mohook.store.sql.opening import open_store
from mohook.store.store import MessageFilter, Store
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests._receivers.receiver import Receiver
from tests.postgres import state_url
from tests.store.made import new_message

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

NOBODY = "http://127.0.0.1:1/"
MINUTE = timedelta(minutes=1)
New = Callable[..., Emulator]


@pytest.fixture
def new() -> Iterator[New]:
    """Give what makes one more emulator on the same state; `clock` is what somebody names."""
    with ExitStack() as held:
        where = held.enter_context(state_url())

        def start(clock: str | None = None, settings: Settings | None = None) -> Emulator:
            named = clock_from(clock) if clock else None
            made = Emulator(settings, clock=named, store=open_store(where))
            held.callback(made.stop)
            return made

        yield start


@pytest.fixture
def two(new: New) -> tuple[Emulator, Emulator]:
    """Give two emulators with a clock that is moved by hand."""
    return new("manual"), new()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with scripted(Answer(200)) as answering:
        yield answering


def send(emulator: Emulator, body: str = "Hello", provider: str = "ip1") -> str:
    to = "456189040623" if provider == "ip1" else "+12065550100"
    sender = "46712345678" if provider == "ip1" else "+12065550199"
    (message,) = emulator.send([Submission(provider, sender, to, body)])
    return message.id


def held_at(store: Store) -> str:
    """Accept a message as if no webhook were known; return its id."""
    message = new_message(store.next_id(), destination=None)
    store.accept([message])
    return message.id


def connect(emulator: Emulator, url: str) -> None:
    emulator.ip1.change("ip1-10001", {"callback_url": url})


def faults_of(emulator: Emulator, message_id: str) -> list[str | None]:
    return [each.fault for each in emulator.store.message(message_id).attempts]


def test_a_webhook_that_one_is_told_holds_at_the_other(
    two: tuple[Emulator, Emulator], receiver: Receiver
) -> None:
    """What waits at either goes there, and the journal tells of the change once."""
    one, other = two
    held = send(other)
    assert one.store.message(held).state is State.HELD
    connect(one, receiver.url)
    later = send(other)
    assert len(other.settle()) == 2
    assert {each.state for each in one.store.messages(MessageFilter())} == {State.DELIVERED}
    assert [each.id for each in one.store.messages(MessageFilter())] == [held, later]
    kinds = [event.kind for event in other.store.journal.after(0, 100)]
    assert kinds.count(WEBHOOK_CHANGED) == 1


def test_what_one_accepted_moves_with_a_change_at_the_other(
    two: tuple[Emulator, Emulator], receiver: Receiver
) -> None:
    """A number that only the first has met follows the default that the second is told."""
    one, other = two
    message = send(one, provider="intelepeer")
    other.intelepeer.put_default_webhook(receiver.url)
    assert len(other.settle()) == 1
    assert one.store.message(message).state is State.DELIVERED


def test_what_one_held_that_ended_too_early_the_other_sends_on(
    two: tuple[Emulator, Emulator], receiver: Receiver
) -> None:
    """It had accepted by the old route in the moment of the change, and is seen to be gone."""
    one, other = two
    connect(other, receiver.url)
    one.catch_up()
    held = held_at(one.store)
    assert other.store.message(held).state is State.HELD
    one.store.close()
    while other.store.message(held).state is State.HELD:
        assert other.store.journal.wait(other.store.journal.last, 10)
    assert len(other.settle()) == 1


def test_changes_at_both_stand_side_by_side(two: tuple[Emulator, Emulator]) -> None:
    """Neither overwrites what the other has just been told."""
    one, other = two
    threads = [
        Thread(target=each.ip1.put, args=(f"ip1-{who}{n}", NOBODY, [f"4670000{who}{n:02}"]))
        for n in range(10)
        for who, each in enumerate((one, other))
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for emulator in two:
        emulator.catch_up()
        assert len(emulator.ip1.accounts()) == 21


def test_each_step_of_a_script_is_taken_once(
    two: tuple[Emulator, Emulator], receiver: Receiver
) -> None:
    """By whoever makes the attempt; a step that holds back does so for all."""
    one, other = two
    connect(one, receiver.url)
    one.faults.add(["500", "delay:90s", "timeout"])
    message = send(other)
    for emulator in (other, one, other, one):
        emulator.run_next()
    assert faults_of(one, message) == ["500", "delay:90s"]
    last = send(one)
    other.settle()
    assert faults_of(one, last) == ["timeout"]
    assert not one.faults.scripts()


def test_the_clock_that_one_moves_is_moved_at_the_other(two: tuple[Emulator, Emulator]) -> None:
    """And is changed there, whoever changes it."""
    one, other = two
    began = one.clock.now()
    one.advance(7 * MINUTE)
    other.advance(3 * MINUTE)
    one.catch_up()
    assert one.clock.now() == other.clock.now() == began + 10 * MINUTE
    one.change_clock("x60")
    other.catch_up()
    assert other.clock.mode == "x60"
    other.change_clock("manual")
    one.catch_up()
    assert (one.clock.mode, one.clock.now()) == ("manual", other.clock.now())
    kinds = [event.kind for event in one.store.journal.after(0, 100)]
    assert kinds.count(CLOCK_CHANGED) == 2


def test_scaled_time_is_the_same_at_both(new: New) -> None:
    """One that joins begins where the other has come to by then."""
    one = new("x1000")
    other = new()
    first, between, last = one.clock.now(), other.clock.now(), one.clock.now()
    assert other.clock.mode == "x1000"
    allowed = timedelta(seconds=20)  # of the emulator's time: 20 ms
    assert first - allowed < between < last + allowed


def test_one_moves_the_clock_at_a_time(two: tuple[Emulator, Emulator]) -> None:
    """Each advances from where the other has left it, so that none of it is lost."""
    began = two[0].clock.now()
    threads = [Thread(target=each.advance, args=(MINUTE,)) for each in two for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for emulator in two:
        emulator.catch_up()
        assert emulator.clock.now() == began + 10 * MINUTE


def test_a_clock_that_runs_has_both_deliver(new: New, receiver: Receiver) -> None:
    """What one accepts is sent once, by whoever comes first, and both hear of it."""
    one, other = new("real"), new()
    connect(one, receiver.url)
    for emulator in (one, other):
        emulator.start()
    sent = [send(emulator, f"{n}") for n in range(20) for emulator in (one, other)]
    assert one.wait_settled(sent, 30)
    assert other.wait_settled(sent, 30)
    assert len(receiver.requests) == len(sent) == one.store.figures().attempts


def test_a_reset_is_one_for_all(two: tuple[Emulator, Emulator], receiver: Receiver) -> None:
    """Ids begin anew at each, and no two of the providers' own are the same."""
    one, other = two
    connect(one, receiver.url)
    send(other)
    one.reset()
    connect(other, receiver.url)
    assert [send(other), send(one), send(other)] == ["m1", "m2", "m3"]
    payloads = {each.payload for each in one.store.messages(MessageFilter())}
    assert len(payloads) == 3
    assert one.seed == other.seed


def test_no_two_draw_the_same_ids(new: New) -> None:
    """Though both are told the same seed."""
    settings = Settings(ip1=Ip1Settings(callback_url=NOBODY))
    one, other = new("manual", settings), new(settings=settings)
    ids = [send(one), send(other)]
    first, second = (one.store.message(each).payload for each in ids)
    assert first != second
