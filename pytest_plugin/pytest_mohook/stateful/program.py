"""The program that replays a history: a test with the `mohook` fixture, complete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from keyword import iskeyword
from typing import Any

from mohook.evidence.python import literal, mark, span_arguments
from mohook.providers import PROVIDERS
from pytest_mohook.harness.fields import FRIENDLY
from pytest_mohook.harness.options import DEFAULT_SEED
from pytest_mohook.stateful.calling import takes_app
from pytest_mohook.stateful.names import Names
from pytest_mohook.stateful.plan import Plan

__all__ = [
    "APP",
    "AT_ONCE",
    "READBACK",
    "RESTART",
    "arguments",
    "literal",
    "mark",
    "plain",
    "program",
    "span_arguments",
]

APP = "\0app"
"""Stands in a line for the receiver. Literals are escaped, so that none holds a NUL."""
AT_ONCE = "\0at_once"
"""Stands for the argument of `connect` that lets two copies come at the same time."""
READBACK = "\0readback"
"""Stands for the call that reads back."""
RESTART = "\0restart"
"""Stands for the call that restarts."""

_HEADING = "# Replays the failure. Save it as test_replay.py beside your tests, and run pytest."
_FUNCTION = "def test_replay(mohook: Mohook) -> None:"
_DUPLICATE = 'mohook.fail_next("duplicate")'
_LOCAL_NAMES = ("app", "receiver", "app_under_test")


def program(plan: Plan, lines: Sequence[str], *, seed: int | None = DEFAULT_SEED) -> str:
    """Return the test that does what `lines` say, from a fresh receiver on.

    `seed` is that of the history, which a flag may have said.
    """
    names = Names(plan.scope)
    words = ({} if seed == DEFAULT_SEED else {"seed": seed}) | dict(plan.marker)
    app, start = _start(plan, names, lines)
    body = "\n".join(f"    {line}" for line in [*start, *lines])
    for token, meant in (
        (AT_ONCE, ", concurrent=True" if _DUPLICATE in lines else ""),
        (READBACK, _call(names, plan.receiver.readback, "stored")),
        (RESTART, _call(names, plan.receiver.restart, "restart")),
        (APP, app or next(name for name in _LOCAL_NAMES if name not in names.taken)),
    ):
        body = body.replace(token, meant)
    return "\n".join([_HEADING, *_imports(words, names, lines), "", "", *_head(words), body, ""])


def _start(plan: Plan, names: Names, lines: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return what the receiver is called, None for a local name, and the lines that start it."""
    given, assignment = plan.receiver.app, f"{APP} = "
    reset = _call(names, plan.receiver.reset, "reset")
    if plan.receiver.made:
        source = f"{names.name(given, 'create_app')}()"
    else:
        source = literal(given) if isinstance(given, str) else names.name(given, "the_app")
        if not any(line.startswith(assignment) for line in lines):
            return source, [reset]
    start = [f"{assignment}{source}"]
    if reset:
        start.insert(APP in reset, reset)
    return None, start


def _call(names: Names, function: Callable[..., object] | None, otherwise: str) -> str:
    if function is None:
        return ""
    return f"{names.name(function, otherwise)}({APP if takes_app(function) else ''})"


def _imports(words: Mapping[str, Any], names: Names, lines: Sequence[str]) -> list[str]:
    needed = ["import time"] * any(line.startswith("time.") for line in lines)
    needed += ["import pytest"] * bool(words)
    return [*needed, "from pytest_mohook import Mohook", *names.lines()]


def _head(words: Mapping[str, Any]) -> list[str]:
    return [*([mark("mohook", (), plain(words))] if words else []), _FUNCTION]


def plain(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return words of the marker, times and lengths of time as texts that mean the same."""
    return {name: _plain(value) for name, value in words.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value.total_seconds():g}s" if isinstance(value, timedelta) else value


def arguments(provider: str, fields: Mapping[str, Any]) -> str:
    """Return fields as the arguments of `send`: the text first, each by a name that it can have.

    >>> arguments("intelepeer", {"refid": "A", "from": "1-1234", "message": "Hi", "x-y": None})
    '"Hi", refid="A", sender="1-1234", **{"x-y": None}'
    """
    text = PROVIDERS[provider].wire.text
    friendly = {wire: name for name, wire in FRIENDLY[provider].items()}
    given, named, strange = [], [], {}
    for name, value in fields.items():
        plain = friendly.get(name, name) if iskeyword(name) else name
        if name == text and isinstance(value, str):
            given.append(literal(value))
        elif plain.isidentifier() and not iskeyword(plain):
            named.append(f"{plain}={literal(value)}")
        else:
            strange[name] = value
    return ", ".join([*given, *named] + [f"**{literal(strange)}"] * bool(strange))
