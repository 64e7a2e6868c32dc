"""Runs targets in turn until time is up, and tells what each has withstood."""

from __future__ import annotations

import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests.fuzzing.target import Target

__all__ = ["HANGS_AFTER", "HangError", "Tally", "fuzz", "tried"]

HANGS_AFTER = 20.0
"""Seconds that one input may take."""
_LOT = 300
"""Inputs of one target before it is the next one's turn."""
_EVERYTHING = tuple(HealthCheck)


class HangError(AssertionError):
    """One input took longer than any may."""


@dataclass
class Tally:
    """What one target has withstood, and what it has not."""

    target: Target
    inputs: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


def fuzz(
    targets: Iterable[Target],
    seconds: float,
    *,
    first_seed: int,
    database: Path | None = None,
    told: Callable[[Tally], None] = lambda _: None,
) -> list[Tally]:
    """Try inputs until time is up: always on the target that has had the least of it.

    A target with a finding has ended: what is behind it comes to light when it is mended.
    """
    tallies = [Tally(target) for target in targets]
    until = time.monotonic() + seconds
    round_number = 0
    while time.monotonic() < until:
        open_ones = [each for each in tallies if not each.findings]
        if not open_ones:
            break
        tally = min(open_ones, key=lambda each: each.seconds)
        _lot(tally, first_seed + round_number, until, database)
        round_number += 1
        told(tally)
    return tallies


def _lot(tally: Tally, number: int, until: float, database: Path | None) -> None:
    began = time.monotonic()
    try:
        tried(
            tally.target,
            min(_LOT, tally.target.renewed_after),
            seed_of_it=number,
            until=until,
            database=database,
            counted=tally,
        )
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
        tally.findings.append("".join(traceback.format_exception(problem)))
    tally.seconds += time.monotonic() - began


def tried(
    target: Target,
    inputs: int,
    *,
    seed_of_it: int,
    until: float | None = None,
    database: Path | None = None,
    counted: Tally | None = None,
) -> None:
    """Try so many inputs; raise what the smallest one that fails raises, the input in its notes.

    The short runs of the suite set no alarm: there pytest-timeout has it.
    """
    count = counted or Tally(target)
    with target.opened() as check:

        @seed(seed_of_it)
        @settings(
            max_examples=inputs,
            deadline=None,
            database=DirectoryBasedExampleDatabase(database) if database else None,
            suppress_health_check=_EVERYTHING,
            phases=[Phase.reuse, Phase.generate, Phase.target, Phase.shrink],
            print_blob=False,
        )
        @given(target.inputs)
        def try_one(value: Any) -> None:
            if until is not None and time.monotonic() >= until:
                return
            count.inputs += 1
            if until is None:
                check(value)
                return
            with _alarm():
                check(value)

        try_one()


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise HangError(f"no end within {HANGS_AFTER:g} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
