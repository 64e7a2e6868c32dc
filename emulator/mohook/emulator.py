"""The emulator: settings, directories, store, clock and engine, put together.

This is what the server, the command line and the pytest plugin stand on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from mohook.delivery.clock import ChangeableClock, ManualClock, RunningClock, clock_from
from mohook.delivery.drivers import Drivers
from mohook.delivery.engine import Engine, Flight
from mohook.delivery.faults import FaultPlan
from mohook.delivery.manual import MAX_ATTEMPTS
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.origin import origin
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.switchboard import Switchboard
from mohook.delivery.transports.transport import Transport
from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.directory.ip1 import Ip1Directory
from mohook.directory.route import Directory
from mohook.errors import ConflictError, MohookError, StoreAwayError
from mohook.gate import Gate
from mohook.given import checked
from mohook.in_step import InStep
from mohook.intake import Intake, encode
from mohook.keeping import Keeping, Load, name_again
from mohook.providers.provider import Provider
from mohook.randomness import Randomness, Seed, drawn_seed
from mohook.rerouting import destination_of, send_on, send_on_held
from mohook.ruling import rules_by_provider
from mohook.settings import Settings
from mohook.settling import wait_settled
from mohook.snapshots import SNAPSHOT_VERSION, check_snapshot
from mohook.store.journal import WEBHOOK_CHANGED
from mohook.store.memory import MemoryStore
from mohook.store.store import MessageFilter, Store
from mohook.submission import Submission

if TYPE_CHECKING:
    from mohook.delivery.awaited import AwaitedDriver

__all__ = ["Emulator"]


class Emulator:
    """ip1 and IntelePeer on the bench.

    With a running clock, `start` begins to deliver in a thread of its own. With the manual
    clock nothing runs by itself: `settle`, `advance` and the like deliver in the caller's
    thread. `change_clock` makes one of the other. All methods may be called from any thread.

    `seed` governs ids and order. Where the settings name none it is drawn, so that a receiver
    that remembers ids does not take the messages of another run for duplicates.

    With a `store` that lasts, configuration, faults and clock come back as they were; what the
    settings name, and a `clock` that is given, go over that. See `keeping.py`.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: RunningClock | ManualClock | None = None,
        store: Store | None = None,
    ) -> None:
        self.settings = checked(settings, Settings, "settings") or Settings()
        checked(clock, (RunningClock, ManualClock), "clock")
        serve = self.settings.serve
        self.clock = ChangeableClock(clock or clock_from(serve.clock))
        self.store: Store = store or MemoryStore(keep=serve.keep)
        self._in_step = InStep(self.store.sharing)
        self.faults = FaultPlan(
            lambda: self._keeping.write(faults=self.faults.dump()),
            self._in_step.guard,
        )
        self._keeping = Keeping(self.store, self.clock, self.faults, self._in_step)
        self.began_after = self.store.journal.last
        self.apps: InProcessTransport[Flight] = InProcessTransport(
            answer_cap=serve.answer_cap, starts_at_mount=lambda: self.clock.runs
        )
        self._gate = Gate()
        begun = self._keeping.seed(serve.seed)
        self.seed = begun.seed
        self._random = Randomness(begun)
        self._moves = 0
        self._resuming = True
        self.ip1 = Ip1Directory(
            self.settings,
            self._webhook_changed,
            self._in_step.guard,
            on_write=lambda: self._keeping.write(ip1=self.ip1.dump()),
        )
        self.intelepeer = IntelePeerDirectory(
            self.settings,
            self._webhook_changed,
            lock=self._in_step.lock_after(self._meet_again),
            random=Random(begun.of("tokens")),
            on_write=lambda: self._keeping.write(intelepeer=self.intelepeer.dump()),
        )
        self._directories: dict[str, Directory] = {"ip1": self.ip1, "intelepeer": self.intelepeer}
        self._intake = Intake(
            self.settings, self._directories, self._random.ids, self.store.next_id
        )
        self._transport = Switchboard(self.apps, self._new_curl)
        self.engine = self._new_engine()
        self._drivers = Drivers(
            self.engine,
            self.store,
            self.clock,
            seed=lambda: self.seed,
            on_change=self._keeping.write_clock,
            across=self._in_step.moving,
        )
        self._resume(begun, clock)

    def _resume(self, begun: Seed, clock: RunningClock | ManualClock | None) -> None:
        if not self.store.lasting:
            self._resuming = False
            return
        with self._in_step.lock:
            self._keeping.resume_clock(clock.mode if clock else None)
            self._keeping.resume(self.ip1, self.intelepeer)
            self._resuming = False
            self._meet_again()
            name_again(self.settings, self.ip1, self.intelepeer)
            self._keeping.begin(begun, self.ip1, self.intelepeer)
            self._send_on_held()
        self._in_step.begin(self._follow, self._wake, self._send_on_held)

    def _follow(self, turned: bool) -> None:
        """Hold to what another emulator on the same state was told; see `in_step.py`."""
        if turned:
            self.engine.reset()
            self.apps.drop()
        loads: dict[str, Load] = {name: each.load for name, each in self._directories.items()}
        loads["faults"] = self.faults.load
        begun = self._keeping.follow(loads, self._drivers.follow, turned=turned)
        if begun is not None:
            self.seed = begun.seed
            self._random.sow(begun)

    def catch_up(self) -> None:
        """Hold to all that other emulators on the same state were told until now."""
        self._in_step.look()

    def _new_curl(self) -> Transport[Flight]:
        from mohook.delivery.transports.curl import CurlTransport
        from mohook.delivery.transports.headers import header

        return CurlTransport(
            time_limit=self.settings.delivery.time_limit,
            answer_cap=self.settings.serve.answer_cap,
            allow=AddressRule(self.settings.serve.allow_host),
            follow_redirects=self.settings.delivery.follow_redirects,
            headers=tuple(map(header, self.settings.serve.headers)),
            insecure=self.settings.serve.insecure,
        )

    def _new_engine(self) -> Engine:
        delivery = self.settings.delivery
        return Engine(
            store=self.store,
            clock=self.clock,
            transport=self._transport,
            routes=self.webhook,
            rules=rules_by_provider(self.settings, self._renewed),
            faults=self.faults,
            time_limit=delivery.time_limit,
            per_receiver=self.settings.serve.per_receiver,
            shuffle=self._random.order if delivery.order == "shuffled" else None,
            on_progress=self._keeping.write_progress,
        )

    def _renewed(self, provider: Provider, message: Message, at: datetime) -> bytes:
        try:
            account = self._directories[provider.name].route(message.recipient, at).account
        except MohookError:
            return message.payload  # its number is gone: nobody to sign a new one for
        payload = json.loads(message.payload)
        return encode(provider.renewed(payload, at, account, self._random.new_ids))

    def webhook(self, endpoint: str) -> str | None:
        """Return where an endpoint's messages go now; None when it has no webhook."""
        provider = endpoint.partition(":")[0]
        return self._directories[provider].webhook(endpoint)

    def _webhook_changed(self, endpoint: str, webhook: str | None) -> None:
        if self._resuming:
            return  # it is as it was: what waits goes there already
        now = self.clock.now()
        self._moves += 1
        if not self._in_step.is_following:
            self.store.note(now, WEBHOOK_CHANGED, {"endpoint": endpoint, "webhook": webhook})
        self.store.move(endpoint, destination_of(webhook), now)
        self._wake()

    def send(self, submissions: Sequence[Submission]) -> list[Message]:
        """Accept messages, all or none; raise InputError or NotFoundError for the first bad one."""
        return self._accept(self._intake.messages, submissions)

    def send_batch(self, submissions: Sequence[Submission]) -> list[Message]:
        """Accept messages that the provider received in one request: ip1 gives one batchId."""
        return self._accept(self._intake.batch, submissions)

    def _accept(
        self,
        made_by: Callable[[Sequence[Submission], datetime], list[Message]],
        submissions: Sequence[Submission],
    ) -> list[Message]:
        with self._gate.passing():  # together: the disk is waited for once
            moves = self._moves
            messages = made_by(submissions, self.clock.now())
            self.store.accept(messages)
            if self._in_step.has_fallen_behind() or moves != self._moves:
                send_on(self.store, self.webhook, messages, self.clock.now())
        self._wake()
        return messages

    def resend(self, message_id: str) -> Message:
        """Make a message due now: a finished one with the full number of tries again."""
        message = self.store.message(message_id)
        webhook, now = self.webhook(message.endpoint), self.clock.now()
        if webhook is None:
            msg = f"{message.id} goes to {message.endpoint}, which has no webhook; set one first"
            raise ConflictError(msg)
        if message.state is State.PENDING:
            self.store.postpone(message.id, now)
        else:
            self.store.reopen([message.id], origin(webhook), now)
        self._wake()
        return self.store.message(message.id)

    def resend_failed(self, since: datetime | None = None) -> list[Message]:
        """Make every failed message due now whose last attempt began at `since` or later.

        One whose number has no webhook any more stays failed.
        """
        failed = self.store.messages(MessageFilter(state=State.FAILED, limit=None))
        again = [
            message
            for message in failed
            if (since is None or message.attempts[-1].started_at >= since)
            and self.webhook(message.endpoint)
        ]
        return [self.resend(message.id) for message in again]

    def reset(self) -> None:
        """Forget messages, attempts and faults; configuration is again as in the settings."""
        with self._gate.closed(), self._in_step.lock:
            self.faults.clear()
            for directory in self._directories.values():
                directory.reset()
            named = self.settings.serve.seed
            begun = Seed(drawn_seed() if named is None else named)
            self.seed = begun.seed
            self._random.sow(begun)
            self.engine.reset()
            self.apps.drop()
            self.store.reset(self.clock.now())
            self._keeping.write(seed=begun._asdict())

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as JSON-able data: messages, configuration, faults, clock."""
        with self._gate.closed():
            return {
                "version": SNAPSHOT_VERSION,
                "taken_at": self.clock.now().isoformat(),
                "random": self._random.dump(),
                "store": self.store.dump(),
                "faults": self.faults.dump(),
                **{name: directory.dump() for name, directory in self._directories.items()},
            }

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Take the state of a snapshot; raise StoreError, and change nothing, for a bad one."""
        with self._gate.closed(), self._in_step.lock:
            check_snapshot(snapshot, self.settings)
            for name, directory in self._directories.items():
                directory.load(snapshot[name])
            self.engine.reset()
            self.apps.drop()
            self.faults.load(snapshot["faults"])
            self.store.load(snapshot["store"])
            self._random.load(snapshot["random"])
            self.clock.set(datetime.fromisoformat(snapshot["taken_at"]))
            self._keeping.write_clock()
            self._meet_again()
        self._wake()

    def _meet_again(self) -> None:
        """Route what waits, so that the directories tell when its webhook changes."""
        for endpoint in self.store.endpoints():
            provider, _, number = endpoint.partition(":")
            if provider == "intelepeer":
                with suppress(MohookError):  # its number is gone, and with it its webhook
                    self.intelepeer.route(number, self.clock.now())

    def _send_on_held(self) -> None:
        send_on_held(self.store, self.webhook, self.clock.now())

    def start(self) -> None:
        """Begin delivering by itself, whenever the clock runs.

        Raises ConflictError for an emulator that has been stopped.
        """
        self._drivers.start()

    def stop(self) -> None:
        """End delivering and free the sockets; what was in flight stays pending.

        Raises LifespanError, when all else is done, for an app that did not shut down well.
        """
        self._drivers.stop()
        with suppress(StoreAwayError):  # what was kept before stands; there is nobody to tell
            self._keeping.write_last()
        try:
            self._transport.close()
        finally:
            self.store.close()

    @property
    def failure(self) -> Exception | None:
        """What ended delivery by itself, or keeps it waiting; None while all is well."""
        return self._drivers.live.failure or self._drivers.live.trouble

    def _wake(self) -> None:
        self._drivers.wake()

    def change_clock(self, mode: str) -> None:
        """Let the clock go on as `real`, `manual` or `xN`, from the instant where it stands.

        What is in flight then ends as it would have, and is recorded. A clock made manual
        stands at once, and starts no attempt by itself any more; moving it waits for what is in
        flight. One made to run begins when nobody is moving it. `real` is the pace of real
        time: it does not catch up with the date. The clock that there is already stays.

        >>> emulator = Emulator(clock=ManualClock())
        >>> emulator.change_clock("x60")
        >>> emulator.clock.mode
        'x60'

        Raises SettingsError for what is no clock; ConflictError when the emulator has been
        stopped, to an app that is being called by who moves the clock, and as long as an app
        is in `aio.lifespan`, where only the caller's loop can call it.
        """
        if mode != "manual":
            self.apps.require_callable_anywhere()
        self._drivers.change(mode)

    @property
    def aio(self) -> AwaitedDriver:
        """The same by hand, to be awaited on an event loop: `await emulator.aio.advance(span)`."""
        self._drivers.manual.require_standing()
        return self._aio

    @cached_property
    def _aio(self) -> AwaitedDriver:
        from mohook.delivery.awaited import AwaitedDriver

        return AwaitedDriver(self.engine, self._transport, self.apps, self._drivers.manual)

    def settle(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Make what is due at this instant; with a running clock that happens by itself."""
        return self._drivers.manual.settle(max_attempts)

    def advance(self, span: timedelta, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the manual clock by `span`; return the attempts made on the way."""
        return self._drivers.manual.advance(span, max_attempts)

    def advance_to(self, until: datetime, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the manual clock to `until`; return the attempts made on the way."""
        return self._drivers.manual.advance_to(until, max_attempts)

    def run_next(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the manual clock to what is due next, and make that."""
        return self._drivers.manual.run_next(max_attempts)

    def run_until_idle(self, max_attempts: int = 1_000) -> list[Attempt]:
        """Move the manual clock until nothing is pending."""
        return self._drivers.manual.run_until_idle(max_attempts)

    def wait_settled(self, message_ids: Iterable[str], seconds: float) -> bool:
        """Block until none of these messages is pending, or until `seconds` have passed."""
        return wait_settled(self.store, message_ids, seconds)
