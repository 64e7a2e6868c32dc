"""Parts hold what TS 23.040 says they hold, and splitting loses nothing."""

from __future__ import annotations

import pytest
from gsm0338 import Codec  # type: ignore[import-untyped]
from hypothesis import assume, example, given
from hypothesis import strategies as st
from smspdudecoder.codecs import UCS2  # type: ignore[import-untyped]

from mohook.errors import TextError
from mohook.sms.alphabet import EXTENSION_CHARACTERS, GSM_CHARACTERS, is_gsm
from mohook.sms.segments import (
    GSM_PART,
    GSM_SINGLE,
    MAX_GSM_SEPTETS,
    MAX_PARTS,
    MAX_UCS_UNITS,
    UCS_PART,
    UCS_SINGLE,
    Encoding,
    Segmentation,
    part_starts,
    segment,
    split,
)

BEE = "\N{HONEYBEE}"

VECTORS = [
    ("a" * 160, Encoding.GSM, (160,)),
    ("a" * 161, Encoding.GSM, (153, 8)),
    ("a" * 306, Encoding.GSM, (153, 153)),
    ("a" * 307, Encoding.GSM, (153, 153, 1)),
    ("€" * 80, Encoding.GSM, (160,)),
    ("€" * 81, Encoding.GSM, (152, 10)),
    ("a" * 152 + "€" + "b" * 10, Encoding.GSM, (152, 12)),
    ("ç" * 70, Encoding.UCS, (70,)),
    ("ç" * 71, Encoding.UCS, (67, 4)),
    ("ç" * 134, Encoding.UCS, (67, 67)),
    (BEE * 35, Encoding.UCS, (70,)),
    (BEE * 36, Encoding.UCS, (66, 6)),
    ("a" * 66 + BEE + "b" * 10, Encoding.UCS, (66, 12)),
    # Not in the list of facts, but the sentences above it:
    ("ç" + "€" * 69, Encoding.UCS, (70,)),
    ("ç" + "€" * 70, Encoding.UCS, (67, 4)),
    ("Ç" * 160, Encoding.GSM, (160,)),
    ("a" * 151 + "€" + "b" * 10, Encoding.GSM, (153, 10)),
    ("a" * 65 + BEE + "b" * 10, Encoding.UCS, (67, 10)),
    ("\x1b" * 71, Encoding.UCS, (67, 4)),
    ("Hi my name is earl", Encoding.GSM, (18,)),
]


def one_line(text: object) -> str | None:
    """Name a vector by its ends and its length."""
    return f"{text[0]!a}..{text[-1]!a}x{len(text)}" if isinstance(text, str) and text else None


@pytest.mark.parametrize(("text", "encoding", "units"), VECTORS, ids=one_line)
def test_vectors(text: str, encoding: Encoding, units: tuple[int, ...]) -> None:
    """Encoding and units per part are those of the project's fact sheet."""
    assert segment(text) == Segmentation(encoding, units)
    assert segment(text).parts == len(units) == len(split(text))


def test_limits_are_those_of_140_octets() -> None:
    """160 septets or 70 units fill 140 octets; the header of six takes seven septets or three."""
    assert GSM_SINGLE * 7 == UCS_SINGLE * 16 == 140 * 8
    assert (GSM_PART, UCS_PART) == (GSM_SINGLE - 7, UCS_SINGLE - 3)


def test_encodings_are_the_words_on_the_wire() -> None:
    """ip1's `datacoding` is written from the member itself."""
    assert [str(encoding) for encoding in Encoding] == ["GSM", "UCS"]


def test_empty_text_is_one_part() -> None:
    """As assumed by default, in counting and in splitting."""
    assert segment("") == Segmentation(Encoding.GSM, (0,))
    assert split("") == [""]


def test_empty_text_is_no_part_where_asked() -> None:
    """The other reading is a switch, and touches no other text."""
    assert segment("", empty_parts=0) == Segmentation(Encoding.GSM, ())
    assert segment("a", empty_parts=0) == segment("a")


# A slow reference of its own: characters one at a time, their units from the oracles.


gsm0338 = Codec()


def units_of(text: str, encoding: Encoding) -> int:
    """Count with gsm0338 (an octet a septet) or smspdudecoder (four hex digits a unit)."""
    if encoding is Encoding.GSM:
        return len(gsm0338.encode(text)[0])
    return len(UCS2.encode(text)) // 4


def reference(text: str) -> tuple[Encoding, list[str], list[int]]:
    """Fill parts with one character after the other, and begin a new one when none fits."""
    encoding = Encoding.GSM if is_gsm(text) else Encoding.UCS
    single, part = (160, 153) if encoding is Encoding.GSM else (70, 67)
    parts, units = [""], [0]
    limit = single if units_of(text, encoding) <= single else part
    for character in text:
        width = units_of(character, encoding)
        if units[-1] + width > limit:
            parts.append("")
            units.append(0)
        parts[-1] += character
        units[-1] += width
    return encoding, parts, units


characters = st.one_of(
    st.sampled_from("a€"),
    st.sampled_from(sorted(GSM_CHARACTERS)),
    st.sampled_from("ç" + BEE),
    st.characters(exclude_categories=["Cs"]),
)
runs = st.tuples(characters, st.sampled_from([1, 2, 3, 32, 33, 34, 65, 66, 67, 76, 77, 151, 152]))
"""A character many times over: what it takes to reach the end of a part."""
long_texts = st.lists(runs, max_size=4).map(
    lambda pieces: "".join(character * times for character, times in pieces)
)
texts = st.one_of(st.text(characters, max_size=20), long_texts)


