"""What the handles need of an emulator, wherever it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from mohook.delivery.faults import FaultMatch
from mohook.delivery.message import Attempt, Message
from mohook.delivery.transports.in_process import App
from mohook.emulator import Emulator
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.providers.ip1.account import Ip1Account
from mohook.settings import Settings, SignatureSettings
from mohook.submission import Submission

__all__ = ["OVER", "AwaitableBench", "Bench"]

OVER = (
    "this handle is over, as its test or its episode is: ask for `mohook` in each test, and do "
    "within `with mohook_factory.episode() as mohook:` what belongs to it"
)
"""What a bench says that is closed, to whoever goes on."""


class AwaitableBench(Protocol):
    """The same emulator for `async def` tests."""

    async def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages and make their first attempts."""

    async def resend(self, message_id: str) -> Message:
        """Send a message again, now."""

    async def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        """Move the clock by `span`."""

    async def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        """Move the clock to an instant."""

    async def run_next(self, max_attempts: int) -> list[Attempt]:
        """Move the clock to what is due next."""

    async def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        """Move the clock until nothing is pending."""

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run an ASGI app's startup and shutdown on this loop, around a block; give its state."""


class Bench(Protocol):
    """An emulator as the handles use it. Messages and attempts are the emulator's own.

    Every method raises what `Emulator` and the directories raise for the same call.
    """

    settings: Settings
    """What is in force; of a running emulator what was asked for."""

    @property
    def url(self) -> str | None:
        """Where a running emulator answers; None for one in this process, which nobody serves."""

    @property
    def seed(self) -> int | None:
        """The seed in force; None where a running emulator keeps its own."""

    @property
    def emulator(self) -> Emulator:
        """The emulator itself. Raises ConflictError where it runs in another process."""

    @property
    def aio(self) -> AwaitableBench:
        """The awaitable face."""

    def now(self) -> datetime:
        """Return the emulator's time."""

    def mount(self, app: App, *, concurrent: bool, lifespan: bool | None) -> str:
        """Give an app of this process an origin and return it."""

    def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages and make their first attempts."""

    def current(self, message: Message) -> Message:
        """Return a message as it stands now."""

    def message(self, message_id: str) -> Message:
        """Return a message by its id."""

    def messages(self) -> list[Message]:
        """Return every message, in the order of their coming."""

    def resend(self, message_id: str) -> Message:
        """Send a message again, now."""

    def resend_failed(self, since: datetime | None) -> list[Message]:
        """Send every failed message again, now."""

    def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        """Move the clock by `span`."""

    def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        """Move the clock to an instant."""

    def run_next(self, max_attempts: int) -> list[Attempt]:
        """Move the clock to what is due next."""

    def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        """Move the clock until nothing is pending."""

    def fail_next(self, steps: Sequence[str], match: FaultMatch | None, times: int | None) -> None:
        """Script what goes wrong next."""

    def accounts(self) -> list[Ip1Account]:
        """Return every ip1 account."""

    def account(self, owner: str) -> Ip1Account:
        """Return an ip1 account by its owner."""

    def put_account(
        self, owner: str, callback_url: str | None, numbers: Iterable[str]
    ) -> Ip1Account:
        """Make or replace an ip1 account."""

    def put_default_webhook(self, webhook: str | None) -> None:
        """Set where IntelePeer numbers post that have no webhook of their own."""

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

    def put_customer(self, *, secret: str | None, signature: SignatureSettings) -> None:
        """Say how the messages of the IntelePeer customer are signed, whose the numbers are."""

    def secret(self, recipient: str) -> str:
        """Return the shared code that signs what goes to an IntelePeer number."""

    def webhook(self, provider: str, recipient: str) -> str | None:
        """Return where the messages of a number go."""

    def reset(self) -> None:
        """Forget messages, attempts and faults."""

    def close(self) -> None:
        """End it, and free what it holds."""
