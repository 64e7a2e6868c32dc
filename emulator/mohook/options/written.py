"""How somebody writes a setting down: as an environment variable, and in `mohook.toml`."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from datetime import timedelta

from mohook.options.convert import from_text, to_text
from mohook.options.keys import KEYS
from mohook.options.layers import VARIABLES
from mohook.options.rules import checked

__all__ = ["Written", "written"]

_VARIABLE_OF = {key: variable for variable, key in VARIABLES.items()}


@dataclass(frozen=True, slots=True)
class Written:
    """A setting in both forms. `variable` is a word of a shell, `toml` a table and its line."""

    variable: str
    toml: str


def written(name: str, text: str) -> Written:
    """Return how the key `name` is set to what `text` says, which reads as a variable does.

    >>> written("ip1.retry_interval", "90s").variable
    'MOHOOK_IP1_RETRY_INTERVAL=1m30s'
    >>> print(written("intelepeer.short_code_length", "4,6").toml)
    [intelepeer]
    short_code_length = [4, 6]

    Raises `InputError`, with what was expected, for a value that the key does not take.
    """
    key = KEYS[name]
    table = name.rpartition(".")[0]
    raw = from_text(text, key.annotation)
    if raw is None:
        return Written(f"{_VARIABLE_OF[name]}=none", f"[{table}]\n# {key.field} is left out")
    value = checked(key, raw, name)
    return Written(
        f"{_VARIABLE_OF[name]}={shlex.quote(to_text(value))}",
        f"[{table}]\n{key.field} = {_in_toml(value)}",
    )


def _in_toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_in_toml, value))}]"
    if isinstance(value, bool | int):
        return to_text(value)
    text = to_text(value) if isinstance(value, timedelta) else str(value)
    # TOML takes every escape of JSON; of what JSON leaves as it is, it refuses DEL alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
