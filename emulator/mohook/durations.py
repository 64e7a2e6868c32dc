"""Lengths of time as people write them: `10m`, `1h30m`, `500ms`, `90` (seconds)."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from mohook.errors import InputError

__all__ = ["LONGEST", "format_duration", "parse_duration"]

LONGEST = timedelta(days=36_500)
"""A hundred years: an instant that lies this far ahead can still be written down."""

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_PLAIN = re.compile(_NUMBER)
_COMPOUND = re.compile("".join(f"(?:(?P<{unit}>{_NUMBER}){unit})?" for unit in _UNITS))
_MICROSECOND = timedelta(microseconds=1)
_EXPECTED = "expected a duration such as 500ms, 30s, 10m, 1h30m or 7d, or a number of seconds"


def parse_duration(value: str | float) -> timedelta:
    """Return the length of time that `value` names; a number without a unit is in seconds.

    Units stand from large to small, each once: d, h, m, s, ms. Raises `InputError` for anything
    else, for a negative number, and for more than a hundred years.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    >>> parse_duration(0.5)
    datetime.timedelta(microseconds=500000)
    """
    microseconds = _microseconds(str(value).strip())
    if isinstance(value, bool) or microseconds is None:
        msg = f"duration {value!r}: {_EXPECTED}"
        raise InputError(msg)
    if microseconds > LONGEST // _MICROSECOND:
        msg = f"duration {value!r}: expected no more than {format_duration(LONGEST)}"
        raise InputError(msg)
    return timedelta(microseconds=round(microseconds))


def _microseconds(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text) or re.fullmatch(rf"{_NUMBER}e[+-]?[0-9]{{1,3}}", text):
        return Decimal(text) * 1_000_000
    match = _COMPOUND.fullmatch(text)
    if not text or match is None:
        return None
    return sum(
        (Decimal(count or 0) * (_UNITS[unit] // _MICROSECOND))
        for unit, count in match.groupdict().items()
    ) + Decimal(0)


def format_duration(duration: timedelta) -> str:
    """Return `duration` as `parse_duration` reads it, to the microsecond; a minus before negatives.

    >>> format_duration(timedelta(minutes=90))
    '1h30m'
    >>> format_duration(timedelta(seconds=1.5))
    '1.5s'
    >>> format_duration(timedelta())
    '0s'
    """
    if duration < timedelta():
        return f"-{format_duration(-duration)}"
    parts = []
    rest = duration
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, _UNITS[unit])
        parts += [f"{count}{unit}"] * bool(count)
    unit = "ms" if timedelta() < rest < _UNITS["s"] else "s"
    if rest or not parts:
        number = Decimal(rest // _MICROSECOND) / (_UNITS[unit] // _MICROSECOND)
        parts.append(f"{number.normalize():f}{unit}")
    return "".join(parts)
