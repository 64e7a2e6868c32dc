"""The state machine: rules that do to a receiver all that providers and networks do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import new_class
from typing import Any, ClassVar, cast

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    multiple,
    rule,
)

from mohook.delivery.outcome import LOST_ACK
from mohook.durations import parse_duration
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.samples import PROVIDER_TITLES
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.oracle.readback import Stored
from pytest_mohook.stateful.history import History
from pytest_mohook.stateful.judging import check, finish
from pytest_mohook.stateful.payloads import Fields, default_messages
from pytest_mohook.stateful.plan import Plan
from pytest_mohook.stateful.under_test import Receiver, UnderTest

__all__ = ["ReceiverMachine", "receiver_machine"]

_SENT: Bundle[SentMessage] = Bundle("sent")
_SPANS = ("1m", "10m", "1h", "1d")
# What tells most of a receiver stands first, and often.
_STEPS = (
    *("lose-ack", "500", "duplicate") * 3,
    *("reorder", "timeout", "reset", "refused", "503"),
    *(f"delay:{span}" for span in _SPANS),
)


class ReceiverMachine(RuleBasedStateMachine):
    """What every receiver goes through; `receiver_machine` makes rules of what sends.

    What is stored is looked at after each step. At the end everything has its attempts, and is
    looked at once more.
    """

    plan: ClassVar[Plan]

    def __init__(self) -> None:
        super().__init__()
        self.history: History = History(self.plan)

    def teardown(self) -> None:
        """Judge the receiver when all is over; what has failed already, has failed."""
        __tracebackhide__ = True
        try:
            if not self.history.under_way:
                finish(self.history)
                self._tell()
        finally:
            self.history.close()

    def _tell(self) -> None:
        """Count for the statistics what this history had in it."""
        attempts = [message.attempts for message in self.history.messages()]
        if any(each.outcome == LOST_ACK for made in attempts for each in made[:-1]):
            event("retry after a lost acknowledgement")
        if any(each.copy_of for made in attempts for each in made):
            event("two copies at the same time")
        if any(each.decision == "delivered" for made in attempts for each in made[:-1]):
            event("delivered message sent again")

    def send(self, message: Fields) -> SentMessage:
        """Send one message."""
        sent = self.history.send(message)
        check(self.history)
        return sent

    def send_again(self, message: SentMessage | Fields) -> SentMessage | MultipleResults[Any]:
        """Send a message again by hand, delivered or not; or a first one."""
        if not isinstance(message, SentMessage):
            return self.send(message)
        self.history.resend(message)
        check(self.history)
        return multiple()

    def send_same_text(self, message: SentMessage | Fields) -> SentMessage:
        """Send a message of the same sender and text under an id of its own; or a first one."""
        if not isinstance(message, SentMessage):
            return self.send(message)
        wire = PROVIDERS[self.plan.provider].wire
        same = (wire.text, wire.sender, wire.recipient)
        sent = self.history.send({name: message.payload[name] for name in same})
        check(self.history)
        return sent

    def send_batch(self, messages: list[Fields]) -> MultipleResults[SentMessage]:
        """Send several messages in one request."""
        sent = self.history.send_batch(messages)
        check(self.history)
        return multiple(*sent)

    def restart(self) -> None:
        """Restart the receiver, its storage kept."""
        self.history.restart()
        check(self.history)

    @rule(step=st.sampled_from(_STEPS))
    def fail_next(self, step: str) -> None:
        """Script what goes wrong with the next attempt."""
        self.history.fail_next(step)

    @rule(by=st.sampled_from(("idle", "next", *_SPANS)))
    def advance(self, by: str) -> None:
        """Let time pass: until something is due, until nothing is pending, or for a while."""
        if by == "next":
            self.history.run_next()
        elif by == "idle":
            self.history.run_until_idle()
        else:
            self.history.advance(parse_duration(by))
        check(self.history)


def receiver_machine(
    *,
    app: Receiver | Callable[[], Receiver],
    provider: str,
    readback: Callable[..., Stored],
    path: str = "/",
    messages: st.SearchStrategy[Mapping[str, Any]] | None = None,
    reset: Callable[..., object] | None = None,
    restart: Callable[..., Receiver | None] | None = None,
    concurrent: bool = True,
    settle: timedelta = timedelta(),
    secret: str | None = None,
    marker: Mapping[str, Any] | None = None,
) -> type[ReceiverMachine]:
    """Return a state machine class that looks for a history which the receiver does not survive.

    What is stored must be what was acknowledged, each message once, its text intact; and what
    is valid must be acknowledged sooner or later. A failure shows a program that replays it.

    `app` is a function that makes a fresh receiver for each history; or a WSGI or ASGI app or
    a URL, and then `reset` makes it forget. `readback` returns what is stored: mappings with
    the provider's names of id and text, pairs of both, or texts alone. `restart` returns the
    receiver after a restart, its storage kept, or None where it is the same. These functions
    are given the app if they take an argument. `path` is that of `connect`; `settle` is how
    long to wait, in real time, for a receiver that stores after it answered.

    Two copies of a message reach a WSGI app at the same time, in threads that take turns line
    by line. `concurrent=False` calls it for one after the other, in the thread of the test: for
    storage that only this thread can reach, or a server that has one thread.

    `messages` draws the fields of `send`, by default all that the provider may send. `secret`
    signs at IntelePeer. Ini file, flags and marks hold as for the fixture; `marker` goes over
    them with words of `@pytest.mark.mohook(…)`: `{"ip1": {…}}`. With `--mohook-url` it is
    skipped: each history has an emulator of its own, in this process.

    Raises InputError for what is none of this.

    >>> def create_app(): ...
    >>> def stored(app): ...
    >>> TestReceiver = receiver_machine(
    ...     app=create_app, provider="ip1", path="/sms/ip1", readback=stored
    ... ).TestCase
    """
    under_test = UnderTest(
        app=app,
        readback=readback,
        path=path,
        reset=reset,
        restart=restart,
        concurrent=concurrent,
        settle=settle,
    )
    scope = sys._getframe(1).f_globals
    plan = Plan(
        receiver=under_test, provider=provider, secret=secret, marker=marker or {}, scope=scope
    )
    title = PROVIDER_TITLES[provider]
    namespace = {
        "__doc__": f"A receiver of {title} under test.",
        "__module__": scope.get("__name__", __name__),
        "plan": plan,
        **_rules(plan, _messages(plan, messages)),
    }
    name = f"{title[0].upper()}{title[1:]}Receiver"
    return cast(
        "type[ReceiverMachine]",
        new_class(name, (ReceiverMachine,), exec_body=lambda space: space.update(namespace)),
    )


def _messages(plan: Plan, given: object) -> st.SearchStrategy[Fields]:
    if given is None:
        return default_messages(plan.provider)
    if isinstance(given, st.SearchStrategy):
        return given
    msg = (
        f"messages = {given!r}: expected a strategy that draws the fields of send, such as "
        f"{plan.provider}_messages()"
    )
    raise InputError(msg)


def _rules(plan: Plan, messages: st.SearchStrategy[Fields]) -> dict[str, Any]:
    """Return the rules that depend on the plan, by name."""
    known = _sent_or(messages)
    rules: dict[str, Any] = {
        "send": rule(target=_SENT, message=messages)(ReceiverMachine.send),
        "send_again": rule(target=_SENT, message=known)(ReceiverMachine.send_again),
        "send_same_text": rule(target=_SENT, message=known)(ReceiverMachine.send_same_text),
    }
    if plan.provider == "ip1":
        batch = st.lists(messages, min_size=2, max_size=3)
        rules["send_batch"] = rule(target=_SENT, messages=batch)(ReceiverMachine.send_batch)
    if plan.receiver.restart is not None:
        rules["restart"] = rule()(ReceiverMachine.restart)
    return rules


def _sent_or(messages: st.SearchStrategy[Fields]) -> st.SearchStrategy[SentMessage | Fields]:
    """Draw a message that was sent, simply the last; where there are none, one to be sent.

    Hypothesis switches rules off, a history long. A rule that had to wait for a message would
    wait for ever in a history whose other rules are off.
    """

    def draws(machine: ReceiverMachine) -> st.SearchStrategy[SentMessage | Fields]:
        sent = machine.history.sent
        return st.sampled_from(sent[::-1]) if sent else messages

    return st.runner().flatmap(draws)
