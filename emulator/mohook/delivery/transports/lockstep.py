"""Runs calls at the same time, the same way each time: in threads that take turns, line by line."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread, get_ident, get_native_id
from typing import TYPE_CHECKING, Literal, TypeVar

from mohook.delivery.transports.own_code import is_the_apps

if TYPE_CHECKING:
    from types import FrameType

    from _typeshed import TraceFunction

__all__ = ["run_in_lockstep"]

T = TypeVar("T")
TraceEvent = Literal["call", "line", "return", "exception", "opcode"]
_LOOK = 0.002  # seconds between two looks at the thread that has the turn
_PATIENCE = 5  # looks that find it asleep, until the turn goes on without it
_LONGEST = 1.0  # seconds that a busy machine may take to run a thread that was woken
_AWAKE = 0.01  # what a look counts for that finds it awake: a long computation is no wait


def run_in_lockstep(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Run the calls at the same time, each in a thread, and return their results in order.

    >>> run_in_lockstep([lambda: "first", lambda: "second"])
    ['first', 'second']

    One thread runs at a time. Before each line of the app, and before each statement that a
    library sends to a database (it calls a function with `execute` in its name), the turn goes
    to the next. So a check and the insert that follows it are torn apart every time, unless
    both stand on one line, and a failure replays. What stands in the standard library, in
    site-packages, in mohook or in no file is not the app's: it runs through.

    A thread that waits for a paused one (for a lock, a database, a queue) loses its turn after
    10 ms asleep, and takes turns again when it wakes. On Linux one that computes, or that the
    machine is slow to run, is not taken for one that waits, and one that a line has woken is
    back before the next line: such runs are the same each time too. Left to time is where a
    thread comes back that looks now and then (SQLite's busy handler) or is woken from outside
    (by a database server), and what busy threads of the app's own delay; on other systems also
    what a busy machine delays.

    There is no time limit: calls that wait for each other without end are waited for. An
    exception of a call is raised, the first call's first, once all have ended. An interrupt of
    the caller (KeyboardInterrupt) is raised at once; the threads run on without turns.
    """
    if not calls:
        return []
    results: list[Future[T]] = [Future() for _ in calls]
    turns = _Turns()
    threads = [
        _Thread(partial(copy_context().run, _settle, result, call), turns)
        for result, call in zip(results, calls, strict=True)
    ]
    try:
        turns.run(threads)
    except BaseException:
        turns.abandon()
        raise
    return [result.result() for result in results]


def _settle(result: Future[T], call: Callable[[], T]) -> None:
    try:
        result.set_result(call())
    except BaseException as problem:  # noqa: BLE001 - raised again in the caller's thread
        result.set_exception(problem)


class _Thread(Thread):
    """Waits at its gate for its turn, has it, is away (lost it in a wait), or has ended."""

    def __init__(self, work: Callable[[], None], turns: _Turns) -> None:
        super().__init__(name="mohook-lockstep", daemon=True)
        self._work = work
        self._turns = turns
        self._pulse: _Pulse | None = None
        self.gate = Lock()
        self.gate.acquire()
        self.waits = True
        self.away = self.ended = False

    def run(self) -> None:
        """Work when the turn comes, and give it away before each line."""
        self._pulse = _Pulse()
        self.gate.acquire()
        theirs = sys.gettrace()
        sys.settrace(_tracer(partial(self._turns.pause, self), theirs))
        try:
            if not self._turns.abandoned:
                self._work()
        finally:
            sys.settrace(theirs)
            self._turns.leave(self)

    def asleep(self) -> bool:
        """Whether the thread has slept since the last look."""
        return self._pulse is not None and self._pulse.asleep()

    def worked(self) -> float:
        """Return for how many seconds it has computed."""
        return self._pulse.worked() if self._pulse else 0.0


