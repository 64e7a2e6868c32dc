"""What starting costs: `mohook --help` against an empty Python."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.table import Row, milliseconds

__all__ = ["imports"]

ROUNDS = 15
AIM_MS = 150.0


def imports() -> Iterator[Row]:
    """Give the time of both, and the difference."""
    mohook = [str(Path(sys.executable).with_name("mohook")), "--help"]
    nothing = [sys.executable, "-c", "pass"]
    seconds(mohook)  # the first run writes bytecode
    pairs = [(seconds(nothing), seconds(mohook)) for _ in range(ROUNDS)]
    empty, helped = (median(times) for times in zip(*pairs, strict=True))
    yield Row("python -c pass", milliseconds(empty))
    yield Row("mohook --help", milliseconds(helped))
    more = (helped - empty) * 1000
    yield Row("more by", f"{more:.0f} ms", f"under {AIM_MS:.0f} ms", more < AIM_MS)


def seconds(command: Sequence[str]) -> float:
    """Return how long a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
