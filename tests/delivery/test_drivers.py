"""The clock is changed while it runs: nothing in flight is lost, doubled or left unrecorded."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from mohook.delivery.clock import MANUAL_START
from mohook.delivery.message import Message, State
from mohook.emulator import Emulator
from mohook.errors import ConflictError, SettingsError
from mohook.settings import ServeSettings, Settings
from tests._receivers import Answer, scripted
from tests.delivery.changing import SECONDS, changes, gated, in_thread, new_emulator, wait_for
from tests.emulators import App, intelepeer, ip1, outcomes
from tests.threads import no_thread_left

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


EmulatorOf = Callable[..., Emulator]


@pytest.fixture
def emulator_of() -> Iterator[EmulatorOf]:
    """Make an emulator that posts to a URL or an app, and is started unless it is told not to."""
    with ExitStack() as stack:

        def make(*target: Any, started: bool = True, **more: Any) -> Emulator:
            emulator = new_emulator(*target, **more)
            stack.callback(emulator.stop)
            if started:
                emulator.start()
            return emulator

        yield make


# From one to the other


@pytest.mark.slow
def test_a_manual_clock_that_is_made_to_run_delivers_by_itself(emulator_of: EmulatorOf) -> None:
    """What was due goes out at once, retries follow at their time, from where the clock stood."""
    with scripted(Answer(500), Answer(500), Answer(200)) as receiver:
        emulator = emulator_of(receiver.url, "manual")
        [message] = emulator.send([intelepeer()])
        emulator.settle()
        emulator.advance(timedelta(seconds=30))
        emulator.change_clock("x1000")
        assert emulator.wait_settled([message.id], SECONDS)
    assert outcomes(message) == ["500", "500", "200"]
    starts = [attempt.started_at - MANUAL_START for attempt in message.attempts]
    assert starts[0] == timedelta()
    assert all(later - earlier >= MINUTE for earlier, later in itertools.pairwise(starts))
    assert starts[-1] < HOUR


def test_a_clock_that_is_made_manual_stands(emulator_of: EmulatorOf) -> None:
    """Nothing is sent by itself any more; a hand moves it on from there."""
    with scripted(Answer(500)) as receiver:
        emulator = emulator_of(receiver.url, "real")
        [message] = emulator.send([ip1()])
        wait_for(emulator, lambda: message.attempts_made == 1)
        emulator.change_clock("manual")
        stood = emulator.clock.now()
        assert emulator.settle() == []
        assert emulator.clock.now() == stood
        assert [each.number for each in emulator.advance(timedelta(minutes=20))] == [2, 3]
        assert emulator.clock.now() == stood + timedelta(minutes=20)
        emulator.change_clock("real")
        [other] = emulator.send([ip1()])
        wait_for(emulator, lambda: other.attempts_made == 1)
        assert stood + timedelta(minutes=20) <= other.created_at
    assert message.attempts_made == 3


def test_each_change_is_told_once(emulator_of: EmulatorOf) -> None:
    """The journal holds what it was and what it is now; a change to the same is none."""
    emulator = emulator_of(App(), "manual")
    for mode in ("manual", "x60", "x60", "x60.0", "x0.5", "real", "x1", "manual", "manual"):
        emulator.change_clock(mode)
    assert changes(emulator) == [
        {"was": "manual", "mode": "x60"},
        {"was": "x60", "mode": "x0.5"},
        {"was": "x0.5", "mode": "real"},
        {"was": "real", "mode": "manual"},
    ]


@pytest.mark.parametrize("mode", ["fast", "x0", "", "X2"])
def test_what_is_no_clock_changes_nothing(emulator_of: EmulatorOf, mode: str) -> None:
    """The refusal shows it, and says what is taken."""
    emulator = emulator_of(App(), "x60")
    with pytest.raises(SettingsError, match=f"'{mode}': expected real, manual or xN"):
        emulator.change_clock(mode)
    assert (emulator.clock.mode, changes(emulator)) == ("x60", [])


# What is in flight


def test_what_is_in_flight_when_the_clock_stops_ends_and_is_recorded(
    emulator_of: EmulatorOf,
) -> None:
    """The change does not wait for it; its answer counts when it comes, and nothing follows."""
    with gated() as (receiver, gate):
        emulator = emulator_of(receiver.url, "real", per_receiver=1)
        first, second = emulator.send([ip1(count=2)])
        receiver.wait_for(1)
        emulator.change_clock("manual")
        assert (first.attempts_made, emulator.clock.mode) == (0, "manual")
        gate.open()
        wait_for(emulator, lambda: first.state is State.DELIVERED)
        assert second.state is State.PENDING
        assert len(emulator.run_next()) == 1
        assert (second.state, len(receiver.requests)) == (State.DELIVERED, 2)


def test_moving_the_clock_waits_for_what_is_in_flight(emulator_of: EmulatorOf) -> None:
    """The clock moves when the last answer is recorded; the way then goes on from it."""
    with gated() as (receiver, gate):
        emulator = emulator_of(receiver.url, "real")
        [message] = emulator.send([ip1()])
        receiver.wait_for(1)
        emulator.change_clock("manual")
        stood = emulator.clock.now()
        thread, made = in_thread(lambda: emulator.advance(HOUR))
        assert not emulator.store.journal.wait(emulator.store.journal.last, 0.05)
        assert (emulator.clock.now(), made) == (stood, [])
        gate.open()
        thread.join(SECONDS)
        assert (emulator.clock.now(), made) == (stood + HOUR, [[]])
        assert outcomes(message) == ["200"]
        assert len(receiver.requests) == 1


def test_a_clock_that_runs_again_before_all_has_landed_goes_on_at_once(
    emulator_of: EmulatorOf,
) -> None:
    """What hangs holds up nobody: another message goes out, and the first is not sent twice."""
    with gated() as (hanging, gate), scripted() as receiver:
        emulator = emulator_of(hanging.url, "real")
        emulator.intelepeer.put_default_webhook(receiver.url)
        [hangs] = emulator.send([ip1()])
        hanging.wait_for(1)
        emulator.change_clock("manual")
        emulator.change_clock("x2")
        [other] = emulator.send([intelepeer()])
        assert emulator.wait_settled([other.id], SECONDS)
        assert hangs.attempts_made == 0
        gate.open()
        assert emulator.wait_settled([hangs.id], SECONDS)
        assert len(hanging.requests) == 1


@pytest.mark.slow
def test_messages_sent_before_all_has_landed_are_not_forgotten(emulator_of: EmulatorOf) -> None:
    """`settle` leaves them to who waits for the rest, and who makes them all, as there is room."""
    with gated() as (receiver, gate):
        emulator = emulator_of(receiver.url, "real", per_receiver=1)
        [first] = emulator.send([ip1()])
        receiver.wait_for(1)
        emulator.change_clock("manual")
        sent = emulator.send([ip1(count=3)])
        assert emulator.settle() == []
        gate.open()
        wait_for(emulator, lambda: all(each.state is State.DELIVERED for each in (first, *sent)))
        assert len(receiver.requests) == 4


@pytest.mark.slow
def test_a_faster_clock_does_not_take_what_is_in_flight_for_lost(emulator_of: EmulatorOf) -> None:
    """A lease is of real time: however fast the emulator's passes, it is in flight once."""
    with gated() as (hanging, gate), scripted(Answer(500)) as receiver:
        emulator = emulator_of(hanging.url, "real")
        emulator.intelepeer.put_default_webhook(receiver.url)
        [hangs] = emulator.send([ip1()])
        hanging.wait_for(1)
        emulator.change_clock("x1000")
        [other] = emulator.send([intelepeer()])
        wait_for(emulator, lambda: other.attempts_made == 4)
        assert other.attempts[-1].started_at > hangs.created_at + timedelta(seconds=40)
        assert len(hanging.requests) == 1
        gate.open()
        assert emulator.wait_settled([hangs.id], SECONDS)
    assert outcomes(hangs) == ["200"]


