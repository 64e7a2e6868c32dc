"""Settings as flags and as environment variables, read into values by full key name.

A layer never stops at the first thing wrong: it goes on and lists all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import NoneType
from typing import get_args, get_origin

from mohook.errors import InputError
from mohook.options.convert import from_text
from mohook.options.keys import KEYS, Key
from mohook.options.rules import checked

__all__ = [
    "FLAGS",
    "OTHER_VARIABLES",
    "VARIABLES",
    "Layer",
    "nearest",
    "read_environment",
    "read_flags",
]

FLAGS: Mapping[str, str] = {
    "host": "serve.host",
    "port": "serve.port",
    "control_token": "serve.control_token",
    "log_format": "serve.log_format",
    "state": "serve.state",
    "clock": "serve.clock",
    "seed": "serve.seed",
    "keep": "serve.keep",
    "allow_host": "serve.allow_host",
    "ip1_callback": "ip1.callback_url",
    "intelepeer_webhook": "intelepeer.webhook",
    "header": "serve.headers",
    "insecure": "serve.insecure",
    "timeout": "delivery.time_limit",
    "secret": "intelepeer.secret",
    "signature": "intelepeer.signature.mode",
    "readback": "check.readback",
    "readback_command": "check.readback_command",
    "readback_id": "check.readback_id",
    "readback_text": "check.readback_text",
    "settle": "check.settle",
}
"""The flags of `mohook serve` and `mohook check`, by parameter name, and the keys they set."""

_PREFIX = "MOHOOK_"
VARIABLES: Mapping[str, str] = {
    _PREFIX + name.removeprefix("serve.").replace(".", "_").upper(): name
    for name, key in KEYS.items()
    if get_origin(key.annotation) is not dict
}
"""The environment variables, and the keys that they set: all but accounts, customers, numbers."""

OTHER_VARIABLES = frozenset({"MOHOOK_CONFIG", "MOHOOK_URL", "MOHOOK_DEBUG"})
"""Variables that are no setting: where `mohook.toml` and the emulator are, how to fail."""


@dataclass(slots=True)
class Layer:
    """The values of one place, by full key name, and all that is wrong there."""

    values: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, key: Key, value: object, place: str) -> None:
        """Keep `value` for `key`, or the reason why not. None empties an optional key."""
        if value is None and NoneType in get_args(key.annotation):
            self.values[key.name] = None
            return
        try:
            self.values[key.name] = checked(key, value, place)
        except InputError as error:
            self.problems.append(str(error))

    def take_written(self, key: Key, value: object, place: str) -> None:
        """Keep what somebody typed for `key`: text, or what a command has made of it."""
        raw = from_text(value, key.annotation) if isinstance(value, str) else value
        self.take(key, raw, place)


def read_flags(given: Mapping[str, object]) -> Layer:
    """Read the flags of a command; None and an empty list mean that a flag was not given."""
    layer = Layer()
    for name, value in given.items():
        place = _spelled(name)
        if name not in FLAGS:
            known = {flag: _spelled(flag) for flag in FLAGS}
            near = nearest(name, known, f"expected one of {', '.join(known.values())}")
            layer.problems.append(f"{place}: no such flag; {near}")
        elif value not in (None, (), []):
            layer.take_written(KEYS[FLAGS[name]], value, place)
    return layer


def _spelled(parameter: str) -> str:
    return "--" + parameter.replace("_", "-")


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Read the `MOHOOK_…` variables; an empty one counts as not set.

    One that nothing reads is a problem: a slip in a name would otherwise pass in silence.
    """
    layer = Layer()
    for name, text in environ.items():
        if not name.startswith(_PREFIX) or name in OTHER_VARIABLES or not text:
            continue
        if name in VARIABLES:
            layer.take_written(KEYS[VARIABLES[name]], text, name)
        else:
            near = nearest(name.removeprefix(_PREFIX), _spellings(), "unset it")
            layer.problems.append(f"{name}: no such variable; {near}")
    return layer


def _spellings() -> dict[str, str]:
    """Return what people may write behind the prefix, `SERVE_PORT` as well as `PORT`."""
    short = {variable.removeprefix(_PREFIX): variable for variable in VARIABLES}
    return {key.replace(".", "_").upper(): v for v, key in VARIABLES.items()} | short


def nearest(name: str, known: Mapping[str, str], otherwise: str) -> str:
    """Return the ending of a problem: what the known name nearest to `name` stands for.

    >>> nearest("prot", {"port": "serve.port", "host": "serve.host"}, "unset it")
    'did you mean serve.port?'
    """
    near = get_close_matches(name, known, n=1)
    return f"did you mean {known[near[0]]}?" if near else otherwise
