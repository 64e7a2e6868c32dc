"""Reading back: what a receiver says that it stored, in one form."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.provider import WireNames
from pytest_mohook.arguments import refuse_strategy

__all__ = ["Stored", "StoredItem", "read_back"]

Stored = Iterable[str | tuple[object, str | None] | Mapping[str, Any]] | Mapping[Any, Any]
"""What a receiver stored: texts, pairs of id and text, mappings with the wire names; or a
mapping of ids to texts."""

ALL_NAMES = tuple(provider.wire for provider in PROVIDERS.values())
_FORMS = (
    "a mapping with the provider's own names (id and body at ip1, refid and message at "
    "IntelePeer), a pair (id, text), or a text"
)


class StoredItem(NamedTuple):
    """One stored message. `id` is None where the receiver keeps none, `text` where it has none."""

    id: str | None
    text: str | None


def read_back(stored: Stored, names: Iterable[WireNames] = ALL_NAMES) -> list[StoredItem]:
    """Return what a receiver stored, item by item, in the order in which it was given.

    Rows of a database count as pairs or mappings too; a mapping of ids to texts counts as its
    items. An id may be any scalar: 7 is "7".
    `names` are what id and text may be called; further keys are ignored.
    Raises InputError for what is none of these forms, and for texts among items with ids.

    >>> read_back([{"id": "5c61", "body": "Hi", "at": "12:00"}, ("5c62", "Ho")])
    [StoredItem(id='5c61', text='Hi'), StoredItem(id='5c62', text='Ho')]
    """
    refuse_strategy("stored", stored)
    if isinstance(stored, (str, bytes)) or not isinstance(stored, Iterable):
        msg = f"stored = {reprlib.repr(stored)}: expected a list of what is stored"
        raise InputError(msg)
    pairs_of_names = [(each.id, each.text) for each in names]
    if isinstance(stored, Mapping) and _by_name(stored, pairs_of_names):
        msg = f"stored = {reprlib.repr(stored)}: one message; expected a list, put it in brackets"
        raise InputError(msg)
    each_stored = stored.items() if isinstance(stored, Mapping) else stored
    items = [_item(each, pairs_of_names) for each in each_stored]
    if len({item.id is None for item in items}) > 1:
        msg = "stored holds texts and items with ids: expected one form for all, best with ids"
        raise InputError(msg)
    return items


def _item(given: object, names: Sequence[tuple[str, str]]) -> StoredItem:
    refuse_strategy("a stored item", given)
    if isinstance(given, str):
        return StoredItem(None, given)
    if named := _by_name(given, names):
        return _checked(given, *named)
    if isinstance(given, Sequence) and not isinstance(given, bytes) and len(given) == 2:
        return _checked(given, given[0], given[1])
    raise _wrong(given, f"expected {_FORMS}")


def _by_name(given: Any, names: Sequence[tuple[str, str]]) -> tuple[object, object] | None:
    """Return id and text of a mapping, or of a row that has `keys()`, where they have names."""
    if not isinstance(given, Mapping) and not hasattr(given, "keys"):
        return None
    keys = set(given.keys())
    return next(((given[one], given[two]) for one, two in names if {one, two} <= keys), None)


def _checked(given: object, identity: object, text: object) -> StoredItem:
    if not (text is None or isinstance(text, str)):
        raise _wrong(given, f"expected a text, not {reprlib.repr(text)}; decode it first")
    return StoredItem(str(identity), text)


def _wrong(given: object, expected: str) -> InputError:
    return InputError(f"stored item {reprlib.repr(given)}: {expected}")
