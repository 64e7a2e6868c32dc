"""The GSM 7-bit default alphabet and its extension table.

National shift tables are off: neither provider mentions them.
Source: 3GPP TS 23.038, 6.2.1 and 6.2.1.1.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mohook.errors import TextError

__all__ = [
    "BASIC_CHARACTERS",
    "ESCAPE",
    "EXTENSION",
    "EXTENSION_CHARACTERS",
    "EXTENSION_TABLE",
    "GSM_CHARACTERS",
    "ForcingCharacter",
    "first_non_gsm",
    "forcing_characters",
    "is_gsm",
    "septets",
]

ESCAPE = 0x1B
"""The septet that announces a character of the extension table; itself no character."""

BASIC_CHARACTERS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The 127 characters of one septet, in the order of their codes, with `ESCAPE` left out."""

EXTENSION_TABLE = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""The characters of two septets, by the code that follows `ESCAPE`."""

EXTENSION_CHARACTERS = "".join(EXTENSION_TABLE.values())
GSM_CHARACTERS = frozenset(BASIC_CHARACTERS + EXTENSION_CHARACTERS)

EXTENSION = re.compile(f"[{re.escape(EXTENSION_CHARACTERS)}]")
"""Matches one character that takes two septets."""

# A search for the complement beats frozenset.issuperset by a third at 30 characters.
_NON_GSM = re.compile(f"[^{re.escape(BASIC_CHARACTERS + EXTENSION_CHARACTERS)}]")
_find_non_gsm = _NON_GSM.search


@dataclass(frozen=True, slots=True)
class ForcingCharacter:
    """A character outside the alphabet, and each index of the text where it stands.

    `name` is its name in Unicode; what has none, such as a tab, is named by its code point.
    """

    character: str
    name: str
    positions: tuple[int, ...]

    @property
    def code_point(self) -> str:
        """How Unicode numbers it: `U+1F41D`."""
        return f"U+{ord(self.character):04X}"


def is_gsm(text: str) -> bool:
    """Every character of `text` is in the default alphabet or its extension table.

    >>> is_gsm("Ç costs 5 €")
    True
    >>> is_gsm("ç")
    False

    Source: 3GPP TS 23.038, 6.2.1.
    """
    return _find_non_gsm(text) is None


def first_non_gsm(text: str) -> tuple[int, str] | None:
    """Return the index and the character that forces UCS-2, or None where nothing does.

    >>> first_non_gsm("Garçon")
    (3, 'ç')
    >>> first_non_gsm("Garcon") is None
    True

    Source: 3GPP TS 23.038, 6.2.1.
    """
    found = _find_non_gsm(text)
    return None if found is None else (found.start(), found.group())


def forcing_characters(text: str) -> tuple[ForcingCharacter, ...]:
    """Return every character that forces UCS-2, each once, in the order in which they come.

    >>> [(each.name, each.positions) for each in forcing_characters("Façade ça")]
    [('LATIN SMALL LETTER C WITH CEDILLA', (2, 7))]
    >>> forcing_characters("Facade")
    ()

    Source: 3GPP TS 23.038, 6.2.1; names: Unicode character database.
    """
    found: dict[str, list[int]] = {}
    for each in _NON_GSM.finditer(text):
        found.setdefault(each.group(), []).append(each.start())
    return tuple(
        ForcingCharacter(each, unicodedata.name(each, f"U+{ord(each):04X}"), tuple(positions))
        for each, positions in found.items()
    )


def septets(text: str) -> int:
    """Return how many septets `text` takes: one a character, two in the extension table.

    Raises `TextError` where a character is outside the alphabet.

    >>> septets("[5 €]")
    8

    Source: 3GPP TS 23.038, 6.2.1.1.
    """
    found = first_non_gsm(text)
    if found is not None:
        index, character = found
        msg = (
            f"{character!a} at index {index} has no septets: expected characters of the "
            "GSM 7-bit default alphabet; such a text is sent as UCS-2"
        )
        raise TextError(msg)
    return len(text) + len(EXTENSION.findall(text))
