"""An emulator that is already running, as the handles use one: `pytest --mohook-url URL`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from mohook import __version__
from mohook.client import Client
from mohook.delivery.faults import FaultMatch
from mohook.delivery.message import Attempt, Message
from mohook.directory.customers import OPEN_CUSTOMER
from mohook.directory.ip1 import OPEN_OWNER
from mohook.errors import ConflictError, UnknownNumberError
from mohook.masking import masked_url
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.providers.ip1.account import Ip1Account
from mohook.settings import Settings, SignatureSettings
from mohook.submission import Submission
from pytest_mohook.harness.bench import OVER
from pytest_mohook.harness.remote.clock import RemoteClock
from pytest_mohook.harness.remote.differing import differing
from pytest_mohook.harness.remote.messages import RemoteMessages
from pytest_mohook.harness.serving.served import ServedApps

if TYPE_CHECKING:
    from mohook.delivery.transports.in_process import App
    from pytest_mohook.harness.bench import AwaitableBench

__all__ = ["RemoteBench"]

T = TypeVar("T")


class RemoteBench:
    """Stands on an emulator at a URL, one for the whole run: each test begins with `reset`.

    Its switches and its seed are its own; `differs` tells which of them are not those of
    `settings`. Messages come out of the control API's JSON: signatures and credentials in URLs
    are `***` there. Apps of this process are served on free ports, and called as `ServedApps`
    says: in the test's own thread or on its loop, as in process.

    No method but `reset` asks who is there. Where no emulator answers, each raises
    `UnreachableError`.
    """

    seed = None

    def __init__(self, url: str, settings: Settings, start: datetime | None = None) -> None:
        self._client = Client(url)
        self.url: str = self._client.url
        self.settings = settings
        self._start = start
        self._clock = RemoteClock(self._client)
        self._messages = RemoteMessages(
            self._client, settings.delivery.time_limit, lambda: self._mode == "manual"
        )
        self._apps = ServedApps()
        self._over = False

    @property
    def emulator(self) -> NoReturn:
        """Raises ConflictError: it runs in another process."""
        msg = (
            f"the emulator runs at {masked_url(self.url)}, in another process: use what "
            "`mohook` and `mohook_server.client` offer, or run without --mohook-url"
        )
        raise ConflictError(msg)

    @cached_property
    def aio(self) -> AwaitableBench:
        """The awaitable face."""
        return _Awaitable(self._apps, self._messages, self._clock)

    # The emulator

    def differs(self, settings: Settings) -> list[str]:
        """Return what a test wants and the running emulator has not, as `ip1.retry_limit: …`."""
        return differing(settings, self._client.assumptions(), self._mode)

    @cached_property
    def _mode(self) -> str:
        """The clock's mode. Raises ConflictError for an emulator of another release."""
        health = self._client.health()
        if _release(health["version"]) != _release(__version__):
            msg = (
                f"the emulator at {masked_url(self.url)} is mohook {health['version']}, and this "
                f"is mohook {__version__}: expected one release; start that one anew"
            )
            raise ConflictError(msg)
        return str(health["clock"])

    def now(self) -> datetime:
        """Return the emulator's time, to the millisecond."""
        return datetime.fromisoformat(self._client.clock()["now"])

    def reset(self) -> None:
        """Forget all that was before, apps included; a manual clock stands at `start` again.

        Raises ConflictError for an emulator of another release.
        """
        manual = self._mode == "manual"
        self._client.reset()
        self._apps.close()
        if manual and self._start and self.now() != self._start:
            # Nothing but a snapshot sets a clock back, and there is nothing else in this one.
            self._client.restore(self._client.snapshot() | {"taken_at": self._start.isoformat()})

    def close(self) -> None:
        """Serve no app any more. The emulator goes on."""
        self._over = True
        try:
            self._apps.close()
        finally:
            self._client.close()

    def mount(self, app: App, *, concurrent: bool, lifespan: bool | None) -> str:
        """Serve an app of this process on a free port, and return that origin."""
        return self._apps.mount(app, concurrent=concurrent, lifespan=lifespan)

    def _while_open(self, work: Callable[[], T]) -> T:
        """Do what makes the emulator call apps. Raises ConflictError after the end."""
        if self._over:
            raise ConflictError(OVER)
        return self._apps.during(work)

    # Messages

    def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages, all or none, and have their first attempts made.

        With a running clock these are waited for; raises NotSettledError where they do not come.
        """
        return self._while_open(partial(self._messages.send, submissions, batch=batch))

    def current(self, message: Message) -> Message:
        """Return a message as it stands now; as it was, where it has been forgotten since."""
        return self._messages.current(message)

    def message(self, message_id: str) -> Message:
        """Return a message by its id. Raises NotFoundError."""
        return self._messages.message(message_id)

    def messages(self) -> list[Message]:
        """Return every message, in the order of their coming."""
        return self._messages.all()

    def resend(self, message_id: str) -> Message:
        """Send a message again, now. Raises ConflictError where its number has no webhook."""
        return self._while_open(partial(self._messages.resend, message_id))

    def resend_failed(self, since: datetime | None) -> list[Message]:
        """Send every failed message again, now."""
        return self._while_open(partial(self._messages.resend_failed, since))

    # The clock. A running one makes each of these a ConflictError, in the emulator's words.

    def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        """Move the clock by `span`."""
        return self._while_open(partial(self._clock.by, span, max_attempts))

    def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        """Move the clock to an instant."""
        return self._while_open(partial(self._clock.to, instant, max_attempts))

    def run_next(self, max_attempts: int) -> list[Attempt]:
        """Move the clock to what is due next."""
        return self._while_open(partial(self._clock.until, "next", max_attempts))

    def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        """Move the clock until nothing is pending."""
        return self._while_open(partial(self._clock.until, "idle", max_attempts))

    def fail_next(self, steps: Sequence[str], match: FaultMatch | None, times: int | None) -> None:
        """Script what goes wrong next."""
        self._client.add_faults(*steps, match=_match(match), times=times)

    # Who receives where

    def accounts(self) -> list[Ip1Account]:
        """Return every ip1 account."""
        return [_account(each) for each in self._client.accounts(reveal=True)]

    def account(self, owner: str) -> Ip1Account:
        """Return an ip1 account by its owner. Raises NotFoundError."""
        return _account(self._client.account(owner, reveal=True))

    def put_account(
        self, owner: str, callback_url: str | None, numbers: Iterable[str]
    ) -> Ip1Account:
        """Make or replace an ip1 account."""
        url = _in_json("callback_url", callback_url)
        self._client.put_account(owner, numbers=list(numbers), **url)
        return self.account(owner)

    def put_default_webhook(self, webhook: str | None) -> None:
        """Set where IntelePeer numbers post that have no webhook of their own."""
        self._client.put_default_webhook(webhook or None)

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
        self._client.put_number(
            number,
            sms_enabled=sms_enabled,
            cpaas_enabled=cpaas_enabled,
            provisioning=provisioning.value,
            **_in_json("webhook", webhook),
        )

    def put_customer(self, *, secret: str | None, signature: SignatureSettings) -> None:
        """Say how the messages of every IntelePeer customer are signed."""
        for customer in self._client.customers(reveal=True):
            kept = {name: customer[name] for name in ("token", "username", "password")}
            self._client.put_customer(
                customer["name"],
                secret=customer["secret"] if secret is None else secret,
                signature=asdict(signature),
                **kept,
            )

    def secret(self, recipient: str) -> str:
        """Return the shared code that signs what goes to an IntelePeer number.

        Raises ConflictError where the number is nobody's, and there are several customers.
        """
        owner = self._client.number(recipient)["customer"] or OPEN_CUSTOMER
        secrets = {each["name"]: each["secret"] for each in self._client.customers(reveal=True)}
        if owner not in secrets and len(secrets) > 1:
            msg = f"{recipient!r} belongs to no customer: which of {', '.join(secrets)} signs?"
            raise ConflictError(f"{msg} Name its customer in mohook.toml")
        return str(secrets.get(owner) or next(iter(secrets.values())))

    def webhook(self, provider: str, recipient: str) -> str | None:
        """Return where the messages of a number go."""
        if provider == "intelepeer":
            webhook: str | None = self._client.number(recipient, reveal=True)["webhook"]
            return webhook
        accounts = self.accounts()
        for account in accounts:
            if recipient in account.numbers:
                return account.callback_url
        for account in accounts:
            if account.owner == OPEN_OWNER:
                return account.callback_url
        msg = f"{recipient!r} belongs to no ip1 account of the running emulator"
        raise UnknownNumberError(msg)


def _release(version: str) -> list[str]:
    return version.split(".")[:2]


def _match(match: FaultMatch | None) -> dict[str, str] | None:
    if match is None:
        return None
    given = {
        "provider": match.provider,
        "to": match.recipient,
        "from": match.sender,
        "body": match.body,
    }
    return {name: value for name, value in given.items() if value is not None}


def _account(shown: Any) -> Ip1Account:
    return Ip1Account(shown["owner"], shown["callback_url"], tuple(shown["numbers"]))


def _in_json(name: str, url: str | None) -> dict[str, str | None]:
    """Return a URL as the control API takes it: left out for the default, null for "", none."""
    return {} if url is None else {name: url or None}


class _Awaitable:
    """The same emulator for `async def` tests: waited for in a thread, so that the loop is free."""

    def __init__(self, apps: ServedApps, messages: RemoteMessages, clock: RemoteClock) -> None:
        self._during = apps.during_awaited
        self._apps = apps
        self._messages = messages
        self._clock = clock

    async def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        return await self._during(partial(self._messages.send, submissions, batch=batch))

    async def resend(self, message_id: str) -> Message:
        return await self._during(partial(self._messages.resend, message_id))

    async def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        return await self._during(partial(self._clock.by, span, max_attempts))

    async def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        return await self._during(partial(self._clock.to, instant, max_attempts))

    async def run_next(self, max_attempts: int) -> list[Attempt]:
        return await self._during(partial(self._clock.until, "next", max_attempts))

    async def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        return await self._during(partial(self._clock.until, "idle", max_attempts))

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        return self._apps.lifespan(app)
