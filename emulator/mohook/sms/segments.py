"""How a text becomes the parts of a concatenated SMS.

A unit is a septet (GSM) or a 16-bit code unit (UCS-2).
Source: 3GPP TS 23.040, 9.2.3.24.1 (concatenation, 8-bit reference); TS 23.038.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Literal

from mohook.errors import TextError
from mohook.sms.alphabet import EXTENSION, is_gsm

__all__ = [
    "GSM_PART",
    "GSM_SINGLE",
    "MAX_GSM_SEPTETS",
    "MAX_PARTS",
    "MAX_UCS_UNITS",
    "UCS_PART",
    "UCS_SINGLE",
    "Encoding",
    "Segmentation",
    "part_starts",
    "segment",
    "split",
]

GSM_SINGLE = 160
"""Septets in a text of one part: 140 octets."""
GSM_PART = 153
"""Septets in each of several parts: 140 octets less the header of six."""
UCS_SINGLE = 70
UCS_PART = 67
MAX_PARTS = 255
"""What one octet can count."""
MAX_GSM_SEPTETS = MAX_PARTS * GSM_PART
"""No longer GSM text exists; escape pairs that move to the next part make it shorter."""
MAX_UCS_UNITS = MAX_PARTS * UCS_PART
"""No longer UCS-2 text exists; surrogate pairs that move to the next part make it shorter."""


class Encoding(StrEnum):
    """How a text travels, in the words that ip1 writes to `datacoding`."""

    GSM = "GSM"
    UCS = "UCS"


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The encoding of a text, and how many units stand in each of its parts."""

    encoding: Encoding
    units: tuple[int, ...]

    @property
    def parts(self) -> int:
        """How many SMS the text takes: ip1's `segments`."""
        return len(self.units)

    @property
    def units_in_all(self) -> int:
        """How many units the text takes, those aside that a pair leaves empty before it."""
        return sum(self.units)

    @property
    def units_left(self) -> int:
        """How many units its last part has left; 0 where there is no part.

        A character of two units does not fit into one.
        """
        if not self.units:
            return 0
        gsm = self.encoding is Encoding.GSM
        single, part = (GSM_SINGLE, GSM_PART) if gsm else (UCS_SINGLE, UCS_PART)
        return (single if self.parts == 1 else part) - self.units[-1]


@dataclass(frozen=True, slots=True)
class _Form:
    """What one encoding holds, and the words for it; `double` finds characters of two units."""

    part: int
    # Nearly every text fits one part: these answers, by units, are made once and shared.
    one_part: tuple[Segmentation, ...]
    double: re.Pattern[str]
    unit: str
    pair: str


def _one_part(encoding: Encoding, single: int) -> tuple[Segmentation, ...]:
    return tuple(Segmentation(encoding, (units,)) for units in range(single + 1))


_GSM = _Form(
    part=GSM_PART,
    one_part=_one_part(Encoding.GSM, GSM_SINGLE),
    double=EXTENSION,
    unit="septets",
    pair="pair of escape and character",
)
_UCS = _Form(
    part=UCS_PART,
    one_part=_one_part(Encoding.UCS, UCS_SINGLE),
    double=re.compile("[\U00010000-\U0010ffff]"),
    unit="UCS-2 units",
    pair="surrogate pair",
)
_NO_PART = Segmentation(Encoding.GSM, ())

_find_surrogate = re.compile("[\ud800-\udfff]").search

# Put before each double character, it makes one character of a marked text one unit.
# No text holds it: a lone surrogate is refused.
_MARK = "\ud800"


def segment(text: str, *, empty_parts: Literal[0, 1] = 1) -> Segmentation:
    r"""Return the encoding of `text` and the units in each part.

    A text of GSM characters takes 160 septets, or 153 in each of several parts; any other
    takes 70 UCS-2 units, or 67. No escape pair and no surrogate pair is split.
    Raises `TextError` beyond 255 parts, and for a lone surrogate.

    >>> segment("Hi my name is earl")
    Segmentation(encoding=<Encoding.GSM: 'GSM'>, units=(18,))
    >>> segment("€" * 81).units
    (152, 10)
    >>> segment("\N{HONEYBEE}" * 36).units
    (66, 6)

    Source: 3GPP TS 23.040, 9.2.3.24.1. Assumption: an empty text takes `empty_parts`.
    """
    if not text and not empty_parts:
        return _NO_PART
    form, units = _measured(text)
    if units < len(form.one_part):
        return form.one_part[units]
    ends = _ends(_marked(text, form), form)
    return Segmentation(form.one_part[0].encoding, tuple(b - a for a, b in pairwise(ends)))


def split(text: str) -> list[str]:
    """Return the text of each part; together they are `text`, and an empty text is one part.

    Raises `TextError` as `segment` does.

    >>> [len(part) for part in split("a" * 152 + "€" + "b" * 10)]
    [152, 11]

    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    form, units = _measured(text)
    if units < len(form.one_part):
        return [text]
    marked = _marked(text, form)
    return [marked[a:b].replace(_MARK, "") for a, b in pairwise(_ends(marked, form))]


def part_starts(text: str) -> tuple[int, ...]:
    """Return the index in `text` at which each part after the first begins.

    Raises `TextError` as `segment` does.

    >>> part_starts("a" * 160), part_starts("a" * 161)
    ((), (153,))

    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    return tuple(accumulate(len(part) for part in split(text)))[:-1]


def _measured(text: str) -> tuple[_Form, int]:
    """Return the form that `text` takes, and how many units of it."""
    form = _GSM if is_gsm(text) else _UCS
    if form is _UCS and (found := _find_surrogate(text)):
        msg = (
            f"lone surrogate {found.group()!a} at index {found.start()}: expected Unicode "
            "characters; write a character beyond U+FFFF as itself, not as halves"
        )
        raise TextError(msg)
    if len(text) > MAX_PARTS * form.part:
        # Counted without a list: such a text may be as long as a request is allowed to be.
        raise _too_long(len(text) + sum(1 for _ in form.double.finditer(text)), form)
    return form, len(text) + len(form.double.findall(text))


def _marked(text: str, form: _Form) -> str:
    return form.double.sub(_MARK + r"\g<0>", text)


def _ends(marked: str, form: _Form) -> list[int]:
    """Return 0 and the unit after each part. Raises `TextError` beyond 255 parts."""
    ends = [0]
    while (end := ends[-1] + form.part) < len(marked):
        ends.append(end - (marked[end - 1] == _MARK))
    ends.append(len(marked))
    if len(ends) - 1 > MAX_PARTS:
        raise _too_long(len(marked), form)
    return ends


def _too_long(units: int, form: _Form) -> TextError:
    return TextError(
        f"text of {units} {form.unit} takes more than {MAX_PARTS} parts: expected at most "
        f"{MAX_PARTS * form.part}, fewer where a {form.pair} moves whole to the next part; "
        "shorten it"
    )
