"""One run of a receiver: what is done to it, and the lines of a program that does the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from mohook.delivery.message import Message, State
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from mohook.store.store import MessageFilter
from pytest_mohook.harness.factory import new_handle
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.oracle.answers import refusals
from pytest_mohook.oracle.readback import Stored
from pytest_mohook.stateful import program as replay
from pytest_mohook.stateful.payloads import Fields, as_sent_at, without_defaults, without_identity
from pytest_mohook.stateful.plan import Plan

__all__ = ["History"]

_WITHOUT_END = 10
"""Attempts, where there is no end to them: ip1 gives its delivery reports as many."""
_EXAMPLE = "{'body': 'Hi'}, which st.fixed_dictionaries makes"


class History:
    """A fresh receiver on a fresh emulator. Each step is also a line of a program.

    `under_way` tells that a step has begun and was not yet judged: if it stays so, the step
    has raised, and what comes after it says nothing of the receiver.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.sent: list[SentMessage] = []
        self.under_way: bool = False
        self._ids: list[object] = []
        options = plan.options()
        self.settings: Settings = options.settings
        self._app = plan.receiver.start()
        with ExitStack() as closing:
            self._handle = closing.enter_context(new_handle(options))
            self._line = self._handle.line(plan.provider)
            if plan.secret is not None:
                self._handle.intelepeer.sign_with(plan.secret)
                self._note(f"mohook.intelepeer.sign_with({replay.literal(plan.secret)})")
            self._connect()
            self._closing = closing.pop_all()
        self.under_way = False

    def close(self) -> None:
        """End the emulator."""
        self._closing.close()

    def messages(self) -> list[Message]:
        """Return every message, as it stands now."""
        return self._handle.emulator.store.messages(MessageFilter(limit=None))

    def stored(self) -> Stored:
        """Return what the receiver says that it stored."""
        return self.plan.receiver.stored(self._app)

    def place(self, message_id: str) -> int:
        """Return which message it is, counted from 0."""
        return [message.id for message in self.messages()].index(message_id)

    @property
    def seed(self) -> int | None:
        """What decided ids and order."""
        return self._handle.seed

    @property
    def pending(self) -> bool:
        """Whether anything will be sent again."""
        return self._handle.emulator.store.pending() > 0

    def refused(self, message: Message) -> bool:
        """Whether a receiver has had all attempts at a message that one can ask for, in vain."""
        most = PROVIDERS[self.plan.provider].retry_policy(self.settings).max_attempts
        if most is not None and message.state is State.PENDING:
            return False
        return len(refusals(message, self.settings)) >= (most or _WITHOUT_END)

    # What is done

    def send(self, message: Mapping[str, Any]) -> SentMessage:
        """Send one message."""
        fields = self._fresh(message)
        self._note(f"{self._word}.send({replay.arguments(self.plan.provider, fields)})")
        self.sent.append(sent := self._line.send(**fields))
        return sent

    def send_batch(self, messages: Sequence[Mapping[str, Any]]) -> list[SentMessage]:
        """Send several messages in one request."""
        batch = [self._fresh(message) for message in messages]
        self._note(f"{self._word}.send_batch({replay.literal(batch)})")
        self.sent += (sent := self._line.send_batch(batch))
        return sent

    def resend(self, message: SentMessage) -> None:
        """Send a message again by hand."""
        self._note(f"mohook.messages[{self.place(message.id)}].resend()")
        message.resend()

    def fail_next(self, step: str) -> None:
        """Script what goes wrong with the next attempt."""
        self._note(f"mohook.fail_next({replay.literal(step)})")
        self._handle.fail_next(step)
        self.under_way = False

    def advance(self, span: timedelta) -> None:
        """Move the clock."""
        self._note(f"mohook.advance({replay.span_arguments(span)})")
        self._handle.advance(span)

    def run_next(self) -> None:
        """Move the clock to what is due next."""
        self._note("mohook.run_next()")
        self._handle.run_next()

    def restart(self) -> None:
        """Restart the receiver, its storage kept."""
        self.under_way = True
        again = self.plan.receiver.restarted(self._app)
        self._note(replay.RESTART if again is None else f"{replay.APP} = {replay.RESTART}")
        if again is not None:
            self._app = again
            self._connect()

    def run_until_idle(self) -> None:
        """Let everything have its attempts: until acknowledged, given up, or refused enough."""
        self.under_way = True
        began = self._handle.now
        while any(m.state is State.PENDING and not self.refused(m) for m in self.messages()):
            self._handle.run_next()
        if self.pending:
            span = replay.span_arguments(self._handle.now - began)
            self._note(f"mohook.advance({span})")
        else:
            self._note("mohook.run_until_idle()")

    def resend_failed(self) -> None:
        """Send again by hand all that was given up."""
        self._note("mohook.resend_failed()")
        self._handle.resend_failed()

    # How it is written down

    @property
    def _word(self) -> str:
        return f"mohook.{self.plan.provider}"

    def _note(self, line: str) -> None:
        """Write down what is done now."""
        self.lines.append(line)
        self.under_way = True

    def _connect(self) -> None:
        under_test = self.plan.receiver
        path = "" if under_test.path == "/" else f", {replay.literal(under_test.path)}"
        threads = under_test.threads(self._app)
        at_once = replay.AT_ONCE if threads else ""
        self._note(f"{self._word}.connect({replay.APP}{path}{at_once})")
        self._line.connect(self._app, under_test.path, concurrent=threads)

    def _fresh(self, message: Mapping[str, Any]) -> Fields:
        """Return what to send: no id twice, nothing that goes without saying.

        What no strategy can know is filled in: the time of the emulator's clock.
        """
        if not isinstance(message, Mapping):
            msg = f"messages drew {message!r}: expected the fields of send, such as {_EXAMPLE}"
            raise InputError(msg)
        fields = without_defaults(self.plan.provider, message)
        name = PROVIDERS[self.plan.provider].wire.id
        if fields.get(name) in self._ids:
            fields = without_identity(self.plan.provider, fields)
        elif name in fields:
            self._ids.append(fields[name])
        return as_sent_at(self._handle.now, fields)