# Who waits for whom


def test_a_clock_that_is_being_moved_begins_to_run_after_that(emulator_of: EmulatorOf) -> None:
    """The change waits for its turn."""
    with gated() as (receiver, gate):
        emulator = emulator_of(receiver.url, "manual")
        emulator.send([ip1()])
        moving, made = in_thread(lambda: emulator.advance(HOUR))
        receiver.wait_for(1)
        changing, _ = in_thread(lambda: emulator.change_clock("real"))
        changing.join(0.05)
        assert (changing.is_alive(), emulator.clock.mode) == (True, "manual")
        gate.open()
        moving.join(SECONDS)
        changing.join(SECONDS)
    assert [len(each) for each in made if isinstance(each, list)] == [1]
    assert changes(emulator) == [{"was": "manual", "mode": "real"}]
    assert emulator.clock.now() >= MANUAL_START + HOUR


def test_who_waits_to_move_a_clock_that_runs_meanwhile_is_refused(emulator_of: EmulatorOf) -> None:
    """It does not move it later on, when nobody expects that any more."""
    emulator = emulator_of(App(), "manual")
    turn = emulator._drivers.manual.turn
    turn.take()
    with turn.held():
        waiting, came = in_thread(lambda: emulator.advance(HOUR))
        waiting.join(0.05)
        assert waiting.is_alive()
        emulator.clock.change("real")
    waiting.join(SECONDS)
    [refused] = came
    assert isinstance(refused, ConflictError)
    assert "runs by itself" in str(refused)


class Meddler(App):
    """An app that does something to the emulator while it handles its first message."""

    def __init__(self, meddle: Callable[[], object]) -> None:
        super().__init__()
        self.came: list[object] = []
        self._meddle = meddle

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        if not self.came:
            self.came.append(None)
            try:
                self.came[0] = self._meddle()
            except ConflictError as error:
                self.came[0] = str(error)
        return super().__call__(environ, start_response)


