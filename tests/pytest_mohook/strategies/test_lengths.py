"""A text repeated to a length has that length, whatever it is made of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mohook.sms.alphabet import BASIC_CHARACTERS, EXTENSION_CHARACTERS
from mohook.sms.segments import MAX_PARTS, segment
from pytest_mohook.strategies.lengths import (
    GSM,
    UCS,
    Measure,
    measure_of,
    of_parts,
    repeated,
    shortened,
)
from pytest_mohook.strategies.pieces import GSM_PIECES, UCS_PIECES

BEE = "\N{HONEYBEE}"
GSM_TEXTS = st.text(BASIC_CHARACTERS + EXTENSION_CHARACTERS, min_size=1)
TEXTS = st.text(st.sampled_from("0€[ç" + BEE) | st.characters(codec="utf-8"), min_size=1)
LENGTHS = st.integers(1, 1_000) | st.sampled_from(
    [MAX_PARTS * 153, MAX_PARTS * 67, 160, 161, 162, 306, 307, 70, 71, 72, 134, 135]
)


@given(text=GSM_TEXTS | TEXTS, units=LENGTHS)
def test_no_more_parts_than_the_units_need(text: str, units: int) -> None:
    """The encoding is that of the text, and the parts are as many as so many units fill."""
    measure = measure_of(text)
    units = min(units, measure.most(MAX_PARTS))
    made = segment(repeated(text, units))
    assert made.encoding == segment(text).encoding
    assert measure.least(made.parts) <= max(units, 2) <= max(measure.most(made.parts), 2)


@pytest.mark.slow
@given(text=GSM_TEXTS, units=st.integers(2, MAX_PARTS * 153))
def test_every_unit_is_there_unless_a_pair_moves(text: str, units: int) -> None:
    """Parts are full but the last; a text that begins with a pair may leave one unit of each."""
    *full, rest = segment(repeated(text, units)).units
    allowed = {152, 153} if text[0] in EXTENSION_CHARACTERS else {153}
    assert set(full) <= allowed
    if 152 not in full:
        assert sum(full) + rest == units


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("a", 160, (160,)),
        ("a", 161, (153, 8)),
        ("a", 306, (153, 153)),
        ("a", 307, (153, 153, 1)),
        ("a€", 160, (160,)),
        ("a€", 161, (153, 8)),
        ("a€€", 306, (153, 153)),
        ("€", 160, (160,)),
        ("€", 162, (152, 9)),
        ("€", 1, (2,)),
        ("ç", 70, (70,)),
        ("ç", 71, (67, 4)),
        ("ç", 134, (67, 67)),
        ("ç" + BEE, 71, (67, 4)),
        (BEE, 70, (70,)),
        (BEE, 72, (66, 5)),
        ("a" * 100 + "ç", 70, (70,)),
    ],
)
def test_lengths(text: str, units: int, parts: tuple[int, ...]) -> None:
    """A pair at the end of a part is followed by what fits, or moves where a pair comes next."""
    assert segment(repeated(text, units)).units == parts


@pytest.mark.parametrize("text", ["€", BEE])
def test_one_unit_too_many_is_in_two_parts_though_a_pair_moves(text: str) -> None:
    """161 septets of pairs leave a unit free, so one more is taken; 71 units likewise."""
    measure = measure_of(text)
    assert segment(repeated(text, measure.single + 1)).parts == 2


@pytest.mark.parametrize("units", [8, 70, 71, 160, 161, 307, 2_000])
def test_it_begins_and_ends_as_the_text(units: int) -> None:
    """What stands at an end of the text stands there in the result."""
    made = repeated("\n [b", units)
    assert (made[0], made[-1]) == ("\n", "b")


@given(text=GSM_TEXTS | TEXTS, units=LENGTHS, parts=st.integers(1, MAX_PARTS))
def test_limits_go_before_the_length(text: str, units: int, parts: int) -> None:
    """There are exactly as many parts as must be, however many units are asked for."""
    made = segment(of_parts(text, units, parts, parts))
    assert (made.parts, made.encoding) == (parts, segment(text).encoding)


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("a" * 160, 1, (160,)),
        ("a" * 161, 1, (160,)),
        ("a" * 161, 2, (153, 8)),
        ("a" * 200 + "ç", 1, (70,)),
        ("a" * 133 + "ç", 2, (67, 67)),
        (BEE * 40, 1, (70,)),
    ],
)
def test_a_text_is_shortened_where_it_is_too_long(
    text: str, most: int, parts: tuple[int, ...]
) -> None:
    """It is left alone where it fits, and keeps its encoding where it does not."""
    made = shortened(text, most)
    assert segment(made).units == parts
    assert (made == text) == (segment(text).parts <= most)


def test_as_many_pieces_as_there_can_be_are_an_sms() -> None:
    """A string that stands for them all has no more than 255 parts."""
    for piece in GSM_PIECES + UCS_PIECES:
        assert segment("ç" + piece * 255).parts < MAX_PARTS


@pytest.mark.slow
@given(text=GSM_TEXTS | TEXTS, parts=st.integers(2, MAX_PARTS))
def test_a_straddling_text_moves_a_pair_at_every_end(text: str, parts: int) -> None:
    """Each part but the last ends one unit early; a text without a pair stays as it is."""
    measure = measure_of(text)
    made = repeated(text, measure.most(parts), straddles=True)
    if measure.pairs.search(text):
        *full, _ = segment(made).units
        assert full == [measure.part - 1] * (parts - 1)
    else:
        assert made == repeated(text, measure.most(parts))


@example(text="a" * 100 + "ç", units=80)
@given(text=GSM_TEXTS | TEXTS, units=LENGTHS)
def test_a_straddling_text_keeps_its_encoding_and_its_parts(text: str, units: int) -> None:
    """As one that does not straddle, at any length."""
    measure = measure_of(text)
    made = segment(repeated(text, min(units, measure.most(MAX_PARTS)), straddles=True))
    assert made.encoding == segment(text).encoding
    assert measure.least(made.parts) <= max(min(units, measure.most(MAX_PARTS)), 2)


@pytest.mark.parametrize(
    ("measure", "parts", "least", "most"),
    [(GSM, 1, 1, 160), (GSM, 2, 161, 306), (GSM, 3, 307, 459), (UCS, 1, 1, 70), (UCS, 2, 71, 134)],
)
def test_limits_of_parts(measure: Measure, parts: int, least: int, most: int) -> None:
    """Two parts begin past one full text, not past one full part."""
    assert (measure.least(parts), measure.most(parts)) == (least, most)
