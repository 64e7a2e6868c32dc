"""Fields that no document names today: a receiver passes over what it does not know."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from pytest_mohook.strategies.characters import CHARACTERS

__all__ = ["draw_extra_fields"]

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=20)
)
_NAMES = st.text(CHARACTERS, max_size=10).map("x-".__add__)
"""No name that a provider or the harness gives to a field begins so."""

_ANYTHING = st.dictionaries(_NAMES, _SCALARS, min_size=1, max_size=2)

# As JSON: each draw makes objects of its own.
_LIKELY = (
    '{"reference": "order 7"}',
    # What ip1's own read API has beside it. Source: ip1, developer pages.
    '{"price": 0.35, "currency": "SEK"}',
    '{"reference": null}',
    '{"media": [], "tags": {}, "scores": [[1, null], [-0.5, true]]}',
    '{"links": [{"rel": "self", "href": "https://example.com/"}]}',
    '{"carrier": {"name": "Example", "network": {"country": "SE", "ported": false}}}',
    '{"__proto__": {"admin": true}}',
    '{"class": "import", "lambda": 1}',
    '{"$where": "1", "a.b": "c", "with space": "", "": "nameless"}',
    '{"Länge": "\N{HONEYBEE}", "big": 9007199254740993, "small": 5e-324}',
)
_ANY = "any"
_CHOICE = st.sampled_from((*_LIKELY, _ANY))


def draw_extra_fields(draw: st.DrawFn) -> dict[str, Any]:
    """Draw fields whose names are no known field's, in any letter case."""
    choice = draw(_CHOICE)
    made: dict[str, Any] = draw(_ANYTHING) if choice == _ANY else json.loads(choice)
    return made
