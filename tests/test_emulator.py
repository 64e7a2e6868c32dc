"""The emulator as a whole: accept, deliver, forget, wait."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from mohook.delivery.clock import RunningClock
from mohook.delivery.message import State
from mohook.emulator import Emulator
from mohook.errors import (
    AddressError,
    ConflictError,
    InputError,
    MohookError,
    NotSettledError,
    SettingsError,
    TextError,
    UnknownNumberError,
)
from mohook.settings import (
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    ServeSettings,
    Settings,
)
from mohook.store.store import MessageFilter
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests.emulators import NUMBER, App, intelepeer, ip1, manual, outcomes

MINUTE = timedelta(minutes=1)


# Sending


@pytest.mark.parametrize("submission", [ip1(), intelepeer()])
def test_a_message_reaches_the_receiver_as_it_was_accepted(submission: Submission) -> None:
    """The posted bytes are the payload, and the payload holds what was sent."""
    app = App()
    emulator = manual(app=app)
    [message] = emulator.send([submission])
    assert (message.state, app.bodies) == (State.PENDING, [])
    emulator.settle()
    assert app.bodies == [message.payload]
    assert submission.body in app.payloads[0].values()
    assert message.state is State.DELIVERED


def test_ip1_is_posted_every_ten_minutes_until_200() -> None:
    """The documented 200, and the assumed interval."""
    app = App(500, 202, 301, 200)
    emulator = manual(app=app)
    [message] = emulator.send([ip1()])
    emulator.advance(30 * MINUTE)
    assert outcomes(message) == ["500", "202", "301", "200"]
    assert len(set(app.bodies)) == 1


def test_intelepeer_fails_after_five_attempts() -> None:
    """The documented five in all, the same reference id in each."""
    app = App(500)
    emulator = manual(app=app)
    [message] = emulator.send([intelepeer()])
    emulator.run_until_idle()
    assert (outcomes(message), message.state) == (["500"] * 5, State.FAILED)
    assert len({payload["refid"] for payload in app.payloads}) == 1


def test_ip1s_preset_for_delivery_reports_ends_after_ten() -> None:
    """The switch `ip1.retry`."""
    emulator = manual(Settings(ip1=Ip1Settings(retry="dlr-like")), app=App(500))
    [message] = emulator.send([ip1()])
    emulator.run_until_idle()
    assert (len(message.attempts), message.state) == (10, State.FAILED)


def test_count_sends_the_message_so_many_times() -> None:
    """Each is a message of its own, under an id of its own."""
    app = App()
    emulator = manual(app=app)
    emulator.send([ip1(count=3), intelepeer(count=2)])
    emulator.settle()
    assert len({payload.get("id") or payload["refid"] for payload in app.payloads}) == 5


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (Submission("twilio", "1", "2", "x"), InputError),
        (ip1()._replace(recipient="+456189040623"), AddressError),
        (ip1()._replace(sender=""), AddressError),
        (intelepeer(to="12161112222"), AddressError),
        (intelepeer()._replace(sender="0"), AddressError),
        (ip1(body="\ud800"), TextError),
        (intelepeer(body="\ud800"), TextError),
        (intelepeer(body="x" * 100_000), TextError),
        (ip1(count=0), InputError),
        (ip1(count=-1), InputError),
        (ip1(batch=True, count=0), InputError),
        (ip1(fields={"x": float("nan")}), InputError),
        (ip1(fields={"x": object()}), InputError),
        (ip1(fields={"x": "\ud800"}), InputError),
        (ip1(fields={"x": b"bytes"}), InputError),
    ],
)
def test_a_bad_submission_changes_nothing(bad: Submission, error: type[MohookError]) -> None:
    """Neither it nor the good one before it is accepted."""
    emulator = manual(app=App())
    with pytest.raises(error):
        emulator.send([ip1(), bad])
    assert emulator.store.messages(MessageFilter()) == []
    assert emulator.store.figures().received == 0


def test_a_number_outside_a_closed_inventory_is_unknown() -> None:
    """One that stands in it is taken."""
    settings = Settings(intelepeer=IntelePeerSettings(numbers={NUMBER: NumberSettings()}))
    emulator = manual(settings)
    with pytest.raises(UnknownNumberError):
        emulator.send([intelepeer(to="+12160000000")])
    assert emulator.send([intelepeer()])[0].state is State.HELD


def test_a_batch_at_ip1_shares_one_batch_id() -> None:
    """Each message is its own POST under its own id; alone, each has a batch of its own."""
    app = App()
    emulator = manual(app=app)
    emulator.send_batch([ip1("a"), ip1("b", count=2)])
    emulator.send([ip1("c"), ip1("d"), ip1("e", count=2, batch=True)])
    emulator.settle()
    batches = {payload["body"]: payload["batchId"] for payload in app.payloads}
    assert [payload["body"] for payload in app.payloads] == list("abbcdee")
    assert batches["a"] == batches["b"]
    assert len(set(batches.values())) == 4
    assert len({payload["id"] for payload in app.payloads}) == 7


@pytest.mark.parametrize("batch", [[], [ip1(), intelepeer()]])
def test_a_batch_is_of_one_provider(batch: list[Submission]) -> None:
    """Nothing, and a mix of two, is no batch."""
    with pytest.raises(InputError, match="a batch of"):
        manual().send_batch(batch)


def test_a_long_message_in_parts_is_several_messages() -> None:
    """The switch `intelepeer.long_messages`; each part knows its own sender, also in a batch."""
    app = App()
    settings = Settings(intelepeer=IntelePeerSettings(long_messages="parts"))
    emulator = manual(settings, app=app)
    other = intelepeer("short", to="+12161112223")
    messages = emulator.send_batch([intelepeer("x" * 161), other])
    emulator.settle()
    assert [message.body for message in messages] == ["x" * 153, "x" * 8, "short"]
    assert [message.recipient for message in messages] == [NUMBER, NUMBER, "+12161112223"]
    assert [payload["to"] for payload in app.payloads] == [NUMBER, NUMBER, "+12161112223"]


def test_fields_replace_what_is_posted_and_nothing_else() -> None:
    """The message is routed by its recipient, whatever its payload says."""
    app = App()
    emulator = manual(app=app)
    [message] = emulator.send([intelepeer(fields={"to": "elsewhere", "extra": None})])
    emulator.settle()
    assert message.recipient == NUMBER
    assert app.payloads[0]["to"] == "elsewhere"
    assert app.payloads[0]["extra"] is None


# The clock


def test_a_running_clock_cannot_be_moved_by_hand() -> None:
    """The error names the option; settling does nothing, for it happens by itself."""
    emulator = Emulator(clock=RunningClock())
    with pytest.raises(ConflictError, match="--clock manual"):
        emulator.advance(MINUTE)
    assert emulator.settle() == []
    emulator.stop()


def test_a_receiver_that_never_acknowledges_ip1_does_not_run_for_ever() -> None:
    """`run_until_idle` stops at its bound with the timeline."""
    emulator = manual(app=App(500))
    emulator.send([ip1()])
    with pytest.raises(NotSettledError, match=r"(?s)1\. .* answered 500.*20\. "):
        emulator.run_until_idle(max_attempts=20)


def test_run_next_makes_one_instant() -> None:
    """All that is due at it, and no more."""
    emulator = manual(app=App(500))
    emulator.send([ip1(), intelepeer()])
    assert len(emulator.settle()) == 2
    assert len(emulator.run_next()) == 1
    assert len(emulator.advance_to(emulator.clock.now() + 9 * MINUTE)) == 4


# Forgetting


def test_a_reset_is_a_fresh_start_with_the_same_ids() -> None:
    """Messages, faults and configuration are gone; the seed draws the same payloads again."""
    app = App(500)
    emulator = manual(Settings(serve=ServeSettings(seed=1)), app=app)

    def story() -> list[bytes]:
        messages = emulator.send([ip1(), intelepeer(), ip1(count=2)])
        emulator.faults.add(["reorder"])
        emulator.settle()
        return [message.payload for message in messages]

    first = story()
    emulator.reset()
    assert emulator.store.messages(MessageFilter()) == []
    assert emulator.faults.scripts() == ()
    assert emulator.webhook("ip1:ip1-10001") is None
    assert story() == first


def test_without_a_seed_no_run_draws_the_ids_of_another() -> None:
    """A receiver that remembers ids takes the messages of a new run, or after a reset, for new."""
    emulators = [manual(app=App()), manual(app=App())]
    payloads = [each.send([intelepeer()])[0].payload for each in emulators]
    emulators[0].reset()
    payloads.append(emulators[0].send([intelepeer()])[0].payload)
    assert len(set(payloads)) == 3


def test_one_seed_decides_every_byte() -> None:
    """The same seed and story, the same ids, payloads and order; another seed, others."""

    def story(seed: int) -> list[bytes]:
        settings = Settings(
            serve=ServeSettings(seed=seed),
            delivery=DeliverySettings(order="shuffled", new_id_per_attempt=True),
        )
        app = App(500, 200)
        emulator = manual(settings, app=app)
        emulator.send([intelepeer(str(number)) for number in range(9)])
        emulator.send_batch([ip1("a"), ip1("b")])
        emulator.run_until_idle()
        return app.bodies

    assert story(1) == story(1)
    assert story(1) != story(2)


# Waiting


def test_waiting_ends_when_all_have_settled() -> None:
    """Delivered, failed, held, pruned or unknown: none of these is waited for."""
    emulator = manual(app=App())
    [message] = emulator.send([ip1()])
    assert not emulator.wait_settled([message.id], 0)
    emulator.settle()
    assert emulator.wait_settled([message.id, "m99"], 0)
    assert emulator.wait_settled([], 0)


def test_a_waiter_in_another_thread_is_told() -> None:
    """As soon as the last attempt is recorded, well before its time is up."""
    emulator = manual(app=App(500))
    [message] = emulator.send([intelepeer()])
    told: list[bool] = []
    waiting = Thread(target=lambda: told.append(emulator.wait_settled([message.id], 30)))
    waiting.start()
    emulator.run_until_idle()
    waiting.join(10)
    assert told == [True]


# Running


@pytest.mark.slow
def test_a_running_emulator_delivers_by_itself() -> None:
    """Accepted right after the start, retried at its time, stopped at once."""
    settings = Settings(serve=ServeSettings(clock="x1000"))
    with scripted(Answer(500), Answer(200)) as receiver:
        emulator = Emulator(settings)
        emulator.ip1.put("ip1-10001", receiver.url)
        emulator.intelepeer.put_default_webhook(receiver.url)
        emulator.start()
        emulator.start()
        try:
            [message] = emulator.send([intelepeer()])
            assert emulator.wait_settled([message.id], 10)
        finally:
            emulator.stop()
    assert outcomes(message) == ["500", "200"]
    assert re.match(rb'\{"refid":"[0-9A-F]{32}"', receiver.requests[0].body)


def test_stopping_twice_is_stopping_once() -> None:
    """Also an emulator that never started."""
    for started in (True, False):
        emulator = Emulator()
        if started:
            emulator.start()
        emulator.stop()
        emulator.stop()


@pytest.mark.parametrize("wrong", [{"settings": {"ip1": {}}}, {"clock": "manual"}])
def test_what_an_emulator_is_made_of_is_checked(wrong: dict[str, Any]) -> None:
    """A dict for settings, or a word for a clock, is refused with what was expected."""
    with pytest.raises(SettingsError, match=r"expected (Settings|RunningClock or ManualClock)"):
        Emulator(**wrong)
