"""The machine does to a receiver all that a provider, a network and a clock can do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from mohook.delivery.faults import FaultKind, parse_step
from mohook.delivery.message import Message
from pytest_mohook.stateful import receiver_machine
from pytest_mohook.strategies import ip1_messages
from tests.pytest_mohook.stateful import shops
from tests.pytest_mohook.stateful.running import QUIET, failure, steps

pytestmark = pytest.mark.slow

PLACES = st.shared(st.builds(count), key="tests: places of texts")
UNLIKE = st.builds(lambda places: {"message": f"{next(places)}"}, PLACES)
"""Messages of one sender, of which no two have the same text unless it is sent again."""


class Done:
    """What was done in the histories of a machine: lines of programs, and messages."""

    def __init__(self, examples: int, **how: Any) -> None:
        self.lines: set[str] = set()
        self.messages: list[Message] = []
        done = self
        words: dict[str, Any] = {"provider": "ip1", "readback": shops.Shop.stored} | how
        made: Any = receiver_machine(app=shops.Shop, **words)

        class Watched(made):  # type: ignore[misc] # a class made by a call
            def teardown(self) -> None:
                super().teardown()
                done.lines.update(self.history.lines)
                done.messages += self.history.messages()

        chosen = settings(QUIET, max_examples=examples, stateful_step_count=30)
        run_state_machine_as_test(Watched, settings=chosen)


@pytest.fixture(scope="module")
def done() -> Done:
    return Done(60, messages=st.just({"body": "Hi"}))


def test_each_kind_of_fault_is_scripted(done: Done) -> None:
    """All that there are but for `ok`; of answers two, of delays a few."""
    scripted = {line.split('"')[1] for line in done.lines if "fail_next" in line}
    assert {parse_step(step).kind for step in scripted} == {*FaultKind} - {FaultKind.OK}
    assert {"500", "503", "delay:1m", "delay:10m", "delay:1h", "delay:1d"} <= scripted


def test_each_fault_has_its_effect(done: Done) -> None:
    """Attempts that end so; copies; messages that another overtakes."""
    attempts = [attempt for message in done.messages for attempt in message.attempts]
    outcomes = {"200", "500", "503", "timeout", "reset", "refused", "lost-ack"}
    assert {attempt.outcome for attempt in attempts} == outcomes
    assert any(attempt.copy_of for attempt in attempts)
    assert {attempt.fault for attempt in attempts} >= {"reorder", "delay:1d"}


def test_the_clock_moves_in_each_way(done: Done) -> None:
    """To what is due next, until nothing is pending, and for each span."""
    spans = ("minutes=1", "minutes=10", "hours=1", "days=1")
    moves = {f"mohook.advance({span})" for span in spans}
    assert {"mohook.run_next()", "mohook.run_until_idle()"} | moves <= done.lines


def test_the_same_text_is_sent_again_though_no_two_are_drawn() -> None:
    """A receiver that takes it for the same message is found by that alone."""
    error = failure(shops.BySender, "intelepeer", messages=UNLIKE)
    assert error.findings[0].kind == "lost"
    assert [step.partition("(")[0].split(".")[-1] for step in steps(error)] == [
        "send",
        "send_same_text",
    ]


def bodies(messages: list[Message]) -> Iterator[dict[str, Any]]:
    for message in messages:
        for attempt in message.attempts:
            yield json.loads(attempt.request_body)


@pytest.mark.parametrize("messages", [None, ip1_messages()], ids=["default", "whole"])
def test_what_is_posted_is_valid_in_time(messages: Any) -> None:
    """An id begins with the second in which the message came; `modified` is a day off at most."""
    codes, extras = set(), set()
    for body in bodies(Done(40, messages=messages).messages):
        [status] = body["statuses"]
        created = datetime.fromisoformat(status["created"])
        assert int(body["id"][:8], 16) == created.timestamp(), body
        assert body["batchId"][:8] == body["id"][:8], body
        modified = datetime.fromisoformat(body["modified"])
        assert abs(modified - created) <= timedelta(days=1), body
        assert list(status)[:3] == ["created", "code", "duration"]
        codes.add(status["code"])
        extras |= {status["code"] == 201} if len(status) > 3 else set()
    assert len(codes) > 5
    assert extras == {True, False}
