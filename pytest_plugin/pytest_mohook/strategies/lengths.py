"""Texts of an exact length, made by repeating a short one.

Lengths are in units: septets of a GSM text, 16-bit units of any other. A long text costs no
more to draw than the short one in it, and shrinks as it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mohook.sms.alphabet import EXTENSION, first_non_gsm, is_gsm
from mohook.sms.segments import GSM_PART, GSM_SINGLE, UCS_PART, UCS_SINGLE, segment

__all__ = [
    "GSM",
    "UCS",
    "Measure",
    "measure_of",
    "of_parts",
    "repeated",
    "shortened",
]

_PAD = "0"

# Put before each character of two units, it makes one character one unit. No text holds it.
_MARK = "\ud800"


@dataclass(frozen=True, slots=True)
class Measure:
    """The units that one encoding has room for; `pairs` finds the characters that take two."""

    single: int
    part: int
    pairs: re.Pattern[str]

    def least(self, parts: int) -> int:
        """Return the units of the shortest text of so many parts."""
        return 1 if parts == 1 else max(self.single, self.part * (parts - 1)) + 1

    def most(self, parts: int) -> int:
        """Return the units of the longest text of so many parts."""
        return self.single if parts == 1 else self.part * parts


GSM = Measure(GSM_SINGLE, GSM_PART, EXTENSION)
UCS = Measure(UCS_SINGLE, UCS_PART, re.compile("[\U00010000-\U0010ffff]"))


def measure_of(text: str) -> Measure:
    """Return the measure of the encoding that `text` takes."""
    return GSM if is_gsm(text) else UCS


def repeated(text: str, units: int, *, straddles: bool = False) -> str:
    """Return `text` over and over, in so many units and in as few parts as these need.

    The result begins and ends as `text` does, where there is room, and takes its encoding.
    Where a pair would be split at the end of a part, the unit before it stays free if a pair
    comes next; else a "0" takes it. With `straddles`, and a pair in `text`, one unit of each
    part stays free for this reason.

    >>> repeated("abc", 7), repeated("5€", 6)
    ('abcaabc', '5€5€')
    >>> segment(repeated("5€", 2 * 153, straddles=True)).units
    (152, 152)

    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    measure = measure_of(text)
    marked = _marked(text, measure)
    if measure is UCS and len(marked) > min(units, measure.part):
        marked = _marked(_from_first_non_gsm(text), measure)
    if straddles:
        marked = _straddling(marked, measure)
    if units > measure.single:
        return _over_parts(marked, units, measure)
    if units >= len(marked):
        return _plain(_beginning(marked, units - len(marked)) + marked)
    return _plain(_beginning(marked, max(units, 2) if marked[0] == _MARK else units))


def _over_parts(marked: str, units: int, measure: Measure) -> str:
    part = _beginning(marked, measure.part)
    splits_a_pair = marked[(measure.part - 1) % len(marked)] == _MARK
    free = splits_a_pair and marked[0] == _MARK
    if free:
        part = part[:-1]
    count, rest = divmod(max(units, measure.single + 1 + free), measure.part)
    last = _beginning(marked, max(rest, 2)) if free else _ending(marked, rest)
    return _plain(part) * count + (_plain(last) if rest else "")


def of_parts(text: str, units: int, least: int, most: int, *, straddles: bool = False) -> str:
    """Return what `repeated` does, or as near to it as `least` to `most` parts allow.

    >>> len(of_parts("abc", 10, 2, 3)), len(of_parts("abc", 1_000, 2, 3))
    (161, 459)
    """
    measure = measure_of(text)
    units = min(max(units, measure.least(least)), measure.most(most))
    return repeated(text, units, straddles=straddles)


def shortened(text: str, most: int) -> str:
    """Return `text`, or as much of it as `most` parts hold; its encoding stays.

    >>> shortened("abc", 1), len(shortened("abc" * 100, 1))
    ('abc', 160)
    """
    # Quick for the many: no character takes more than two units, no part holds less than 66.
    if 2 * len(text) <= most * (UCS.part - 1) or segment(text).parts <= most:
        return text
    return repeated(text, measure_of(text).most(most))


def _straddling(marked: str, measure: Measure) -> str:
    """Return a part less one unit that begins with a pair: the next such does not fit in."""
    start = marked.find(_MARK)
    return _beginning(marked[start:] + marked[:start], measure.part - 1) if start >= 0 else marked


def _from_first_non_gsm(text: str) -> str:
    found = first_non_gsm(text)
    return text[found[0] :] + text[: found[0]] if found else text


def _marked(text: str, measure: Measure) -> str:
    # By a function: three times as fast as by a template.
    return measure.pairs.sub(lambda pair: _MARK + pair[0], text)


def _plain(marked: str) -> str:
    return marked.replace(_MARK, "")


def _beginning(marked: str, units: int) -> str:
    """Return the first units of the endless repetition; "0" stands for half of a pair."""
    cut = (marked * (units // len(marked) + 1))[:units]
    return cut[:-1] + _PAD if cut.endswith(_MARK) else cut


def _ending(marked: str, units: int) -> str:
    """Return the last units of the endless repetition; "0" stands for half of a pair."""
    endless = marked * (units // len(marked) + 2)
    start = len(endless) - units
    return _PAD + endless[start + 1 :] if endless[start - 1] == _MARK else endless[start:]