@given(texts)
@example("a" * 152 + "€" * 77 + "a")
@example(BEE * 34 + "ç" + BEE * 34)
def test_segment_and_split_agree_with_the_reference(text: str) -> None:
    """Encoding, units and texts of the parts are what the slow reference makes of them."""
    encoding, parts, units = reference(text)
    assert segment(text) == Segmentation(encoding, tuple(units))
    assert split(text) == parts


@given(texts)
def test_split_loses_nothing(text: str) -> None:
    """The parts, joined, are the text."""
    assert "".join(split(text)) == text


@given(texts)
def test_parts_hold_what_they_may(text: str) -> None:
    """No part is over its limit; none but the last has room for another pair."""
    found = segment(text)
    if found.parts == 1:
        assert found.units[0] <= (160 if found.encoding is Encoding.GSM else 70)
        return
    limit = 153 if found.encoding is Encoding.GSM else 67
    assert all(limit - 1 <= units <= limit for units in found.units[:-1])
    assert 1 <= found.units[-1] <= limit


@given(texts, characters)
def test_a_longer_text_takes_no_fewer_parts(text: str, character: str) -> None:
    """Appending within one encoding never saves a part."""
    assume(segment(text).encoding is segment(text + character).encoding)
    assert segment(text).parts <= segment(text + character).parts


# The longest texts.


@pytest.mark.parametrize(
    ("text", "last"),
    [
        pytest.param("a" * MAX_GSM_SEPTETS, 153, id="gsm"),
        pytest.param("ç" * MAX_UCS_UNITS, 67, id="ucs"),
        pytest.param("€" * (76 * MAX_PARTS), 152, id="escape pairs"),
        pytest.param(BEE * (33 * MAX_PARTS), 66, id="surrogate pairs"),
    ],
)
def test_255_parts_pass_and_one_character_more_does_not(text: str, last: int) -> None:
    """The longest text there is passes whole; one more character of its kind is refused."""
    found = segment(text)
    assert (found.parts, found.units[-1]) == (255, last)
    for refuses in (segment, split):
        with pytest.raises(TextError, match="more than 255 parts"):
            refuses(text + text[-1])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a" * 39_016, "39016 septets .* at most 39015", id="gsm"),
        pytest.param("€" * 19_381, "38762 septets .* at most 39015, fewer", id="escape pairs"),
        pytest.param("ç" * 17_086, "17086 UCS-2 units .* at most 17085", id="ucs"),
        pytest.param(BEE * 20_000, "40000 UCS-2 units .* at most 17085", id="far too long"),
    ],
)
def test_too_long_tells_length_and_maximum(text: str, told: str) -> None:
    """The error counts in the units of the text's own encoding."""
    with pytest.raises(TextError, match=f"^text of {told}.*; shorten it$"):
        segment(text)


# Lone surrogates.


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("\ud800", r"'\\ud800' at index 0", id="high"),
        pytest.param("abc\udfff", r"'\\udfff' at index 3", id="low"),
        pytest.param("\ud83d\udc1d", r"'\\ud83d' at index 0", id="halves that would pair"),
        pytest.param("ç" * 100 + "\udc00", r"'\\udc00' at index 100", id="in a long text"),
    ],
)
def test_lone_surrogates_are_refused(text: str, told: str) -> None:
    """The error tells where the surrogate stands and which it is."""
    for refuses in (segment, split):
        with pytest.raises(TextError, match=f"^lone surrogate {told}: expected"):
            refuses(text)


@pytest.mark.parametrize("character", ["\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff"])
def test_neighbours_of_surrogates_pass(character: str) -> None:
    """Characters at the edges of the planes count one unit, or two beyond U+FFFF."""
    assert segment(character).units == (1 + (character > "\uffff"),)


@pytest.mark.parametrize("character", EXTENSION_CHARACTERS)
def test_no_escape_pair_is_split(character: str) -> None:
    """An extension character that would lie across the end begins the next part."""
    parts = split("a" * 152 + character + "b" * 10)
    assert parts == ["a" * 152, character + "b" * 10]


@pytest.mark.parametrize(
    ("text", "in_all", "left"),
    [
        ("", 0, 160),
        ("a" * 160, 160, 0),
        ("a" * 161, 161, 145),
        ("€" * 81, 162, 143),
        ("ç", 1, 69),
        (BEE * 36, 72, 61),
    ],
    ids=one_line,
)
def test_what_is_left_of_the_last_part_is_told(text: str, in_all: int, left: int) -> None:
    """By the size of a part that stands alone, or of one among several."""
    made = segment(text)
    assert (made.units_in_all, made.units_left) == (in_all, left)
    assert segment("", empty_parts=0).units_left == 0


@given(st.text(st.sampled_from("aç€" + BEE), max_size=400))
def test_parts_start_where_the_text_is_split(text: str) -> None:
    """Cut there, the pieces are the parts."""
    starts = part_starts(text)
    pieces = [text[a:b] for a, b in zip((0, *starts), (*starts, len(text)), strict=True)]
    assert pieces == split(text)
