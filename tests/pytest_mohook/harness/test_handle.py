"""The handle: the example of the contract, time, faults, settlement, what errors say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mohook.errors import ConflictError, FaultError, InputError, NotFoundError, NotSettledError
from pytest_mohook import Mohook, MohookFactory
from tests.emulators import App

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_the_example_of_the_contract(mohook: Mohook) -> None:
    """A lost acknowledgement and a 500, then delivered at the third attempt."""
    app = App()
    mohook.ip1.connect(app, "/sms/ip1")
    mohook.fail_next("lose-ack", "500")
    message = mohook.ip1.send("Hi my name is earl")
    mohook.advance(minutes=20)
    assert message.delivered
    assert len(message.attempts) == 3
    assert message.outcomes == ["lost-ack", "500", "200"]
    assert [payload["id"] for payload in app.payloads] == [message.payload["id"]] * 2


def test_send_makes_the_first_attempt_at_once(mohook: Mohook) -> None:
    """No clock needs to be moved for it."""
    app = App()
    mohook.intelepeer.connect(app)
    mohook.intelepeer.send("Hi")
    assert len(app.bodies) == 1
    assert mohook.now == START


def test_moves_return_the_attempts_that_they_made(mohook: Mohook) -> None:
    """`advance`, `advance_to`, `run_next` and `run_until_idle` each return theirs."""
    mohook.intelepeer.connect(App(500))
    message = mohook.intelepeer.send("Hi")
    assert [a.number for a in mohook.run_next()] == [2]
    assert [a.number for a in mohook.advance(minutes=1)] == [3]
    assert [a.number for a in mohook.advance_to(START + timedelta(minutes=3))] == [4]
    assert [a.number for a in mohook.run_until_idle()] == [5]
    assert mohook.run_next() == []
    assert message.failed
    assert mohook.now == START + timedelta(minutes=4)


def test_a_span_can_be_written_in_parts(mohook: Mohook) -> None:
    """Days, hours, minutes, seconds and a timedelta add up; nothing is no time."""
    mohook.advance(timedelta(milliseconds=5), days=1, hours=2, minutes=3, seconds=4.5)
    whole = timedelta(days=1, hours=2, minutes=3, seconds=4.505)
    assert mohook.now == START + whole
    assert mohook.advance() == []
    assert mohook.now == START + whole


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"minutes": -1}, "advance by minutes=-1: a clock only moves forward"),
        ({"span": timedelta(seconds=-1)}, "a clock only moves forward"),
        ({"span": "10m"}, "advance '10m': expected a timedelta, or minutes=20"),
        ({"span": 10}, "advance 10: expected a timedelta"),
        ({"minutes": "10"}, "advance {'minutes': '10'}: expected a timedelta"),
        ({"days": 1e12}, "expected a timedelta"),
        ({"seconds": float("nan")}, "expected a timedelta"),
        ({"minutes": 1, "max_attempts": 0}, "max_attempts 0: expected a whole number, 1 or more"),
    ],
)
def test_a_time_that_is_none_is_refused(mohook: Mohook, words: Any, told: str) -> None:
    """A negative advance and what is no time say so, and the clock stands."""
    with pytest.raises(InputError, match=told):
        mohook.advance(**words)
    assert mohook.now == START


def test_an_instant_must_be_aware_and_not_past(mohook: Mohook) -> None:
    """`advance_to` takes an aware datetime that is not behind the clock."""
    naive: Any
    for naive in (datetime(2026, 1, 2), "2026-01-02", None):  # noqa: DTZ001 - what is refused
        with pytest.raises(InputError, match="expected a datetime with a time zone"):
            mohook.advance_to(naive)
    with pytest.raises(ConflictError, match="lies before the clock's"):
        mohook.advance_to(START - timedelta(seconds=1))


def test_what_never_ends_raises_with_the_timeline_and_the_seed(mohook: Mohook) -> None:
    """ip1 never gives up: the error shows what happened."""
    mohook.ip1.connect(App(503))
    mohook.ip1.send("Hi")
    with pytest.raises(NotSettledError, match=r"(?s)'Hi'.*answered 503.*The seed is 0"):
        mohook.run_until_idle(max_attempts=3)


def test_faults_can_be_for_some_messages_alone(mohook: Mohook) -> None:
    """With a match each message that fits goes through the steps by itself."""
    mohook.ip1.connect(App())
    mohook.intelepeer.connect(App())
    mohook.fail_next("500", provider="intelepeer", body="!", times=1)
    assert mohook.ip1.send("Hello!").delivered
    assert mohook.intelepeer.send("Hello").delivered
    assert mohook.intelepeer.send("Hello!").outcomes == ["500"]
    assert mohook.intelepeer.send("Hello!").delivered


def test_a_status_can_be_a_number(mohook: Mohook) -> None:
    """`fail_next(500)` is what most people write first."""
    mohook.ip1.connect(App())
    mohook.fail_next(503, "ok")
    assert mohook.ip1.send("Hi").outcomes == ["503"]


def test_what_is_stored_is_asserted(mohook: Mohook) -> None:
    """Each acknowledged message once, its text intact; of one provider or of both."""
    mohook.ip1.connect(App())
    message = mohook.ip1.send("Hi")
    mohook.intelepeer.send("held")
    mohook.assert_stored(["Hi"])
    mohook.assert_stored([(message.payload["id"], "Hi")], provider="ip1")
    mohook.assert_stored([], provider="intelepeer")
    with pytest.raises(AssertionError, match=r"(?s)duplicated: .*'Hi'.*The seed is 0"):
        mohook.assert_stored(["Hi", "Hi"])
    with pytest.raises(AssertionError, match="lost: "):
        mohook.assert_stored([])
    with pytest.raises(InputError, match="provider 'twilio': expected one of"):
        mohook.assert_stored([], provider="twilio")


@pytest.mark.parametrize(
    ("steps", "words", "kind", "told"),
    [
        ((), {}, FaultError, "without steps does nothing"),
        (("50",), {}, FaultError, "fault step '50': expected a status such as 500"),
        (("500",), {"provider": "twilio"}, InputError, "provider 'twilio': expected one of ip1"),
        (("500",), {"times": 0}, FaultError, "times 0: expected a whole number, 1 or more"),
        ((50,), {}, FaultError, "fault step '50': expected a status such as 500"),
        ((["500"],), {}, FaultError, r"fault step \['500'\]: expected a status such as 500"),
    ],
)
def test_a_fault_that_is_none_is_refused(
    mohook: Mohook, steps: Any, words: Any, kind: type[Exception], told: str
) -> None:
    """The error shows the step and what there is."""
    with pytest.raises(kind, match=told):
        mohook.fail_next(*steps, **words)


@pytest.mark.parametrize("word", ["twilio", "", None, ["ip1"]])
def test_a_provider_that_is_none_is_refused(mohook: Mohook, word: Any) -> None:
    """The error lists the providers."""
    with pytest.raises(InputError, match=r"expected one of ip1, intelepeer"):
        mohook.send(word, "Hi")


def test_settlement_is_asserted(mohook: Mohook) -> None:
    """`assert_settled` passes when all is delivered, and shows what is not."""
    mohook.assert_settled()
    mohook.intelepeer.connect(App(500, 500, 500, 500, 500, 200))
    given_up = mohook.intelepeer.send("one")
    mohook.run_until_idle()
    mohook.ip1.send("two")
    told = r"(?s)2 message.*1 given up, 1 held: no webhook.*'one'.*'two'.*seed is 0"
    with pytest.raises(AssertionError, match=told):
        mohook.assert_settled()
    given_up.resend()
    mohook.ip1.connect(App())
    mohook.advance()
    mohook.assert_settled()


def test_a_message_is_found_and_sent_again(mohook: Mohook) -> None:
    """By its id, with the full number of tries; several at once with `resend_failed`."""
    mohook.intelepeer.connect(App(*[500] * 10, 200))
    first, second = mohook.intelepeer.send("a"), mohook.intelepeer.send("b")
    mohook.run_until_idle()
    assert first.failed
    assert second.failed
    assert mohook.message(first.id) == first
    assert mohook.resend_failed() == [first, second]
    assert first.delivered
    with pytest.raises(NotFoundError, match="m9"):
        mohook.message("m9")


def test_a_reset_forgets_everything(mohook: Mohook) -> None:
    """After it nothing was sent, scripted or connected."""
    mohook.ip1.connect(App())
    mohook.fail_next("500", "500")
    mohook.ip1.send("Hi")
    mohook.reset()
    assert mohook.messages == []
    assert mohook.ip1.webhook() is None
    mohook.ip1.connect(App())
    assert mohook.ip1.send("Hi").delivered


def test_a_message_shows_how_it_stands(mohook: Mohook) -> None:
    """Its repr, its timeline and its attempts tell the same story, whenever they are asked."""
    mohook.ip1.connect(App(500, 200))
    message = mohook.ip1.send("Hi")
    assert repr(message) == "<SentMessage m1 ip1 'Hi' pending after 500>"
    assert message.pending
    assert message.next_attempt_at == START + timedelta(minutes=10)
    mohook.run_next()
    assert repr(message) == "<SentMessage m1 ip1 'Hi' delivered after 500, 200>"
    assert message.next_attempt_at is None
    assert "answered 500" in message.timeline()
    assert message.attempts[0].request_body == message.attempts[1].request_body
    assert mohook.timeline() == message.timeline()


def test_the_seed_decides_the_ids(mohook_factory: MohookFactory) -> None:
    """The same seed gives the same ids, another gives others."""

    def payload(seed: int) -> dict[str, Any]:
        with mohook_factory.episode(seed=seed) as mohook:
            return mohook.intelepeer.send("Hi").payload

    assert payload(1) == payload(1) != payload(2)


def test_the_emulator_below_can_be_reached(mohook: Mohook) -> None:
    """What the handle does not offer the emulator does."""
    mohook.ip1.send("Hi")
    assert mohook.emulator.store.pending() == 0
    assert mohook.emulator.snapshot()["version"]
