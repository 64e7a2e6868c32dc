"""Values as source of Python: whatever a text holds, it is a text there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

__all__ = ["literal", "mark", "span_arguments"]

_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


def mark(name: str, positional: Sequence[object], named: Mapping[str, object]) -> str:
    """Return a mark as a decorator.

    >>> mark("mohook", (), {"ip1": {"retry_interval": "30s"}})
    '@pytest.mark.mohook(ip1={"retry_interval": "30s"})'
    """
    words = [*map(literal, positional)]
    words += [f"{word}={literal(value)}" for word, value in named.items()]
    return f"@pytest.mark.{name}{'(' + ', '.join(words) + ')' if words else ''}"


def literal(value: object) -> str:
    """Return a value as Python source, texts in double quotes where they hold none.

    >>> print(literal({"a": ["it's", None]}))
    {"a": ["it's", None]}
    """
    if isinstance(value, str):
        return repr(value) if '"' in value else f'"{repr(chr(39) + value)[2:-1]}"'
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def span_arguments(span: timedelta) -> str:
    """Return a time as the arguments of `advance`.

    >>> span_arguments(timedelta(hours=25, seconds=1))
    'days=1, hours=1, seconds=1'
    """
    given, seconds = [], span.total_seconds()
    for unit, length in _UNITS:
        count, seconds = divmod(seconds, length)
        given += [f"{unit}={count:g}"] * bool(count)
    given += [f"seconds={seconds:g}"] * (bool(seconds) or not given)
    return ", ".join(given)
