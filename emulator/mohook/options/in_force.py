"""The settings that an emulator runs on, as it may show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from operator import attrgetter

from mohook.masking import MASK, masked_url
from mohook.options.convert import to_text
from mohook.options.keys import KEYS, Key
from mohook.settings import Settings

__all__ = ["InForce", "in_force"]


@dataclass(frozen=True, slots=True)
class InForce:
    """One key: what it is now, what it is by default, in the words of a variable; no secret."""

    name: str
    value: str
    default: str
    changed: bool


def in_force(settings: Settings) -> list[InForce]:
    """Return every key, with secrets and the credentials of URLs masked.

    Of accounts, customers and numbers the names are told.

    >>> {each.name: each.value for each in in_force(Settings())}["serve.port"]
    '7670'
    """
    defaults = Settings()
    return [_in_force(key, settings, defaults) for key in KEYS.values()]


def _in_force(key: Key, settings: Settings, defaults: Settings) -> InForce:
    read = attrgetter(key.name)
    value, default = read(settings), read(defaults)
    return InForce(key.name, _told(key, value), _told(key, default), value != default)


def _told(key: Key, value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(value) or "none"
    if value is None or value == ():
        return "none"
    is_secret = not next(each for each in fields(key.table) if each.name == key.field).repr
    return MASK if is_secret else masked_url(to_text(value))
