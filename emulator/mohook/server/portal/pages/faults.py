"""The scripts of what goes wrong next: one is put together here, and all are seen being used up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flask import render_template

from mohook.delivery.faults import (
    MEANINGS,
    STEP_PATTERN,
    UNREACHED,
    FaultKind,
    FaultMatch,
    FaultPlan,
    FaultScript,
    FaultStep,
    parse_step,
)
from mohook.delivery.message import Attempt
from mohook.samples import PROVIDER_TITLES
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal
from mohook.store.journal import Journal

__all__ = ["EXAMPLE", "OFFERED", "Met", "Script", "Step", "Walk", "faults", "met", "scripts"]

EXAMPLE = ("500", "lose-ack", "timeout", "ok")
"""The script that the commands show."""

_STATUSES = ("500", "503", "429", "404", "204")
_WAITING = (FaultKind.DELAY, FaultKind.REORDER)
_WORDS = tuple(kind for kind in FaultKind if kind not in (FaultKind.STATUS, FaultKind.DELAY))
_WALKS = 8  # messages shown in the middle of one script
_MET = 8  # attempts shown that met a step
_LOOKED_AT = 2_000  # events that these are looked for in


class Step(NamedTuple):
    """A step as a chip: its word, what it does, and `used`, `next` or `waiting`."""

    word: str
    meaning: str
    stands: str = "waiting"


@dataclass(frozen=True, slots=True)
class Walk:
    """A message in the middle of a script's steps."""

    message_id: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A script in force. `walks` are messages in the middle of it, `more` how many are not shown.

    `is_open` is whether it will still serve an attempt or a message that it has not met.
    """

    script: FaultScript
    steps: tuple[Step, ...]
    match: tuple[tuple[str, str], ...]
    walks: tuple[Walk, ...]
    more: int
    is_open: bool


class Met(NamedTuple):
    """An attempt that met a step, and whose it was."""

    message_id: str
    attempt: Attempt
    meaning: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """Steps that do alike to an attempt."""

    label: str
    steps: tuple[Step, ...]


def _offer(label: str, words: Iterable[str]) -> _Offer:
    return _Offer(label, tuple(_step(parse_step(word)) for word in words))


def _step(step: FaultStep, stands: str = "waiting") -> Step:
    return Step(str(step), MEANINGS[step.kind], stands)


OFFERED = (
    _offer("The receiver is not reached", (*_STATUSES, *(w for w in _WORDS if w in UNREACHED))),
    _offer("It is reached", (w for w in _WORDS if w not in UNREACHED and w not in _WAITING)),
    _offer("The attempt waits", (w for w in _WORDS if w in _WAITING)),
)
"""The steps that a click adds; another status and a delay are typed."""


@portal.get("/faults")
def faults() -> str:
    """Show the scripts in force, and what to put a new one together from."""
    served = emulator()
    return render_template(
        "portal/faults.html",
        offered=OFFERED,
        pattern=STEP_PATTERN,
        delay_meaning=MEANINGS[FaultKind.DELAY],
        status_meaning=MEANINGS[FaultKind.STATUS],
        providers=PROVIDER_TITLES,
        scripts=scripts(served.faults),
        met=met(served.store.journal),
        example=EXAMPLE,
    )


def scripts(plan: FaultPlan) -> list[Script]:
    """Return the scripts that have something left to do, those with walks alone first."""
    walks = plan.under_way()
    standing = {script.id: script for script in plan.scripts()}
    walked = {script.id: script for script, _ in walks.values()}
    every = {**{name: each for name, each in walked.items() if name not in standing}, **standing}
    return [_script(each, walks, is_open=each.id in standing) for each in every.values()]


def met(journal: Journal) -> list[Met]:
    """Return the last attempts that met a step, newest first."""
    found = [
        Met(event.message_id, event.subject, MEANINGS[parse_step(event.subject.fault).kind])
        for event in journal.after(max(0, journal.last - _LOOKED_AT), _LOOKED_AT)
        if isinstance(event.subject, Attempt) and event.subject.fault and event.message_id
    ]
    return found[: -_MET - 1 : -1]


def _script(
    script: FaultScript, walks: Mapping[str, tuple[FaultScript, int]], *, is_open: bool
) -> Script:
    own = [(message, at) for message, (of, at) in walks.items() if of.id == script.id]
    shown = tuple(Walk(message, _steps(script, at)) for message, at in own[:_WALKS])
    position = None if script.match else script.position
    return Script(
        script,
        _steps(script, position),
        _match(script.match),
        shown,
        len(own) - len(shown),
        is_open,
    )


def _steps(script: FaultScript, position: int | None) -> tuple[Step, ...]:
    """Return the steps, those before `position` used; None is where each message has its own."""
    if position is None:
        return tuple(_step(step) for step in script.steps)
    return tuple(
        _step(step, "used" if at < position else "next" if at == position else "waiting")
        for at, step in enumerate(script.steps)
    )


def _match(match: FaultMatch | None) -> tuple[tuple[str, str], ...]:
    if match is None:
        return ()
    provider = match.provider and PROVIDER_TITLES.get(match.provider, match.provider)
    named = (
        ("from", match.sender),
        ("to", match.recipient),
        ("provider", provider),
        ("text", match.body),
    )
    return tuple((name, value) for name, value in named if value is not None)
