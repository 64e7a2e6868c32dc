"""An emulator in this process: what a test gets unless it asks for another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import cached_property
from time import monotonic
from typing import Any

from mohook.delivery.clock import clock_from
from mohook.delivery.faults import FaultMatch
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.timeline import timeline
from mohook.delivery.transports.in_process import App
from mohook.emulator import Emulator
from mohook.errors import ConflictError, NotSettledError
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.providers.ip1.account import Ip1Account
from mohook.settings import Settings, SignatureSettings
from mohook.store.store import MessageFilter
from mohook.submission import Submission
from pytest_mohook.harness.bench import OVER, AwaitableBench

__all__ = ["LocalBench"]

_MARGIN = timedelta(seconds=5)
_LOOK = 0.25  # seconds: an attempt may have come in the moment before the wait


class LocalBench:
    """Stands on an emulator of its own, with the manual clock unless the settings say otherwise."""

    url = None

    def __init__(self, settings: Settings, start: datetime | None = None) -> None:
        self.settings = settings
        self.emulator: Emulator = Emulator(settings, clock=clock_from(settings.serve.clock, start))
        self._over = False
        self.emulator.start()

    @property
    def _open(self) -> Emulator:
        """The emulator, as long as it is not over. Raises ConflictError."""
        if self._over:
            raise ConflictError(OVER)
        return self.emulator

    @property
    def seed(self) -> int:
        """The seed in force."""
        return self.emulator.seed

    @cached_property
    def aio(self) -> AwaitableBench:
        """The awaitable face."""
        return _Awaitable(self)

    def now(self) -> datetime:
        """Return the emulator's time."""
        return self.emulator.clock.now()

    def mount(self, app: App, *, concurrent: bool, lifespan: bool | None) -> str:
        """Give an app of this process an origin and return it."""
        return self._open.apps.mount(app, concurrent=concurrent, lifespan=lifespan)

    def accept(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages and leave their attempts to whoever drives the clock."""
        accept = self._open.send_batch if batch else self._open.send
        return accept(submissions)

    def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages and make their first attempts; with a running clock wait for these."""
        messages = self.accept(submissions, batch=batch)
        if self.emulator.clock.runs:
            self._wait_for_attempts(messages)
        else:
            self.emulator.settle()
        return messages

    def _wait_for_attempts(self, messages: Sequence[Message]) -> None:
        journal, limit = self.emulator.store.journal, self.settings.delivery.time_limit + _MARGIN
        deadline = monotonic() + limit.total_seconds()
        while waiting := [m for m in messages if m.state is State.PENDING and not m.attempts]:
            if monotonic() >= deadline:
                raise NotSettledError(_unattempted(waiting, limit))
            journal.wait(journal.last, _LOOK)

    def current(self, message: Message) -> Message:
        """Return the message itself: the store changes it in place."""
        return message

    def message(self, message_id: str) -> Message:
        """Return a message by its id."""
        return self.emulator.store.message(message_id)

    def messages(self) -> list[Message]:
        """Return every message, in the order of their coming."""
        return self.emulator.store.messages(MessageFilter(limit=None))

    def resend(self, message_id: str) -> Message:
        """Send a message again, now."""
        message = self._open.resend(message_id)
        self.emulator.settle()
        return message

    def resend_failed(self, since: datetime | None) -> list[Message]:
        """Send every failed message again, now."""
        messages = self._open.resend_failed(since)
        self.emulator.settle()
        return messages

    def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        """Move the clock by `span`."""
        return self._open.advance(span, max_attempts)

    def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        """Move the clock to an instant."""
        return self._open.advance_to(instant, max_attempts)

    def run_next(self, max_attempts: int) -> list[Attempt]:
        """Move the clock to what is due next."""
        return self._open.run_next(max_attempts)

    def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        """Move the clock until nothing is pending."""
        return self._open.run_until_idle(max_attempts)

    def fail_next(self, steps: Sequence[str], match: FaultMatch | None, times: int | None) -> None:
        """Script what goes wrong next."""
        self._open.faults.add(steps, match=match, times=times)

    def accounts(self) -> list[Ip1Account]:
        """Return every ip1 account."""
        return self.emulator.ip1.accounts()

    def account(self, owner: str) -> Ip1Account:
        """Return an ip1 account by its owner."""
        return self.emulator.ip1.account(owner)

    def put_account(
        self, owner: str, callback_url: str | None, numbers: Iterable[str]
    ) -> Ip1Account:
        """Make or replace an ip1 account."""
        return self.emulator.ip1.put(owner, callback_url, numbers)

    def put_default_webhook(self, webhook: str | None) -> None:
        """Set where IntelePeer numbers post that have no webhook of their own."""
        self.emulator.intelepeer.put_default_webhook(webhook)

    def put_number(
        self,
        number: str,
        *,
        webhook: str | None,
        sms_enabled: bool,
        cpaas_enabled: bool,
        provisioning: ProvisioningState,
    ) -> None:
        """Make or replace an IntelePeer number."""
        self.emulator.intelepeer.put_number(
            number,
            webhook=webhook,
            sms_enabled=sms_enabled,
            cpaas_enabled=cpaas_enabled,
            provisioning=provisioning,
        )

    def put_customer(self, *, secret: str | None, signature: SignatureSettings) -> None:
        """Say how the messages of the IntelePeer customer are signed, whose the numbers are."""
        for customer in self.emulator.intelepeer.customers():
            self.emulator.intelepeer.put_customer(
                customer.name,
                token=customer.token,
                username=customer.username,
                password=customer.password,
                secret=customer.secret if secret is None else secret,
                signature=signature,
            )

    def secret(self, recipient: str) -> str:
        """Return the shared code that signs what goes to an IntelePeer number."""
        customer = self.emulator.intelepeer.route(recipient, self.now()).account
        return str(customer.secret)

    def webhook(self, provider: str, recipient: str) -> str | None:
        """Return where the messages of a number go."""
        directory = self.emulator.ip1 if provider == "ip1" else self.emulator.intelepeer
        return directory.route(recipient, self.now()).webhook

    def reset(self) -> None:
        """Forget messages, attempts and faults."""
        self.emulator.reset()

    def close(self) -> None:
        """End it, and free what it holds; what was sent can still be read."""
        self._over = True
        self.emulator.stop()


def _unattempted(waiting: Sequence[Message], limit: timedelta) -> str:
    return (
        f"{len(waiting)} message(s) had no attempt within {limit.total_seconds():g} seconds: "
        f"does the receiver wait for the test?\n{timeline(waiting)}"
    )


class _Awaitable:
    """The same bench on the loop of an `async def` test."""

    def __init__(self, bench: LocalBench) -> None:
        self._bench = bench

    async def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        messages = self._bench.accept(submissions, batch=batch)
        await self._bench._open.aio.settle()
        return messages

    async def resend(self, message_id: str) -> Message:
        message = self._bench._open.resend(message_id)
        await self._bench._open.aio.settle()
        return message

    async def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        return await self._bench._open.aio.advance(span, max_attempts)

    async def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        return await self._bench._open.aio.advance_to(instant, max_attempts)

    async def run_next(self, max_attempts: int) -> list[Attempt]:
        return await self._bench._open.aio.run_next(max_attempts)

    async def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        return await self._bench._open.aio.run_until_idle(max_attempts)

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        return self._bench._open.aio.lifespan(app)
