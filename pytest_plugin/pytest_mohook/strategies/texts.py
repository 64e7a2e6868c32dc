"""The strategy for what an SMS says."""

from __future__ import annotations

from typing import Literal

from hypothesis import strategies as st

from mohook.sms.alphabet import is_gsm
from mohook.sms.segments import MAX_PARTS, Encoding
from pytest_mohook.strategies.arguments import require_bool, require_range, require_word
from pytest_mohook.strategies.lengths import of_parts, shortened
from pytest_mohook.strategies.shapes import Limits, shapes

__all__ = ["draw_sms_text", "sms_texts"]

_ENCODINGS = tuple(each.value for each in Encoding)
_NO_LIMITS = Limits(None, 1, MAX_PARTS, allow_empty=True)


@st.composite
def sms_texts(
    draw: st.DrawFn,
    *,
    encoding: Encoding | Literal["GSM", "UCS"] | None = None,
    min_parts: int = 1,
    max_parts: int = MAX_PARTS,
    allow_empty: bool = True,
) -> str:
    """Draw texts that an SMS can carry: all of Unicode, in 1 to 255 parts.

    `encoding` is how the text travels: "GSM" for a text of GSM characters alone, "UCS" for one
    that holds another character, None for both. An empty text is GSM, and one part.

    Many of the texts have a length next to an edge (0, 1, 70, 71, 160, 161, full parts, 255
    parts), or a pair of units where two parts meet, or hold what receivers stumble over: white
    space at an end, NUL, emoji of several characters, right-to-left and combining text, what
    looks like HTML, SQL, JSON or a number.

    Shrinks towards "", then one character, then 161 or 71 units of one character.
    Raises `StrategyArgumentError` once it is drawn from.

    >>> from hypothesis import given
    >>> from mohook.sms.segments import segment
    >>> @given(text=sms_texts(encoding="GSM", min_parts=2))
    ... def test_long_texts(text):
    ...     assert segment(text).parts >= 2
    >>> test_long_texts()

    Source: 3GPP TS 23.038, 6.2.1; TS 23.040, 9.2.3.24.1.
    """
    if encoding is not None:
        require_word("encoding", encoding, _ENCODINGS)
    require_range("min_parts", min_parts, "max_parts", max_parts, least=1, most=MAX_PARTS)
    require_bool("allow_empty", allow_empty)
    return draw_sms_text(draw, Limits(encoding, min_parts, max_parts, allow_empty))


def draw_sms_text(draw: st.DrawFn, limits: Limits = _NO_LIMITS) -> str:
    """Draw from `sms_texts()`, for those that draw much: it takes less time."""
    shape = draw(shapes(limits))
    text = draw(shape.strings).translate(shape.pieces)
    if limits.encoding == "UCS" and is_gsm(text):
        text = "ç" + text[1:]
    if shape.lengths is None:
        return shortened(text, limits.max_parts)
    units = draw(shape.lengths)
    return of_parts(text, units, limits.min_parts, limits.max_parts, straddles=shape.straddles)
