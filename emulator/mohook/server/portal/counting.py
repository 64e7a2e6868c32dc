"""What a text takes as an SMS, laid out for a page: its parts, and the characters that matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from mohook.settings import Settings
from mohook.sms.alphabet import (
    EXTENSION_CHARACTERS,
    GSM_CHARACTERS,
    ForcingCharacter,
    forcing_characters,
)
from mohook.sms.segments import (
    GSM_PART,
    GSM_SINGLE,
    UCS_PART,
    UCS_SINGLE,
    Encoding,
    Segmentation,
    segment,
    split,
)

__all__ = ["Count", "Part", "Run", "count_of"]

_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs")  # categories without a shape of their own


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one kind that stand together.

    `kind` is `forcing` where they force UCS-2, `double` where each takes two septets, else "".
    Together they keep their shape: letters that join, emoji of several characters.
    """

    text: str
    kind: str

    @property
    def shown(self) -> str:
        """The text; in the place of what has no shape, its code points."""
        if self.kind != "forcing":
            return self.text
        categories = [unicodedata.category(each) for each in self.text]
        if all(each in _UNSEEN for each in categories):
            return " ".join(f"U+{ord(each):04X}" for each in self.text)
        return f"◌{self.text}" if categories[0].startswith("M") else self.text


@dataclass(frozen=True, slots=True)
class Part:
    """One SMS of the text: its number from 1, its units and how many fit, and what stands in it."""

    number: int
    units: int
    room: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What a text takes. `doubles` are the characters in it that take two septets each."""

    segmentation: Segmentation
    parts: tuple[Part, ...]
    forcing: tuple[ForcingCharacter, ...]
    doubles: tuple[str, ...]
    characters: int

    @property
    def is_gsm(self) -> bool:
        """Whether it travels in the GSM alphabet, counted in septets."""
        return self.segmentation.encoding is Encoding.GSM

    @property
    def room(self) -> int:
        """Units that fit into all of its parts together; for an empty text into one."""
        return sum(part.room for part in self.parts)

    @property
    def moved(self) -> int:
        """Units left empty before the last part, for no character of two units is split."""
        return sum(part.room - part.units for part in self.parts[:-1])


def count_of(text: str, settings: Settings) -> Count:
    """Return what a text takes; raise TextError for one that no SMS can carry.

    >>> count = count_of("Garçon", Settings())
    >>> [each.name for each in count.forcing], [run.text for run in count.parts[0].runs]
    (['LATIN SMALL LETTER C WITH CEDILLA'], ['Gar', 'ç', 'on'])
    """
    segmentation = segment(text, empty_parts=settings.sms.empty_text_parts)
    gsm = segmentation.encoding is Encoding.GSM
    texts = split(text)
    single, several = (GSM_SINGLE, GSM_PART) if gsm else (UCS_SINGLE, UCS_PART)
    room = single if len(texts) == 1 else several
    units = segmentation.units or (0,)
    parts = tuple(
        Part(number, taken, room, tuple(_runs(piece, gsm=gsm)))
        for number, (piece, taken) in enumerate(zip(texts, units, strict=True), 1)
    )
    doubles = dict.fromkeys(each for each in text if gsm and each in EXTENSION_CHARACTERS)
    return Count(segmentation, parts, forcing_characters(text), tuple(doubles), len(text))


def _runs(text: str, *, gsm: bool) -> Iterator[Run]:
    def kind(character: str) -> str:
        if gsm:
            return "double" if character in EXTENSION_CHARACTERS else ""
        return "" if character in GSM_CHARACTERS else "forcing"

    for found, characters in groupby(text, kind):
        yield Run("".join(characters), found)
