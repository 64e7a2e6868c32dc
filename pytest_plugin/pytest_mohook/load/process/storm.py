"""A storm in Locust's process: alone, as the master of several, or as a worker under one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NoReturn

import gevent
from gevent.event import Event
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import WORKER_REPORT_INTERVAL, LocalRunner, MasterRunner, WorkerRunner
from locust.stats import CSV_STATS_INTERVAL_SEC

from mohook.cli.process import raise_file_limit, settle_garbage
from mohook.errors import InputError, MohookError
from pytest_mohook.load.plan import Orders, Plan
from pytest_mohook.load.process.carrier import Carrier, Tried
from pytest_mohook.load.process.channel import Channel
from pytest_mohook.load.process.poster import Poster
from pytest_mohook.load.process.sending import Lot, Sending
from pytest_mohook.load.process.telling import told_to
from pytest_mohook.load.process.users import CONNECTIONS

__all__ = ["Alone", "Master", "Storm", "Worker", "take_orders"]

_SHARE, _LOT, _STOP = "mohook-share", "mohook-lot", "mohook-stop"
_LOOK = 0.5  # seconds
_LAST_WORDS = 1.0  # seconds that workers have for their last lots
_REFUSED, _CUT_OFF = 2, 1
_AT_LAST = 30.0  # seconds
_WRITTEN = CSV_STATS_INTERVAL_SEC + 0.2  # seconds in which Locust writes its tables again


class Storm(User):
    """One of the users that Locust counts; what it sends is decided for all of them together."""

    sending: ClassVar[Sending | None] = None

    @task
    def work(self) -> None:
        """Send until the storm is over, and then no more."""
        if self.sending is not None:
            self.sending.work()
        raise StopUser


class Alone:
    """The whole storm in this process."""

    def __init__(self, environment: Environment, channel: Channel, orders: Orders) -> None:
        self._environment, self._channel, self._orders = environment, channel, orders
        self.is_over: bool = False
        """Whether all has been told."""
        raise_file_limit()
        self._poster = Poster(orders.url, orders.settings, connections=CONNECTIONS)

    def begin(self) -> None:
        """Begin, as Locust does. Begun again on Locust's page, what is over stays over."""
        if Storm.sending is None and self._orders.plan is not None:
            self._take(self._orders.plan, 0, 1, partial(self._channel.tell, "lot"))
            gevent.spawn(self._end)

    def stop(self) -> None:
        """End before the time, if it has begun."""
        if Storm.sending is not None:
            Storm.sending.stop()

    def _take(self, plan: Plan, index: int, workers: int, tell: Callable[[Lot], None]) -> None:
        """Take a share of a storm: what users send from now on."""
        make = partial(self._carrier, plan)
        Storm.sending = Sending(plan, make, index=index, workers=workers, tell=tell)
        settle_garbage()

    def _carrier(self, plan: Plan, note: Callable[[Tried], None]) -> Carrier:
        tell = told_to(self._environment, plan.provider)

        def tried(each: Tried) -> None:
            note(each)
            tell(each)

        settings = self._orders.settings
        return Carrier(plan.provider, settings, self._poster, clock=plan.clock, tried=tried)

    def _end(self) -> None:
        if Storm.sending is not None:
            Storm.sending.done.wait()
            self.is_over = True
            self._channel.tell("over", {"lost": 0})
            _leave(self._environment, self._orders)


class Worker(Alone):
    """A share that a master gives; what came of it goes to the master."""

    def __init__(
        self, environment: Environment, channel: Channel, orders: Orders, runner: WorkerRunner
    ) -> None:
        super().__init__(environment, channel, orders)
        self._runner = runner
        runner.register_message(_SHARE, self._share)
        runner.register_message(_STOP, self._stopped, concurrent=True)

    def begin(self) -> None:
        """Do nothing: the share has come before."""

    def _share(self, msg: Any, **_: object) -> None:
        plan = Plan.of(msg.data["plan"])
        if plan.provider != self._orders.provider:
            why = (
                f"the master sends as {plan.provider}, this worker as {self._orders.provider}: "
                "give both the same --provider"
            )
            _refuse(self._channel, InputError(why))
        self._take(plan, msg.data["index"], msg.data["workers"], self._tell)

    def _stopped(self, **_: object) -> None:
        self.stop()

    def _tell(self, lot: Lot) -> None:
        """Tell the master all, and who started this worker how far it is."""
        self._runner.send_message(_LOT, lot)
        self._channel.tell("share", {name: lot[name] for name in ("index", "sent", "open")})


