"""How a text that was stored differs from the one that was sent, in words: pure."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Literal
from urllib.parse import unquote_plus

__all__ = ["AND", "difference", "named_difference"]

AND = ", and "
"""Stands between two things that became of one text, and within none."""

_FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
_MARKS = "?\N{REPLACEMENT CHARACTER} _"
_MISREADINGS = ("latin-1", "cp1252")
_NAMED = 3


def difference(sent: str, stored: str) -> str:
    """Return what became of `sent`, code point for code point.

    >>> difference("cafe ", "cafe"), difference("Hi", "Ho")
    ('white space at its end is gone', "it differs from character 2 on: 'i' became 'o'")
    >>> difference(" abcabc", "abca")
    'white space at its start is gone, and it was cut to the first 4 of its 6 characters'
    """
    named = named_difference(sent, stored) or _of_several(sent, stored)
    return named or _first_difference(sent, stored)


def named_difference(sent: str, stored: str) -> str | None:
    """Return what a receiver is known to do to texts and has done to this one, or None.

    >>> named_difference("a" * 161, "a" * 160)
    'it was cut to the first 160 of its 161 characters'
    >>> named_difference("Hi", "Ho") is None
    True
    """
    return next(filter(None, (judge(sent, stored) for judge in _JUDGES)), None)


def _of_several(sent: str, stored: str) -> str | None:
    """Return in words how one thing after the other leads to what is stored; two or three of them.

    What leaves nothing of a text is none of them: everything begins with nothing.
    """
    before = {sent: ""}
    for _ in range(_MOST_CHANGES):
        after = {
            each: f"{told}{named_difference(one, each)}{AND}"
            for one, told in before.items()
            for each in dict.fromkeys(change(one) for change in _CHANGES)
            if each not in ("", one)
        }
        for middle, told in after.items():
            if last := named_difference(middle, stored):
                return told + last
        before = after
    return None


def _white_space(sent: str, stored: str) -> str | None:
    ends = {sent.strip(): "both its ends", sent.lstrip(): "its start", sent.rstrip(): "its end"}
    if stored in ends:
        return f"white space at {ends[stored]} is gone"
    if _lines(sent) == _lines(stored):
        return "its line breaks were changed"
    if " ".join(sent.split()) in (stored, stored.strip()):
        return "its white space was collapsed"
    return None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _normalised(sent: str, stored: str) -> str | None:
    for form in _FORMS:
        if unicodedata.normalize(form, sent) == stored:
            return f"it was normalised to {form}"
    return None


def _cut(sent: str, stored: str) -> str | None:
    kept, whole = len(stored), len(sent)
    if sent.startswith(stored) and whole > 1:
        return f"it was cut to the first {kept} of its {whole} characters"
    if stored and sent.endswith(stored):
        return f"the first {whole - kept} of its {whole} characters are gone"
    if stored.startswith(sent):
        return f"{stored[whole:]!r} was added behind it"
    return None


def _letter_case(sent: str, stored: str) -> str | None:
    return "its letter case was changed" if sent.casefold() == stored.casefold() else None


def _misread(sent: str, stored: str) -> str | None:
    for encoding in _MISREADINGS:
        if sent.encode("utf-8", "replace").decode(encoding, "replace") == stored:
            return f"its UTF-8 was read as {encoding}"
    return None


def _escaped(sent: str, stored: str) -> str | None:
    return next((what for change, what in _ESCAPES if change(sent) == stored), None)


_ESCAPES: tuple[tuple[Callable[[str], str], str], ...] = (
    (html.escape, "it was escaped as HTML"),
    (lambda text: html.escape(text, quote=False), "it was escaped as HTML"),
    (html.unescape, "it was unescaped as HTML"),
    (lambda text: re.sub(r"<[^>]*>", "", text), "what looks like HTML in it is gone"),
    (lambda text: text.replace("'", "''"), "its quotes were doubled"),
    (json.dumps, "it was escaped as JSON"),
    (lambda text: json.dumps(text)[1:-1], "it was escaped as JSON"),
    (unquote_plus, "it was decoded as a part of a URL"),
)


def _replaced(sent: str, stored: str) -> str | None:
    """Find characters that are all gone, or all became one mark, a mark a unit or a byte."""
    for mark in ("", *_MARKS):
        lost = set(sent) - (set(stored) - {mark}) - {mark}
        if any(_marked(sent, lost, mark, units) == stored for units in _UNITS):
            names = ", ".join(f"{each!r} (U+{ord(each):04X})" for each in sorted(lost)[:_NAMED])
            return f"characters are {f'replaced by {mark!r}' if mark else 'gone'}: {names}"
    return None


_UNITS: tuple[Callable[[str], int], ...] = (
    len,
    lambda character: len(character.encode("utf-16-le", "surrogatepass")) // 2,
    lambda character: len(character.encode("utf-8", "surrogatepass")),
)


def _marked(text: str, lost: set[str], mark: str, units: Callable[[str], int]) -> str:
    return "".join(mark * units(each) if each in lost else each for each in text)


_MOST_CHANGES = 2
_CHANGES: tuple[Callable[[str], str], ...] = (
    str.lstrip,
    str.rstrip,
    str.strip,
    lambda text: " ".join(text.split()),
    _lines,
    lambda text: text.replace("\0", ""),
    str.lower,
    str.upper,
    *(partial(unicodedata.normalize, form) for form in _FORMS),
    *(change for change, _ in _ESCAPES),
)
"""What may become of a text before something else does; to cut it comes last."""

_JUDGES = (_white_space, _normalised, _letter_case, _misread, _escaped, _cut, _replaced)


def _first_difference(sent: str, stored: str) -> str:
    """Name the first character that differs; none of the two is the start of the other."""
    at = next(at for at, (one, other) in enumerate(zip(sent, stored, strict=False)) if one != other)
    return f"it differs from character {at + 1} on: {sent[at]!r} became {stored[at]!r}"
