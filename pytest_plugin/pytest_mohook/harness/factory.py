"""Makes handles: one a test for the fixture, one an example for Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.local import LocalBench
from pytest_mohook.harness.options import HarnessOptions

__all__ = ["MohookFactory", "Watch", "local_bench", "new_handle"]

_EPISODE = "mohook_factory.episode()"


class Watch(Protocol):
    """Is told of each handle, for the report of a test that fails."""

    test_is_over: bool
    """The fixtures are torn down: what a test has left was judged when it ended."""

    def opened(self, handle: Mohook, options: HarnessOptions) -> None:
        """Take note of a new handle."""

    def closed(self, handle: Mohook) -> None:
        """Take note that it is over."""


class MohookFactory:
    """Makes a fresh handle for each example of a Hypothesis test, or for any block.

    A function-scoped fixture is set up once a test and not once an example, which Hypothesis
    refuses rightly: the messages of one example would meet those of the one before.
    """

    def __init__(
        self,
        options: Callable[[], HarnessOptions],
        new_bench: Callable[[HarnessOptions], Bench],
        watch: Watch,
    ) -> None:
        self._options = options
        self._new_bench = new_bench
        self._watch = watch

    @contextmanager
    def episode(self, **words: Any) -> Iterator[Mohook]:
        """Give a fresh handle for the length of a block.

        The words are those of the marker, and go before it: `seed`, `start`, `clock`,
        `must_settle`, and the tables of `mohook.toml` (`ip1={"retry_limit": 3}`).
        Raises SettingsError for any other; with `must_settle` AssertionError at the end.
        """
        options = self._options().with_words(words, f"{_EPISODE}: ")
        with self._handle(options) as handle:
            yield handle
            if options.must_settle and not self._watch.test_is_over:
                handle.assert_settled()

    def open(self) -> AbstractContextManager[Mohook]:
        """Return a block with the handle of a test: what its marker says, and no more."""
        return self._handle(self._options())

    @contextmanager
    def _handle(self, options: HarnessOptions) -> Iterator[Mohook]:
        bench = self._new_bench(options)
        handle = Mohook(bench)
        self._watch.opened(handle, options)
        try:
            yield handle
        finally:
            self._watch.closed(handle)
            bench.close()


def local_bench(options: HarnessOptions) -> LocalBench:
    """Return an emulator in this process."""
    return LocalBench(options.settings, options.start)


@contextmanager
def new_handle(options: HarnessOptions | None = None) -> Iterator[Mohook]:
    """Give a handle on a fresh emulator for the length of a block; no pytest is needed."""
    bench = local_bench(options or HarnessOptions())
    try:
        yield Mohook(bench)
    finally:
        bench.close()
