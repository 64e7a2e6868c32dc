"""One run of pytest: its options, its factory, and the handles of the test that runs now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock

import pytest

from mohook.delivery.clock import MANUAL_START
from mohook.errors import SettingsError
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.factory import MohookFactory, local_bench
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.options import HarnessOptions

__all__ = ["TestRun"]

_MARKER = "@pytest.mark.mohook"
_HALF = 10_000  # characters of a long story's beginning, and of its end
Mark = tuple[tuple[object, ...], Mapping[str, object]]


@dataclass(slots=True, eq=False)
class _Watched:
    """A handle, and what was undelivered there before the test that runs now."""

    handle: Mohook
    options: HarnessOptions
    before: frozenset[str] = frozenset()
    over: bool = False

    def undelivered(self) -> frozenset[str]:
        return frozenset(m.id for m in self.handle.messages if not m.delivered)


class TestRun:
    """What stands behind the fixtures. Watches the handles that its factory makes.

    `base` holds where a test says nothing; `marks` tells what the marks of the running test
    say, the nearest last. With `url` the handles are those of an emulator that runs there.
    """

    __test__ = False

    def __init__(
        self, base: HarnessOptions, *, url: str | None, marks: Callable[[], Sequence[Mark]]
    ) -> None:
        self._base = base
        self._url = url
        self._marks = marks
        self._watched: list[_Watched] = []
        self._lock = Lock()  # a test may run episodes in threads
        self.test_is_over: bool = False
        self.story_is_told: bool = False
        self.factory: MohookFactory = MohookFactory(self.options, self._new_bench, self)

    def options(self) -> HarnessOptions:
        """Return what holds for the running test. Raises SettingsError."""
        options = self._base
        for positional, words in self._marks():
            if positional:
                given = ", ".join(map(repr, positional))
                msg = f"{_MARKER}({given}): expected names, such as {_MARKER}(seed=1)"
                raise SettingsError(msg)
            options = options.with_words(words, f"{_MARKER}: ")
        return options

    def _new_bench(self, options: HarnessOptions) -> Bench:
        if self._url is None:
            return local_bench(options)
        return self._running_bench(self._url, options)

    def _running_bench(self, url: str, options: HarnessOptions) -> Bench:
        from pytest_mohook.harness.remote.bench import RemoteBench

        if any(not each.over for each in self._watched):
            pytest.skip("needs two emulators at once, and --mohook-url gives one")
        with ExitStack() as stack:
            bench = RemoteBench(url, options.settings, options.start or MANUAL_START)
            stack.callback(bench.close)
            if differences := bench.differs(options.settings):
                pytest.skip(f"the running emulator differs: {'; '.join(differences)}")
            bench.reset()
            stack.pop_all()
        return bench

    # The handles of the running test

    def begin(self) -> None:
        """Forget the test before, but not the handles of module or session that go on."""
        self.test_is_over = self.story_is_told = False
        with self._lock:
            self._watched = [each for each in self._watched if not each.over]
        for each in self._watched:
            if each.options.must_settle:
                each.before = each.undelivered()

    def opened(self, handle: Mohook, options: HarnessOptions) -> None:
        """Take note of a new handle; of episodes one after the other the last alone is kept."""
        with self._lock:
            while self._watched and self._watched[-1].over:
                del self._watched[-1]
            self._watched.append(_Watched(handle, options))

    def closed(self, handle: Mohook) -> None:
        """Take note that a handle is over: Hypothesis stops at the example that fails."""
        for each in self._watched:
            if each.handle is handle:
                each.over = True

    def unsettled(self) -> str | None:
        """Return what a passing test has left undelivered, where that is not allowed."""
        for each in self._watched:
            if each.options.must_settle and not each.over and each.undelivered() - each.before:
                try:
                    each.handle.assert_settled()
                except AssertionError as problem:
                    counted = str(problem).splitlines()[0].rstrip(":")
                    return f"the test passed and left {counted}; must_settle is set"
        return None

    def stories(self, told: str = "") -> list[str]:
        """Return for each handle what was sent, what came of it, and the seed.

        A timeline that stands in `told`, the error itself, is not told again.
        Raises UnreachableError where a running emulator has gone.
        """
        handles = [each.handle for each in self._watched]
        stories = [(handle.timeline(), _standing(handle)) for handle in handles]
        busy = [(timeline, end) for timeline, end in stories if timeline]
        if not busy:
            return [f"nothing was sent\n{end}" for _, end in stories]
        return [
            end if timeline in told else f"{_shortened(timeline)}\n{end}" for timeline, end in busy
        ]


def _standing(handle: Mohook) -> str:
    own = handle.seed is None
    seed = "the emulator's own" if own else f"{handle.seed} (--mohook-seed {handle.seed})"
    return f"The clock stands at {handle.now:%Y-%m-%d %H:%M:%S}, the seed is {seed}."


def _shortened(text: str) -> str:
    left_out = len(text) - 2 * _HALF
    if left_out <= 0:
        return text
    gap = f"… {left_out:,} characters left out: mohook.timeline() has all …"
    return f"{text[:_HALF]}\n{gap}\n{text[-_HALF:]}"
