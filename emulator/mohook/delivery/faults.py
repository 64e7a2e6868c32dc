"""Scripted deviations: what goes wrong with the next attempts, exactly and in order.

A script without a match serves the next attempts, whichever messages they belong to.
A script with a match serves each message that matches, with steps of its own: the first
step for its next attempt, the second for the one after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from threading import RLock
from types import MappingProxyType
from typing import Any

from mohook.delivery.message import Message
from mohook.durations import parse_duration
from mohook.errors import FaultError, InputError, NotFoundError

__all__ = [
    "MEANINGS",
    "STEP_PATTERN",
    "UNREACHED",
    "FaultKind",
    "FaultMatch",
    "FaultPlan",
    "FaultScript",
    "FaultStep",
    "parse_step",
]

STEP_PATTERN = (
    r"^([1-5][0-9][0-9]|timeout|reset|refused|lose-ack|duplicate|reorder|ok"
    r"|delay:[0-9]{1,4}(\.[0-9]{1,3})?(ms|s|m|h|d))$"
)
"""The steps as one pattern, the same in Python and in JSON Schema."""


class FaultKind(StrEnum):
    """What a step does to one attempt."""

    STATUS = "status"
    """The receiver is not reached; this status stands for its answer."""
    TIMEOUT = "timeout"
    """The receiver is not reached; the time limit counts as passed, at once."""
    RESET = "reset"
    """The receiver is not reached; the connection counts as reset."""
    REFUSED = "refused"
    """The receiver is not reached; the connection counts as refused."""
    LOSE_ACK = "lose-ack"
    """The receiver gets the request and answers; its answer is lost on the way."""
    DUPLICATE = "duplicate"
    """The receiver gets the request twice, at the same time."""
    DELAY = "delay"
    """The attempt is made later by a duration."""
    REORDER = "reorder"
    """The attempt waits until another message of the same provider has gone out."""
    OK = "ok"
    """The attempt is made as if there were no script."""


MEANINGS: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.STATUS: "the receiver was not reached, and this status stands for its answer",
        FaultKind.TIMEOUT: "the receiver was not reached, and the time limit counts as passed",
        FaultKind.RESET: "the receiver was not reached, and the connection counts as reset",
        FaultKind.REFUSED: "the receiver was not reached, and the connection counts as refused",
        FaultKind.LOSE_ACK: "the receiver got the message, and its answer was lost on the way",
        FaultKind.DUPLICATE: "the message was sent twice, at the same time",
        FaultKind.DELAY: "the attempt was made later",
        FaultKind.REORDER: "the next message of the provider was to overtake it",
        FaultKind.OK: "nothing was to go wrong",
    }
)
"""What each kind of step did to its attempt, in words."""

UNREACHED = frozenset((FaultKind.STATUS, FaultKind.TIMEOUT, FaultKind.RESET, FaultKind.REFUSED))
"""The kinds whose attempt never reaches the receiver."""


@dataclass(frozen=True, slots=True)
class FaultStep:
    """One scripted deviation. `str(step)` is the word it was written as."""

    kind: FaultKind
    text: str
    status: int | None = None
    delay: timedelta | None = None

    def __str__(self) -> str:
        return self.text


def parse_step(text: str) -> FaultStep:
    """Return the step that a word names; raise FaultError for a word that names none.

    >>> parse_step("503").status, parse_step("delay:90s").delay
    (503, datetime.timedelta(seconds=90))
    """
    if not (isinstance(text, str) and re.fullmatch(STEP_PATTERN, text)):
        msg = (
            f"fault step {text!r}: expected a status such as 500, timeout, reset, refused, "
            "lose-ack, duplicate, delay:DURATION such as delay:5s, reorder or ok"
        )
        raise FaultError(msg)
    if text.isdigit():
        return FaultStep(FaultKind.STATUS, text, status=int(text))
    if text.startswith("delay:"):
        return FaultStep(FaultKind.DELAY, text, delay=_delay(text))
    return FaultStep(FaultKind(text), text)


def _delay(text: str) -> timedelta:
    try:
        return parse_duration(text.removeprefix("delay:"))
    except InputError as problem:
        msg = f"fault step {text!r}: {problem}"
        raise FaultError(msg) from problem


@dataclass(frozen=True, slots=True)
class FaultMatch:
    """Which messages a script is for: all that is given fits. `body` may stand within a text."""

    provider: str | None = None
    recipient: str | None = None
    sender: str | None = None
    body: str | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (value is None or isinstance(value, str)):
                msg = f"{name} {value!r}: expected a text, or None for any"
                raise FaultError(msg)

    def fits(self, message: Message) -> bool:
        """Whether this message is one that the script is for."""
        return (
            self.provider in (None, message.provider)
            and self.recipient in (None, message.recipient)
            and self.sender in (None, message.sender)
            and (self.body is None or self.body in message.body)
        )


@dataclass(slots=True)
class FaultScript:
    """Steps and whom they serve.

    `times`: with a match, for how many messages (None: for all); without one, how often the
    whole list of steps is gone through (None: once). `left` counts what remains of it,
    `position` the steps taken of the current round, `served` the messages that had theirs.
    """

    id: str
    steps: tuple[FaultStep, ...]
    match: FaultMatch | None = None
    times: int | None = None
    left: int | None = field(init=False)
    position: int = 0
    served: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.steps:
            msg = 'a fault script without steps does nothing; give one or more, such as ["500"]'
            raise FaultError(msg)
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            msg = f"times {self.times!r}: expected a whole number, 1 or more"
            raise FaultError(msg)
        self.left = self.times if self.match else self.times or 1

    def dump(self) -> dict[str, Any]:
        """Return the script as JSON-able data."""
        return {
            "id": self.id,
            "steps": [str(step) for step in self.steps],
            "match": asdict(self.match) if self.match else None,
            "times": self.times,
            "left": self.left,
            "position": self.position,
            "served": sorted(self.served),
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> FaultScript:
        """Return the script that `dump` wrote down; raise FaultError for one of another form."""
        try:
            match = FaultMatch(**data["match"]) if data["match"] else None
            script = cls(data["id"], tuple(map(parse_step, data["steps"])), match, data["times"])
            script.left, script.position = data["left"], data["position"]
            script.served = set(data["served"])
            script._check()
        except (KeyError, TypeError, ValueError) as problem:
            msg = f"not a fault script ({problem}): expected what `dump` wrote down"
            raise FaultError(msg) from problem
        return script

    def _check(self) -> None:
        """Raise ValueError or TypeError for what would stop an attempt that it serves."""
        counted = self.left is None or self.left >= 0
        if not (counted and self.position in range(len(self.steps))):
            msg = f"left {self.left!r}, position {self.position!r}"
            raise ValueError(msg)


class FaultPlan:
    """The scripts in force, oldest first, and how far each has come. Safe to share by threads.

    `on_write` is called after every change but a step that was taken, with the lock held.
    """

    def __init__(self, on_write: Callable[[], None] = lambda: None) -> None:
        self._lock = RLock()
        self._on_write = on_write
        self._scripts: list[FaultScript] = []
        self._bound: dict[str, tuple[FaultScript, int]] = {}
        self._added = 0
        self._changes = 0

    @property
    def changes(self) -> int:
        """How often anything of this has changed, a step that was taken among it."""
        return self._changes

    def add(
        self,
        steps: Iterable[str],
        *,
        match: FaultMatch | None = None,
        times: int | None = None,
    ) -> FaultScript:
        """Put a script behind those that stand. Raises FaultError and then changes nothing."""
        parsed = tuple(parse_step(step) for step in steps)
        with self._lock:
            script = FaultScript(f"f{self._added + 1}", parsed, match, times)
            self._added += 1
            self._changes += 1
            self._scripts.append(script)
            self._on_write()
        return script

    def scripts(self) -> Sequence[FaultScript]:
        """Return the scripts that have something left to do."""
        with self._lock:
            return tuple(self._scripts)

    def clear(self) -> int:
        """Drop every script; return how many there were."""
        with self._lock:
            dropped = len(self._scripts)
            self._changes += 1
            self._scripts.clear()
            self._bound.clear()
            self._on_write()
        return dropped

    def drop(self, script_id: str) -> None:
        """Drop one script, for the messages that are in the middle of its steps too.

        Raises NotFoundError where there is none of this id.
        """
        with self._lock:
            if script_id not in {script.id for script in self._all()}:
                msg = f"no fault script {script_id!r}: it is used up or was never added"
                raise NotFoundError(msg)
            self._changes += 1
            self._scripts = [each for each in self._scripts if each.id != script_id]
            self._bound = {
                message: (script, at)
                for message, (script, at) in self._bound.items()
                if script.id != script_id
            }
            self._on_write()

    def under_way(self) -> Mapping[str, tuple[FaultScript, int]]:
        """Return, by message, the script whose steps it goes through, and how many it has had."""
        with self._lock:
            return dict(self._bound)

    def dump(self) -> dict[str, Any]:
        """Return all scripts and how far they have come, as JSON-able data."""
        with self._lock:
            return {
                "added": self._added,
                "scripts": [script.dump() for script in self._all()],
                "bound": {each: (script.id, at) for each, (script, at) in self._bound.items()},
                "open": [script.id for script in self._scripts],
            }

    def _all(self) -> list[FaultScript]:
        bound = {script.id: script for script, _ in self._bound.values()}
        return list({**bound, **{script.id: script for script in self._scripts}}.values())

    def load(self, data: Mapping[str, Any]) -> None:
        """Replace all scripts by what `dump` returned; raise FaultError and keep all otherwise."""
        try:
            scripts = {each["id"]: FaultScript.load(each) for each in data["scripts"]}
            opened = [scripts[each] for each in data["open"]]
            bound = {each: (scripts[of], int(at)) for each, (of, at) in data["bound"].items()}
            for script, position in bound.values():
                range(len(script.steps)).index(position)  # raises for a step that is not there
            added = int(data["added"])
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            msg = f"not a fault plan ({problem}): expected what `dump` returned"
            raise FaultError(msg) from problem
        with self._lock:
            self._changes += 1
            self._added, self._scripts, self._bound = added, opened, bound
            self._on_write()

    def take(self, message: Message) -> FaultStep | None:
        """Return the step for this message's next attempt, and count it as used."""
        if not self._scripts and not self._bound:
            return None
        with self._lock:
            step = self._bound_step(message) or self._next_step(message)
            self._changes += step is not None
            return step

    def _bound_step(self, message: Message) -> FaultStep | None:
        script, position = self._bound.pop(message.id, (None, 0))
        if script is None:
            return None
        if position + 1 < len(script.steps):
            self._bound[message.id] = (script, position + 1)
        return script.steps[position]

    def _next_step(self, message: Message) -> FaultStep | None:
        for script in self._scripts:
            if script.match is None:
                return self._advance(script)
            if script.match.fits(message) and message.id not in script.served:
                self._bind(script, message)
                return script.steps[0]
        return None

    def _advance(self, script: FaultScript) -> FaultStep:
        step = script.steps[script.position]
        script.position += 1
        if script.position == len(script.steps):
            script.position = 0
            self._use_up(script)
        return step

    def _bind(self, script: FaultScript, message: Message) -> None:
        if len(script.steps) > 1:
            self._bound[message.id] = (script, 1)
        script.served.add(message.id)
        self._use_up(script)

    def _use_up(self, script: FaultScript) -> None:
        if script.left is None:
            return
        script.left -= 1
        if script.left == 0:
            self._scripts.remove(script)
