"""How a machine reads, what it is given, and what it does to a receiver."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Timer
from typing import Any
from unittest import TestCase

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from mohook.providers import PROVIDERS
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.stateful import receiver_machine
from pytest_mohook.stateful.history import History
from pytest_mohook.stateful.judging import check, finish
from pytest_mohook.stateful.machine import ReceiverMachine
from pytest_mohook.stateful.plan import Plan
from pytest_mohook.stateful.under_test import UnderTest
from tests.pytest_mohook.stateful import shops
from tests.pytest_mohook.stateful.running import QUIET, failure, run, steps

HI = st.just({"body": "Hi"})
FEW = settings(QUIET, max_examples=5, stateful_step_count=10)


def stored(app: shops.Shop) -> list[shops.Row]:
    return app.stored()


def machine_of(app: Any = shops.Shop, **how: Any) -> type[ReceiverMachine]:
    return receiver_machine(**{"app": app, "provider": "ip1", "readback": stored} | how)


@contextmanager
def history_of(app: Any = shops.Shop, provider: str = "ip1", **how: Any) -> Iterator[History]:
    """Give a history that the test itself makes, step by step."""
    receiver = UnderTest(**{"app": app, "readback": stored} | how)
    with closing(History(Plan(receiver=receiver, provider=provider))) as history:
        yield history


def test_a_machine_is_named_after_its_provider_and_stands_where_it_was_made() -> None:
    """So pytest and Hypothesis print it as if it had been written there."""
    machine = machine_of()
    assert issubclass(machine, RuleBasedStateMachine)
    assert (machine.__name__, machine.__module__) == ("Ip1Receiver", __name__)
    assert machine.__doc__ == "A receiver of ip1 under test."
    assert issubclass(machine.TestCase, TestCase)
    assert machine_of(provider="intelepeer").__name__ == "IntelePeerReceiver"


@pytest.mark.slow
def test_printed_steps_say_what_was_done_and_no_more() -> None:
    """A message as the fields that differ, one that was sent by its name."""
    error = failure(shops.StoresAll, "ip1", messages=HI)
    assert steps(error) in (
        ["sent_0 = state.send(message={'body': 'Hi'})", "state.send_again(message=sent_0)"],
        [
            "state.fail_next(step='lose-ack')",
            "sent_0 = state.send(message={'body': 'Hi'})",
            "state.advance(by='idle')",
        ],
        ["state.fail_next(step='lose-ack')", "sent_0 = state.send(message={'body': 'Hi'})"],
    )


@pytest.mark.slow
def test_the_same_choices_make_the_same_history() -> None:
    """Ids, times and all: twice the same error."""
    one, other = (str(failure(shops.StoresAll, "intelepeer")) for _ in range(2))
    assert one == other


@pytest.mark.slow
def test_a_machine_can_be_extended_as_any_other() -> None:
    """With a rule of one's own."""
    seen = []

    class More(machine_of()):  # type: ignore[misc] # a class made by a call
        @rule()
        def look(self) -> None:
            seen.append(len(self.history.messages()))

    run_state_machine_as_test(More, settings=settings(FEW, max_examples=50))
    assert max(seen) > 0


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_all_that_is_drawn_by_default_can_be_sent(provider: str) -> None:
    """And a right receiver takes it."""
    run(shops.Shop, provider, examples=20)


@pytest.mark.slow
def test_an_app_object_is_reset_before_each_history() -> None:
    """By a function of the app, or of nothing."""
    shop = shops.Shop()

    def forget() -> None:
        shop.rows.clear()

    machine = machine_of(shop, reset=forget, readback=shop.stored)
    run_state_machine_as_test(machine, settings=FEW)
    machine = machine_of(shop, reset=lambda app: app.rows.clear())
    run_state_machine_as_test(machine, settings=FEW)


def test_a_factory_may_be_reset_too() -> None:
    """Before it makes an app, where reset takes none; after, where it does."""
    told = []

    class Told(shops.Shop):
        def __init__(self) -> None:
            super().__init__()
            told.append("made")

    with history_of(Told, reset=lambda: told.append("reset")):
        pass
    with history_of(Told, reset=lambda app: told.append(f"reset {type(app).__name__}")):
        pass
    assert told == ["reset", "made", "made", "reset Told"]


@pytest.fixture
def hosted() -> Iterator[tuple[shops.Shop, str]]:
    shop = shops.Shop()
    with Hosted(shop) as server:
        yield shop, server.url


@pytest.mark.slow
def test_a_receiver_may_stand_behind_a_url(hosted: tuple[shops.Shop, str]) -> None:
    """On a socket, read back and reset from outside."""
    shop, url = hosted
    machine = machine_of(url, readback=lambda _: shop.stored(), reset=shop.rows.clear)
    run_state_machine_as_test(machine, settings=FEW)


