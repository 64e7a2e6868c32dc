"""Scripted deviations: what goes wrong with the next attempts, exactly and in order.

A script without a match serves the next attempts, whichever messages they belong to.
A script with a match serves each message that matches, with steps of its own: the first
step for its next attempt, the second for the one after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from threading import RLock
from typing import Any

from mohook.delivery.fault_steps import (
    MEANINGS,
    STEP_PATTERN,
    UNREACHED,
    FaultKind,
    FaultStep,
    parse_step,
)
from mohook.delivery.held_back import HeldBack
from mohook.delivery.message import Message
from mohook.errors import FaultError, NotFoundError

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
    With a `lock` of others, who share the plan, it is called then too.
    """

    def __init__(
        self,
        on_write: Callable[[], None] = lambda: None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._lock = lock or RLock()
        self._on_write = on_write
        self._on_step: Callable[[], None] = on_write if lock else lambda: None
        self.held_back = HeldBack(self._lock, self._changed)
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
                **self.held_back.dump(),
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
            held_back = self.held_back.read(data)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            msg = f"not a fault plan ({problem}): expected what `dump` returned"
            raise FaultError(msg) from problem
        with self._lock:
            self._changes += 1
            self._added, self._scripts, self._bound = added, opened, bound
            self.held_back.put(*held_back)
            self._on_write()

    def take(self, message: Message) -> FaultStep | None:
        """Return the step for this message's next attempt, and count it as used."""
        if not self._scripts and not self._bound:
            return None
        with self._lock:
            step = self._bound_step(message) or self._next_step(message)
            if step is not None:
                self._changed()
            return step

    def _changed(self) -> None:
        self._changes += 1
        self._on_step()

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