def test_an_app_cannot_make_the_clock_run_that_waits_for_it(emulator_of: EmulatorOf) -> None:
    """It would wait for its own answer."""
    app = Meddler(lambda: emulator.change_clock("real"))
    emulator = emulator_of(app, "manual")
    emulator.send([ip1()])
    emulator.settle()
    assert app.came == [
        "the clock is being moved: an app cannot move it while it handles a message"
    ]
    assert emulator.clock.mode == "manual"


def test_an_app_may_stop_the_clock_that_delivers_to_it(emulator_of: EmulatorOf) -> None:
    """And send another message: it is made when this one has been answered."""

    def meddle() -> list[Message]:
        emulator.change_clock("manual")
        sent = emulator.send([ip1("the second")])
        assert emulator.settle() == []
        with pytest.raises(ConflictError, match="while it handles a message"):
            emulator.advance(HOUR)
        return sent

    app = Meddler(meddle)
    emulator = emulator_of(app, "real")
    [first] = emulator.send([ip1()])
    wait_for(emulator, lambda: len(app.bodies) == 2 and first.state is State.DELIVERED)
    assert isinstance(app.came[0], list)
    wait_for(emulator, lambda: app.came[0][0].state is State.DELIVERED)  # type: ignore[index]
    assert emulator.clock.mode == "manual"


def test_an_app_cannot_change_a_clock_that_is_moved_when_it_answers(
    emulator_of: EmulatorOf,
) -> None:
    """Whoever moves it waits for the app: the app is refused, and neither waits for ever."""
    movers: list[tuple[Thread, list[object]]] = []

    def meddle() -> None:
        emulator.change_clock("manual")
        movers.append(in_thread(lambda: emulator.advance(HOUR)))
        turn = emulator._drivers.manual.turn
        while turn.take_now():  # until the mover has it
            with turn.held():
                pass
        with pytest.raises(ConflictError, match="about to be moved"):
            emulator.change_clock("real")

    emulator = emulator_of(Meddler(meddle), "real")
    [message] = emulator.send([ip1()])
    wait_for(emulator, lambda: message.state is State.DELIVERED)
    [(mover, came)] = movers
    mover.join(SECONDS)
    assert (came, emulator.clock.mode) == ([[]], "manual")


# Begun and ended


def test_before_the_start_only_the_clock_runs(emulator_of: EmulatorOf) -> None:
    """Delivery begins with the start."""
    with scripted() as receiver:
        emulator = emulator_of(receiver.url, "manual", started=False)
        emulator.change_clock("x1000")
        [message] = emulator.send([ip1()])
        assert not emulator.wait_settled([message.id], 0.05)
        emulator.start()
        assert emulator.wait_settled([message.id], SECONDS)
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "modes", [[], ["manual"], ["x60"], ["manual", "real"], ["x60", "manual"], ["manual", "x2"] * 3]
)
@pytest.mark.parametrize("first", ["real", "manual"])
@pytest.mark.parametrize("started", [True, False])
def test_it_stops_in_every_state(first: str, modes: list[str], started: bool) -> None:
    """No thread is left, stopping again does nothing, and nothing else is done any more."""
    with no_thread_left():
        emulator = Emulator(Settings(serve=ServeSettings(clock=first)))
        if started:
            emulator.start()
        for mode in modes:
            emulator.change_clock(mode)
        emulator.stop()
        emulator.stop()
        for wrong in (emulator.start, lambda: emulator.change_clock("x3")):
            with pytest.raises(ConflictError, match="has been stopped"):
                wrong()
    assert emulator.failure is None


def test_it_stops_while_something_hangs_at_a_clock_that_stands(emulator_of: EmulatorOf) -> None:
    """What was in flight stays pending."""
    with gated() as (receiver, _):
        emulator = emulator_of(receiver.url, "real")
        [message] = emulator.send([ip1()])
        receiver.wait_for(1)
        emulator.change_clock("manual")
        begun = time.monotonic()
        emulator.stop()
        assert time.monotonic() - begun < 2
        assert "mohook-delivery" not in {thread.name for thread in threading.enumerate()}
    assert (message.state, message.attempts) == (State.PENDING, [])


def test_a_snapshot_sets_only_a_clock_that_stands(emulator_of: EmulatorOf) -> None:
    """As it always did, whatever the clock was when the emulator was made."""
    emulator = emulator_of(App(), "manual")
    snapshot = emulator.snapshot()
    emulator.advance(HOUR)
    emulator.change_clock("x1000")
    emulator.restore(snapshot)
    assert emulator.clock.now() >= MANUAL_START + HOUR
    emulator.change_clock("manual")
    emulator.restore(snapshot)
    assert emulator.clock.now() == MANUAL_START
    assert [each["mode"] for each in changes(emulator)] == ["x1000", "manual"]