def test_a_restarted_receiver_is_where_messages_go_from_then_on() -> None:
    """One that says nothing is the same as before."""
    with history_of(shops.Kept, restart=lambda app: app.restart()) as history:
        history.send({"body": "Hi"})
        history.restart()
        history.send({"body": "Ho"})
        finish(history)
        one, other = (message.attempts[0].url for message in history.messages())
        assert one != other
    with history_of(shops.Kept, restart=lambda _: None) as history:
        history.restart()
        history.send({"body": "Hi"})
        finish(history)


class Slow(shops.Shop):
    """Acknowledges, and stores a moment after."""

    def take(self, payload: shops.Payload) -> int | None:
        Timer(0.02, super().take, [payload]).start()
        return None


@pytest.mark.slow
def test_a_receiver_that_stores_a_moment_later_is_waited_for() -> None:
    """As long as it was said to need, and no longer than it does."""
    began = time.monotonic()
    with history_of(Slow, settle=timedelta(seconds=30)) as history:
        history.send({"body": "Hi"})
        finish(history)
    assert time.monotonic() - began < 15
    with history_of(Slow) as history:
        history.send({"body": "Hi"})
        with pytest.raises(AssertionError, match="was acknowledged and is not stored"):
            check(history)


def test_an_id_is_sent_once() -> None:
    """A second message that is drawn with it gets one of the emulator's."""
    with history_of() as history:
        sent = [history.send({"body": "Hi", "id": "5c613848879973045cf39ac4"}) for _ in "ab"]
        finish(history)
    assert len({message.payload["id"] for message in sent}) == 2


def test_an_id_that_is_given_up_takes_with_it_what_fits_it_alone() -> None:
    """The request, and the times; the rest is as it was drawn."""
    payload = {
        "id": "5c613848879973045cf39ac4",
        "batchId": "5c613848879973045cf39ac3",
        "owner": "ip1-7",
        "body": "Hi",
        "statuses": [{"created": "2019-02-11T08:55:04Z", "code": 102, "duration": 0}],
        "modified": "2019-02-11T08:55:02Z",
    }
    with history_of() as history:
        first, again = (history.send(payload).payload for _ in "ab")
        finish(history)
    assert first | payload == first
    assert again["statuses"] == [{"created": "2026-01-01T12:00:00Z", "code": 102, "duration": 0}]
    assert again["modified"] == "2026-01-01T11:59:58Z"
    assert again["id"][:8] == again["batchId"][:8] != first["id"][:8]
    assert again["owner"] == "ip1-7"


def test_what_was_given_up_for_scripted_faults_is_sent_again_before_it_is_judged() -> None:
    """A refusal counts when the receiver has had all attempts that there are."""
    with history_of(provider="intelepeer") as history:
        for _ in range(7):
            history.fail_next("500")
        history.send({"message": "Hi"})
        finish(history)
        [message] = history.messages()
    assert [attempt.outcome for attempt in message.attempts] == ["500"] * 7 + ["200"]


@pytest.mark.parametrize(("provider", "attempts"), [("ip1", 10), ("intelepeer", 5)])
def test_a_receiver_that_refuses_all_is_found_out(provider: str, attempts: int) -> None:
    """After as many attempts as the provider makes, or as anybody would."""
    with history_of(shops.RefusesAll, provider) as history:
        history.send({PROVIDERS[provider].wire.text: "Hi"})
        with pytest.raises(AssertionError, match=f"never acknowledged in {attempts} attempts"):
            finish(history)


@pytest.mark.slow
def test_a_receiver_that_is_not_there_is_found_out() -> None:
    """Connections that are refused are no scripted faults, and no reason to go on for ever."""
    with history_of("http://127.0.0.1:9/", readback=list, reset=list) as history:
        history.send({"body": "Hi"})
        with pytest.raises(AssertionError, match="the receiver refused the connection"):
            finish(history)


def test_what_has_failed_is_not_judged_once_more() -> None:
    """The end would only hide what went wrong first."""
    machine = machine_of(shops.StoresNothing)()
    machine.history.send({"body": "Hi"})
    assert machine.history.under_way
    machine.teardown()
    whole = machine_of(shops.StoresNothing)()
    whole.history.fail_next("ok")
    assert not whole.history.under_way
    whole.teardown()


def test_a_restart_that_raises_leaves_the_step_open() -> None:
    """What is stored after it says nothing of the receiver."""

    def restart() -> None:
        raise OSError("no such machine")

    with history_of(restart=restart) as history:
        check(history)
        with pytest.raises(OSError, match="no such machine"):
            history.restart()
        assert history.under_way


def test_nobody_refuses_a_message_that_the_provider_still_tries() -> None:
    """Where it gives up by itself: five answers of which one went to a copy are not five tries."""
    with history_of(shops.RefusesAll, "intelepeer") as history:
        history.fail_next("duplicate")
        history.send({"message": "Hi"})
        for _ in range(3):
            history.run_next()
        assert len(history.messages()[0].attempts) == 5
        check(history)
        history.run_next()
        with pytest.raises(AssertionError, match="never acknowledged in 6 attempts"):
            check(history)
