"""What outlives the process beside messages: configuration, faults, clock and seed.

What was set while an emulator ran comes back with its store. What flags, variables and
mohook.toml name for this run goes over it, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from mohook.delivery.clock import ChangeableClock, ManualClock, RunningClock, clock_from
from mohook.delivery.faults import FaultPlan
from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.directory.ip1 import OPEN_OWNER, Ip1Directory
from mohook.errors import MohookError, StoreError
from mohook.in_step import InStep
from mohook.randomness import Seed, drawn_seed
from mohook.settings import Settings
from mohook.store.store import Store

__all__ = ["Keeping", "Load", "name_again"]

Load = Callable[[Mapping[str, Any]], None]
GoOn = Callable[[RunningClock | ManualClock], None]

_SECOND = timedelta(seconds=1)
_LITTLE = 0.01  # seconds
_OFTEN = 20.0
"""So many times as long as writing took, if that was more than a little, the next one waits."""
_SELDOM = 1.0
"""Seconds after which the time of a running clock is kept again."""


class Keeping:
    """Writes into a store that lasts what must come back, and reads it at the start."""

    def __init__(
        self, store: Store, clock: ChangeableClock, faults: FaultPlan, in_step: InStep
    ) -> None:
        self._store = store
        self._in_step = in_step
        self._clock = clock
        self._faults = faults
        self._kept: Mapping[str, Any] = store.documents() if store.lasting else {}
        self._taken = -1
        self._stood: datetime | None = None
        self._told_time = 0.0
        self._next_look = 0.0
        self._is_on = False

    def seed(self, named: int | None) -> Seed:
        """Return the seed of this run: the one named, the one kept, or one that is drawn."""
        if not self._in_step.shares:
            return self._seed(named)
        with self._in_step.lock:  # no two draw from the same
            self._kept = self._store.documents()
            seed = self._seed(named)
            self._store.keep_documents({"seed": seed._asdict()})
            return seed

    def _seed(self, named: int | None) -> Seed:
        kept = self._kept.get("seed")
        if kept is None or named not in (None, kept["seed"]):
            return Seed(drawn_seed() if named is None else named)
        return Seed(kept["seed"], kept["starts"] + 1)

    def resume(self, ip1: Ip1Directory, intelepeer: IntelePeerDirectory) -> None:
        """Take what was kept; raise StoreError for what this release cannot read."""
        try:
            if "ip1" in self._kept:
                ip1.load(self._kept["ip1"])
            if "intelepeer" in self._kept:
                intelepeer.load(self._kept["intelepeer"])
            if "faults" in self._kept:
                self._faults.load(self._kept["faults"])
        except MohookError as problem:
            msg = f"the configuration that is kept in the state cannot be read: {problem}"
            raise StoreError(msg) from problem

    def resume_clock(self, mode: str | None) -> None:
        """Let time go on: as `mode`, or as it ran before. It never goes back.

        Real time went on while nobody looked; every other clock stood.
        """
        if self._in_step.shares:
            self._kept = self._store.documents()  # others may have written since
        if (kept := self._kept.get("clock")) is None:
            return
        journal = self._store.journal
        now = datetime.fromisoformat(kept["now"])
        for event in journal.after(journal.last - 1, 1):
            now = max(now, event.at)
        sharing = self._store.sharing
        if kept["mode"] == "real" or (sharing and sharing.has_others()):
            now = max(now, self._stands(kept))
        self._clock.go_on(clock_from(mode or kept["mode"], now))

    def begin(self, seed: Seed, ip1: Ip1Directory, intelepeer: IntelePeerDirectory) -> None:
        """Write all of it down once, and from now on what changes."""
        self._is_on = self._store.lasting
        if not self._in_step.shares:  # else it stands there, and perhaps others' after it
            self.write(seed=seed._asdict())
        self.write(
            ip1=ip1.dump(),
            intelepeer=intelepeer.dump(),
            faults=self._faults.dump(),
            clock=self._clock_now(),
        )

    def _stands(self, kept: Mapping[str, str]) -> datetime:
        """Return where a clock stands that was kept, and has run since."""
        now, at = (datetime.fromisoformat(kept[each]) for each in ("now", "at"))
        a_second = clock_from(kept["mode"]).real_seconds(_SECOND)
        if a_second is None:
            return now
        return now + max(self._real() - at, timedelta()) / a_second

    def _real(self) -> datetime:
        """Return the machine's time, or the database's, where several machines may share it."""
        sharing = self._store.sharing
        if sharing is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(sharing.now(), UTC)

    def follow(self, loads: Mapping[str, Load], go_on: GoOn, *, turned: bool) -> Seed | None:
        """Take what others have written since; return the seed to go on from after a reset."""
        before, self._kept = self._kept, self._store.documents()
        for name, load in loads.items():
            if self._kept.get(name) not in (None, before.get(name)):
                load(self._kept[name])
        if (clock := self._kept.get("clock")) is not None:
            self._follow_clock(clock, go_on)
        if not turned or "seed" not in self._kept:
            return None
        seed = Seed(self._kept["seed"]["seed"], self._kept["seed"]["starts"] + 1)
        self._store.keep_documents({"seed": seed._asdict()})
        return seed

    def _follow_clock(self, kept: Mapping[str, str], go_on: GoOn) -> None:
        mode, stands = kept["mode"], self._stands(kept)
        if mode == "manual":
            if not self._in_step.is_moving and (self._clock.runs or stands != self._clock.now()):
                go_on(clock_from(mode, stands))
            self._stood = stands
        elif mode != self._clock.mode:
            go_on(clock_from(mode, max(stands, self._clock.now())))

    def write(self, **documents: Any) -> None:
        """Keep these; raises StoreAwayError where that cannot be."""
        if self._is_on and not self._in_step.is_following:
            with self._in_step.lock:
                self._store.keep_documents(documents)

    def write_clock(self) -> None:
        """Keep where the clock stands and how it runs."""
        if self._is_on:
            with self._in_step.lock:
                self._stood = None if self._clock.runs else self._clock.now()
                self.write(clock=self._clock_now())

    def write_last(self) -> None:
        """Keep the clock at the end; where others may move it by hand, it is kept already."""
        if self._clock.runs or not self._in_step.shares:
            self.write_clock()

    def write_progress(self) -> None:
        """Keep what attempts change: how far the scripts have come, where the clock stands.

        Not after each of them, where scripts for many messages take long to write down.
        """
        if self._in_step.shares:
            self._write_time()
            return
        if not self._is_on or (started := perf_counter()) < self._next_look:
            return
        changed: dict[str, Any] = {}
        taken, stands = self._faults.changes, None if self._clock.runs else self._clock.now()
        if taken != self._taken:
            changed["faults"] = self._faults.dump()
        if stands != self._stood or (stands is None and started >= self._told_time + _SELDOM):
            changed["clock"] = self._clock_now()
            self._told_time = started
        if changed:
            self._store.keep_documents(changed, durable=False)
        self._taken, self._stood = taken, stands
        cost = perf_counter() - started
        self._next_look = started + _OFTEN * cost if cost > _LITTLE else 0.0

    def _write_time(self) -> None:
        """Keep what others cannot know: where a hand has moved the clock, and now and then else."""
        if not self._clock.runs:
            if self._in_step.is_moving and self._clock.now() != self._stood:
                self.write_clock()
        elif self._is_on and perf_counter() >= self._told_time + _SELDOM:
            self._told_time = perf_counter()
            with self._in_step.lock:  # it goes on as all do, and nobody needs to hear of it
                self._store.keep_documents({"clock": self._clock_now()}, durable=False)

    def _clock_now(self) -> dict[str, str]:
        return {
            "mode": self._clock.mode,
            "now": self._clock.now().isoformat(),
            "at": self._real().isoformat(),
        }


def name_again(settings: Settings, ip1: Ip1Directory, intelepeer: IntelePeerDirectory) -> None:
    """Put what the settings of this run name over what was kept."""
    _name_accounts(settings, ip1)
    given = settings.intelepeer
    for name, customer in given.customers.items():
        intelepeer.put_customer(
            name,
            token=customer.token,
            username=customer.username,
            password=customer.password,
            secret=customer.secret,
            signature=customer.signature,
        )
    known = {each.endpoint for each in intelepeer.records()}
    for endpoint, number in given.numbers.items():
        if endpoint not in known:
            intelepeer.put_number(
                endpoint,
                customer=number.customer,
                sms_enabled=number.sms_enabled,
                cpaas_enabled=number.cpaas_enabled,
                webhook=number.webhook,
            )
        elif number.webhook is not None:
            intelepeer.change_number(endpoint, {"webhook": number.webhook})
    if given.webhook is not None:
        intelepeer.put_default_webhook(given.webhook)


def _name_accounts(settings: Settings, ip1: Ip1Directory) -> None:
    given = settings.ip1
    known = {account.owner for account in ip1.accounts()}
    for owner, account in given.accounts.items():
        if owner not in known:
            ip1.put(owner, account.callback_url, account.numbers)
            continue
        url = account.callback_url or given.callback_url
        changes: dict[str, Any] = {"callback_url": url} if url else {}
        if account.numbers:
            changes["numbers"] = account.numbers
        ip1.change(owner, changes)
    if not given.accounts and given.callback_url is not None:
        ip1.change(OPEN_OWNER, {"callback_url": given.callback_url})
