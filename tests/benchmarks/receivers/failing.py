"""A receiver that fails at random and remembers what it said to which message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from urllib.request import urlopen

from tests.benchmarks.receivers.process import serving

__all__ = ["FailingReceiver", "failing_receiver"]


@dataclass(frozen=True, slots=True)
class FailingReceiver:
    """Where to post, and what was answered so far."""

    url: str

    def log(self) -> list[tuple[str, int]]:
        """Return (`refid` or `id` of the message, status answered), in order of arrival."""
        with urlopen(urljoin(self.url, "/log"), timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return [(identity, int(status)) for identity, status in map(str.split, lines)]


@contextlib.contextmanager
def failing_receiver(*, share: float = 0.1, seed: int = 0) -> Iterator[FailingReceiver]:
    """Give a receiver that answers 500 to `share` of the requests, drawn from `seed`, else 200."""
    with serving("fail", str(share), str(seed)) as [port]:
        yield FailingReceiver(f"http://127.0.0.1:{port}/inbound")
