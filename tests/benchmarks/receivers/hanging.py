"""Many receivers that never answer, in one process: thousands of requests hang on them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import urlopen

from tests.benchmarks.receivers.process import serving

__all__ = ["HangingReceiver", "hanging_receiver"]


@dataclass(frozen=True, slots=True)
class HangingReceiver:
    """The receivers' URLs, one a port, and the count of the connections that they hold."""

    urls: tuple[str, ...]
    count_url: str

    def held(self) -> int:
        """Return how many connections are open now."""
        with urlopen(self.count_url, timeout=10) as answer:
            return int(answer.read())


@contextlib.contextmanager
def hanging_receiver(ports: int = 100, connections: int = 5000) -> Iterator[HangingReceiver]:
    """Give receivers on `ports` ports that can hold `connections` in all and never answer.

    Raises RuntimeError where the system allows a process too few open files.
    """
    with serving("hang", str(ports), str(connections)) as [*hanging, count]:
        yield HangingReceiver(
            tuple(f"http://127.0.0.1:{port}/inbound" for port in hanging),
            f"http://127.0.0.1:{count}/",
        )
