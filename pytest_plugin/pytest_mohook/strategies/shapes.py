"""How texts are made: of which short string, how long, and how often each way is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hypothesis import strategies as st

from mohook.sms.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS
from pytest_mohook.strategies.characters import CHARACTERS
from pytest_mohook.strategies.lengths import GSM, UCS, Measure
from pytest_mohook.strategies.pieces import GSM_PIECES, UCS_PIECES

__all__ = ["Limits", "Shape", "shapes"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Which texts are asked for. `encoding` is one of ip1's words, None for both."""

    encoding: str | None
    min_parts: int
    max_parts: int
    allow_empty: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to make a text: a string, what its characters stand for, and a length in units.

    Without `lengths` the string is the text. Every shape draws in this order, so that Hypothesis
    can shrink from one shape to a simpler one and keep what it had drawn.
    """

    strings: st.SearchStrategy[str]
    pieces: Mapping[int, str]
    lengths: st.SearchStrategy[int] | None = None
    straddles: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    """An alphabet, and the pieces that its characters stand for."""

    alphabet: str | st.SearchStrategy[str]
    pieces: Mapping[int, str]

    def short(self, limits: Limits) -> Shape:
        return Shape(self._strings(int(not limits.allow_empty)), self.pieces)

    def long(self, least: int, most: int, *, straddles: bool = False) -> Shape:
        return Shape(self._strings(1), self.pieces, st.integers(least, most), straddles)

    def _strings(self, least: int) -> st.SearchStrategy[str]:
        # Seldom more than twenty. Even of the longest pieces, so many are an SMS.
        return st.text(self.alphabet, min_size=least, max_size=255)


def _of_pieces(pieces: Sequence[str]) -> _Source:
    # From "0" on: to Hypothesis that is the simplest character, and the next one the next.
    table = dict(enumerate(pieces, start=ord("0")))
    return _Source("".join(map(chr, table)), table)


_ALL = _Source(CHARACTERS, {})
_GSM = _Source(BASIC_CHARACTERS + EXTENSION_CHARACTERS, {})
# Twice what no longer piece holds, or it would come too seldom.
_GSM_PIECES = _of_pieces((*GSM_PIECES, *"\f^|~€"))
_UCS_PIECES = _of_pieces(UCS_PIECES)
_ALL_PIECES = _of_pieces(GSM_PIECES + UCS_PIECES)


@lru_cache(maxsize=64)
def shapes(limits: Limits) -> st.SearchStrategy[Shape]:
    """Draw the shapes of texts within `limits`, the simplest first.

    The shares are such that each edge and each piece is due once in twenty texts or so, and is
    found within a hundred, Hypothesis' default.
    """
    return st.sampled_from([shape for share, shape in _shares(limits) for _ in range(share)])


def _shares(limits: Limits) -> Iterator[tuple[int, Shape]]:
    gsm, ucs = limits.encoding != "UCS", limits.encoding != "GSM"
    plain, shorter, longer = _ALL if ucs else _GSM, UCS if ucs else GSM, GSM if gsm else UCS
    least, most = shorter.least(limits.min_parts), longer.most(limits.max_parts)
    short = limits.min_parts == 1
    if short:
        yield 1, plain.short(limits)
    # Among the first two, which Hypothesis tries from anywhere when it shrinks.
    yield 1, plain.long(least, most)
    if short:
        yield 4, plain.short(limits)
        yield 1, (_ALL_PIECES if ucs else _GSM).short(limits)
        yield 1, (_GSM if gsm else _ALL).short(limits)
    if gsm:
        yield from _pieces_shares(_GSM_PIECES, GSM, limits)
    if ucs:
        yield from _pieces_shares(_UCS_PIECES, UCS, limits)


def _pieces_shares(
    source: _Source, measure: Measure, limits: Limits
) -> Iterator[tuple[int, Shape]]:
    least, most = measure.least(limits.min_parts), measure.most(limits.max_parts)
    if limits.min_parts == 1:
        yield 6, source.short(limits)
    yield 2, source.long(least, most)
    for share, edge in _edges(least, most, measure):
        if least <= edge <= most:
            # Drawn, though there is one only, as every length is: see `Shape`.
            yield share, source.long(edge, edge)
    if limits.max_parts > 1:
        few = min(max(least, measure.most(3)), most)
        yield 6, source.long(max(least, measure.single), few, straddles=True)


def _edges(least: int, most: int, measure: Measure) -> Iterator[tuple[int, int]]:
    """Yield the lengths next to which something changes, the shortest first, with their shares."""
    single, part = measure.single, measure.part
    yield 1, least
    yield 6, single
    yield 6, single + 1
    yield 3, 2 * part
    yield 1, 2 * part + 1
    yield 1, 3 * part
    yield 4, most