class Master:
    """Gives each worker its share, and hands on what they tell."""

    def __init__(
        self, environment: Environment, channel: Channel, orders: Orders, runner: MasterRunner
    ) -> None:
        self._environment, self._channel, self._orders = environment, channel, orders
        self.is_over: bool = False
        """Whether all has been told."""
        self._runner = runner
        self._shares: dict[str, int] = {}
        self._done: set[int] = set()
        self._all_done = Event()
        runner.register_message(_LOT, self._lot)
        gevent.spawn(self._count_workers)

    def begin(self) -> None:
        """Hand out the shares, just before Locust tells its workers to begin."""
        plan = self._orders.plan
        if self._shares or plan is None:
            return
        self._shares = {client: place for place, client in enumerate(self._runner.clients)}
        wire, workers = plan.wire(), len(self._shares)
        for client, index in self._shares.items():
            share = {"plan": wire, "index": index, "workers": workers}
            self._runner.send_message(_SHARE, share, client)
        gevent.spawn(self._watch)

    def stop(self) -> None:
        """End before the time; workers have a moment for their last lots."""
        if self._shares:
            self._runner.send_message(_STOP)
            self._all_done.wait(_LAST_WORDS)
            self._all_done.set()

    def _count_workers(self) -> None:
        """Tell how many workers are there, until it begins."""
        seen = -1
        while not self._shares:
            if (now := len(self._runner.clients.ready)) != seen:
                seen = now
                self._channel.tell("workers", {"ready": now})
            gevent.sleep(_LOOK)

    def _lot(self, msg: Any, **_: object) -> None:
        self._channel.tell("lot", msg.data)
        if msg.data.get("done"):
            self._done.add(msg.data["index"])
            if len(self._done) == len(self._shares):
                self._all_done.set()

    def _watch(self) -> None:
        while not self._all_done.wait(_LOOK):
            if len(self._done) + self._missing() >= len(self._shares):
                break
        self.is_over = True
        self._channel.tell("over", {"lost": len(self._shares) - len(self._done)})
        _leave(self._environment, self._orders)

    def _missing(self) -> int:
        """Return how many workers are gone that have not told their last lot."""
        clients = self._runner.clients
        away = {each.id for each in clients.missing}
        return sum(
            index not in self._done and (client in away or client not in clients)
            for client, index in self._shares.items()
        )


def take_orders() -> None:
    """Read the orders, and do as they say when Locust begins."""
    channel = Channel()
    orders = channel.orders()
    posts: list[Alone | Master] = []

    @events.init.add_listener  # type: ignore[untyped-decorator] # Locust's
    def on_init(environment: Environment, **_: object) -> None:
        try:
            posts.append(_post(environment, channel, orders))
        except MohookError as problem:
            _refuse(channel, problem)
        gevent.spawn(_heed, channel, orders, posts[0], environment)

    @events.test_start.add_listener  # type: ignore[untyped-decorator] # Locust's
    def on_test_start(**_: object) -> None:
        posts[0].begin()

    @events.test_stop.add_listener  # type: ignore[untyped-decorator] # Locust's
    def on_test_stop(**_: object) -> None:
        if not isinstance(posts[0], Master):
            posts[0].stop()


def _post(environment: Environment, channel: Channel, orders: Orders) -> Alone | Master:
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        return Master(environment, channel, orders, runner)
    if isinstance(runner, WorkerRunner):
        return Worker(environment, channel, orders, runner)
    return Alone(environment, channel, orders)


def _heed(channel: Channel, orders: Orders, post: Alone | Master, environment: Environment) -> None:
    """Stop when told to; leave when told again, or when nobody is there any more."""
    channel.wait_for_word()
    gevent.spawn_later(_AT_LAST, os._exit, _CUT_OFF)  # whatever holds it up, nobody is there
    if post.is_over and not orders.stays:
        return  # it leaves by itself, when all is written
    post.stop()
    channel.wait_for_word()
    _quit(environment)


def _leave(environment: Environment, orders: Orders) -> None:
    if not orders.stays:
        if orders.tables:
            alone = isinstance(environment.runner, LocalRunner)
            gevent.sleep(_WRITTEN if alone else _WRITTEN + WORKER_REPORT_INTERVAL)
        _quit(environment)


def _quit(environment: Environment) -> None:
    if environment.runner is not None:
        environment.runner.quit()
    if environment.web_ui is not None:
        environment.web_ui.stop()  # type: ignore[no-untyped-call] # Locust's


def _refuse(channel: Channel, problem: Exception) -> NoReturn:
    """End the process: it was asked for what it may not or cannot do."""
    channel.tell("refused", {"kind": type(problem).__name__, "why": str(problem)})
    sys.exit(_REFUSED)
