"""One raw value becomes what its annotation says, or an error that says what was expected.

Written here and not left to pydantic: the messages are the point, and every command would
pay for the import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from reprlib import Repr
from types import NoneType
from typing import Literal, get_args, get_origin

from mohook.durations import format_duration, parse_duration
from mohook.errors import InputError
from mohook.masking import masked_url
from mohook.options.keys import without_none

__all__ = ["convert", "expected", "from_text", "shown", "to_text"]

_FLAGS = {"true": True, "yes": True, "on": True, "1": True}
_FLAGS |= {"false": False, "no": False, "off": False, "0": False}
_LARGEST = 2**63 - 1


class _Shown(Repr):
    """Cuts short, and masks each text before: what is cut may take the `@` with it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80

    def repr_str(self, x: str, level: int) -> str:
        return super().repr_str(masked_url(x), level)


_show = _Shown().repr


def shown(value: object) -> str:
    """Return `value` as an error shows it: cut short, credentials in URLs masked.

    >>> shown("ftp://user:pass@host/")
    "'ftp://***@host/'"
    """
    if isinstance(value, bool):
        return to_text(value)
    return _show(value)


def expected(annotation: object) -> str:
    """Return in words what `annotation` takes.

    >>> expected(tuple[int, int])
    'a list of 2: a whole number each'
    """
    annotation = without_none(annotation)
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " or ".join(", ".join(map(str, parts)).rsplit(", ", 1))
    if get_origin(annotation) is tuple:
        count = "" if Ellipsis in parts else f" of {len(parts)}"
        return f"a list{count}: {expected(parts[0])} each"
    return _SCALARS[annotation][0]


def convert(value: object, annotation: object) -> object:
    """Return `value`, as TOML gives it, in the type of `annotation`.

    Raises `InputError` without further words: the caller knows the key.
    """
    annotation = without_none(annotation)
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise InputError
    if get_origin(annotation) is Literal:
        return _choice(value, get_args(annotation))
    if get_origin(annotation) is tuple:
        return _items(value, get_args(annotation))
    return _SCALARS[annotation][1](value)


def from_text(text: str, annotation: object) -> object:
    """Return what TOML would have given for `text`, as an environment variable or a flag has it.

    Lists are parted by commas; `none` empties an optional key. Text that fits nothing is
    returned as it is, for `convert` to refuse.

    >>> from_text("3,8", tuple[int, int])
    [3, 8]
    """
    if text.strip().lower() == "none" and NoneType in get_args(annotation):
        return None
    annotation = without_none(annotation)
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        return [from_text(item.strip(), inner) for item in text.split(",")]
    if annotation is bool:
        return _FLAGS.get(text.strip().lower(), text)
    if annotation is int and re.fullmatch("-?[0-9]{1,19}", text.strip()):
        return int(text.strip())
    return text


def to_text(value: object) -> str:
    """Return `value` as `from_text` reads it.

    >>> to_text((timedelta(minutes=1), timedelta(minutes=5)))
    '1m,5m'
    """
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(to_text, value))
    return format_duration(value) if isinstance(value, timedelta) else str(value)


def _choice(value: object, choices: tuple[object, ...]) -> object:
    # A number may stand for its text: `acknowledge = 200` reads as naturally as "200".
    for choice in choices:
        if not isinstance(value, bool) and str(choice) == str(value):
            return choice
    raise InputError


def _items(value: object, parts: tuple[object, ...]) -> tuple[object, ...]:
    open_ended = Ellipsis in parts
    if not isinstance(value, list | tuple) or not (open_ended or len(value) == len(parts)):
        raise InputError
    return tuple(convert(item, parts[0]) for item in value)


def _exactly(kind: type) -> Callable[[object], object]:
    def checked(value: object) -> object:
        if type(value) is not kind:
            raise InputError
        return value

    return checked


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str | int | float):
        raise InputError
    return parse_duration(value)


_SCALARS: dict[object, tuple[str, Callable[[object], object]]] = {
    str: ('a text in quotes, such as "here"', _exactly(str)),
    int: ("a whole number", _exactly(int)),
    bool: ("true or false", _exactly(bool)),
    timedelta: ("a duration such as 500ms, 30s, 10m or 1h30m, or a number of seconds", _duration),
}