class _Pulse:
    """Tells whether the thread that made it sleeps, where Linux tells; elsewhere it seems to."""

    def __init__(self) -> None:
        self._stat = Path(f"/proc/self/task/{get_native_id()}/stat")
        self._clock = time.pthread_getcpuclockid(get_ident()) if sys.platform == "linux" else 0
        self._worked = 0

    def asleep(self) -> bool:
        """Whether the thread has slept since the last look."""
        try:
            state = self._stat.read_bytes().rpartition(b") ")[2][:1]
            worked, self._worked = self._worked, time.clock_gettime_ns(self._clock)
        except OSError:  # another system, or no /proc: one that was woken gets a moment to show
            time.sleep(_LOOK / 2)
            return True
        return state == b"S" and worked == self._worked

    def worked(self) -> float:
        """Return for how many seconds it has computed; where nobody tells, how late it is."""
        try:
            return time.clock_gettime(self._clock) if self._clock else time.monotonic()
        except OSError:  # it has ended
            return time.monotonic()


class _Turns:
    """Who runs, and who is next: in the order of the calls, among those that wait."""

    def __init__(self) -> None:
        self.abandoned = False
        self._threads: Sequence[_Thread] = ()
        self._running: _Thread | None = None
        self._passed = 0
        self._lock = Lock()
        self._over = Event()

    def run(self, threads: Sequence[_Thread]) -> None:
        """Start the threads and see that the turn is never held by one that sleeps."""
        self._threads = threads
        for thread in threads:
            thread.start()
        with self._lock:
            self._pass_on(threads[-1])
        passed, slept = 0, 0.0
        while not self._over.wait(_LOOK):
            with self._lock:
                if passed != self._passed:
                    passed, slept = self._passed, 0.0
                if self._running:
                    slept += 1 if self._running.asleep() else _AWAKE
                    if slept >= _PATIENCE:
                        self._running.away = True
                        self._pass_on(self._running)
        for thread in threads:
            thread.join()

    def pause(self, thread: _Thread) -> None:
        """Give the turn to the next, and come back with it."""
        self._await_woken(thread)
        with self._lock:
            if self.abandoned:
                return
            thread.waits, thread.away = True, False
            if self._running in (thread, None):
                self._pass_on(thread)
        thread.gate.acquire()

    def leave(self, thread: _Thread) -> None:
        """Give the turn to the next, for good."""
        self._await_woken(thread)
        with self._lock:
            thread.ended, thread.away = True, False
            if self._running is thread:
                self._pass_on(thread)
            if all(each.ended for each in self._threads):
                self._over.set()

    def abandon(self) -> None:
        """Let all run on without turns; a call that has not begun never does."""
        with self._lock:
            self.abandoned = True
            for thread in self._threads:
                if thread.waits:
                    thread.waits = False
                    thread.gate.release()

    def _pass_on(self, thread: _Thread) -> None:
        after = self._threads.index(thread) + 1
        in_order = (*self._threads[after:], *self._threads[:after])
        self._running = next((each for each in in_order if each.waits), None)
        if self._running:
            self._running.waits = False
            self._passed += 1
            self._running.gate.release()

    def _await_woken(self, thread: _Thread) -> None:
        """Let a thread come back that the last line has woken, so that it is next in its order."""
        until = time.monotonic() + _LONGEST
        for other in self._threads:
            begun = other.worked()
            while self._running is thread and other.away and not other.asleep():
                if other.worked() - begun > _LOOK * _PATIENCE or time.monotonic() > until:
                    return  # it looks now and then, or does something else
                time.sleep(_LOOK / 10)


def _tracer(pause: Callable[[], None], theirs: TraceFunction | None) -> TraceFunction:
    """Return a trace function that pauses before lines of the app, and tells `theirs` all.

    `theirs` is what coverage.py or a debugger gives to new threads by `threading.settrace`.
    """

    def enter(frame: FrameType, event: TraceEvent, arg: object) -> TraceFunction | None:
        nonlocal theirs
        local = theirs(frame, event, arg) if theirs else None
        if (now := sys.gettrace()) is not enter:  # coverage.py's takes the place of its caller
            theirs = now
            sys.settrace(enter)
        if "execute" in frame.f_code.co_name:
            pause()
        return step(local) if is_the_apps(frame.f_code.co_filename) else local

    def step(local: TraceFunction | None) -> TraceFunction:
        def stepped(frame: FrameType, event: TraceEvent, arg: object) -> TraceFunction:
            nonlocal local
            if event == "line":
                pause()
            local = local(frame, event, arg) if local else None
            return stepped

        return stepped

    return enter
