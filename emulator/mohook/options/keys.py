"""Every key of `mohook.toml`, read from the annotations of `Settings`: the one list of names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import NoneType
from typing import TYPE_CHECKING, TypeVar, get_args, get_type_hints

from mohook.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["KEYS", "Key", "built", "joined", "keys_of", "without_none"]

Section = TypeVar("Section", bound="DataclassInstance")
_BARE = re.compile("[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its full name (`ip1.retry`), the table class it stands in, what it holds."""

    name: str
    table: type
    field: str
    annotation: object


def joined(prefix: str, name: str) -> str:
    """Return the full name of a key, quoted where TOML wants it quoted.

    >>> joined("intelepeer.numbers", "+13035550100")
    'intelepeer.numbers."+13035550100"'
    """
    part = name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{prefix}.{part}" if prefix else part


def without_none(annotation: object) -> object:
    """Return what an optional key holds when it is there.

    >>> without_none(int | None)
    <class 'int'>
    """
    parts = get_args(annotation)
    return next(part for part in parts if part is not NoneType) if NoneType in parts else annotation


def keys_of(table: type, prefix: str = "") -> dict[str, Key]:
    """Return the keys that stand in `table` itself, by their short names."""
    hints = get_type_hints(table)
    return {
        name: Key(joined(prefix, name), table, name, annotation)
        for name, annotation in hints.items()
    }


def _leaves(table: type, prefix: str) -> Iterator[Key]:
    for key in keys_of(table, prefix).values():
        if isinstance(key.annotation, type) and is_dataclass(key.annotation):
            yield from _leaves(key.annotation, key.name)
        else:
            yield key


KEYS: Mapping[str, Key] = {key.name: key for key in _leaves(Settings, "")}
"""Every key outside the tables that a user names (accounts, customers, numbers)."""


def built(base: Section, prefix: str, values: Mapping[str, object]) -> Section:
    """Return `base` with each field replaced whose full name stands in `values`."""
    changes: dict[str, object] = {}
    for field in fields(base):
        name = joined(prefix, field.name)
        current = getattr(base, field.name)
        if name in values:
            changes[field.name] = values[name]
        elif is_dataclass(current) and not isinstance(current, type):
            changes[field.name] = built(current, name, values)
    return replace(base, **changes)
