"""What a readback gives, read so that one odd item does not hide the others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from mohook.errors import InputError
from mohook.providers.provider import WireNames
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.oracle.readback import Stored, StoredItem, read_back

__all__ = ["stored_items"]


def stored_items(stored: Stored, names: WireNames) -> list[StoredItem]:
    """Return what is stored, item by item.

    A receiver may have taken a hostile request and stored something else than a text: that
    becomes its JSON, and an item of another form is left out. Raises ReadbackError where no
    item has a form that is known.

    >>> names = WireNames("id", "body", "sender", "recipient")
    >>> stored_items([{"id": "5c61", "body": "Hi"}, {"id": "5c62", "body": 7}], names)
    [StoredItem(id='5c61', text='Hi'), StoredItem(id='5c62', text='7')]
    """
    try:
        return read_back(stored, [names])
    except InputError as problem:
        each = stored if isinstance(stored, Sequence) and not isinstance(stored, str) else ()
        items = [item for one in each for item in _read(one, names)]
        if not items:
            raise ReadbackError(str(problem)) from problem
        return items


def _read(one: object, names: WireNames) -> list[StoredItem]:
    if isinstance(one, Mapping) and {names.id, names.text} <= one.keys():
        one = one[names.id], one[names.text]
    if isinstance(one, Sequence) and not isinstance(one, (str, bytes)) and len(one) == 2:
        text = one[1]
        return [StoredItem(str(one[0]), text if _is_text(text) else json.dumps(text, default=str))]
    return []


def _is_text(text: object) -> bool:
    return text is None or isinstance(text, str)
