"""The alphabet agrees with TS 23.038 and with two independent implementations.

The oracles differ from the standard, and from mohook, in one place: gsm0338 encodes U+001B
as the septet 0x1B. TS 23.038 6.2.1 gives that code to the escape, which is no character.
"""

from __future__ import annotations

import math

import pytest
from gsm0338 import Codec  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from smspdudecoder.codecs import GSM  # type: ignore[import-untyped]

from mohook.errors import TextError
from mohook.sms.alphabet import (
    BASIC_CHARACTERS,
    ESCAPE,
    EXTENSION_CHARACTERS,
    EXTENSION_TABLE,
    GSM_CHARACTERS,
    first_non_gsm,
    forcing_characters,
    is_gsm,
    septets,
)

gsm0338 = Codec()

gsm_texts = st.text(st.sampled_from(sorted(GSM_CHARACTERS)))
any_texts = st.text(st.one_of(st.sampled_from(sorted(GSM_CHARACTERS)), st.characters()))


@pytest.mark.parametrize("character", [*"@£Çà§¿ΔΩß\n\r", *"\f^{}\\[~]|€", " ", "'"])
def test_alphabet_holds(character: str) -> None:
    """Characters of the two tables are GSM."""
    assert is_gsm(character)
    assert first_non_gsm(character) is None


@pytest.mark.parametrize(
    "character",
    [
        pytest.param("ç", id="small c with cedilla: only the capital is in"),
        pytest.param("\x1b", id="the escape is no character"),
        pytest.param("`", id="grave accent"),
        pytest.param("\t", id="tab"),
        pytest.param("\0", id="null"),
        pytest.param("\N{OHM SIGN}", id="ohm, not capital omega"),
        pytest.param("\N{INCREMENT}", id="increment, not capital delta"),
        pytest.param("\N{GREEK CAPITAL LETTER ALPHA}", id="alpha, though it looks like A"),
        pytest.param("\N{RIGHT SINGLE QUOTATION MARK}", id="curly apostrophe"),
        pytest.param("\N{NO-BREAK SPACE}", id="no-break space"),
        pytest.param("e\N{COMBINING ACUTE ACCENT}", id="decomposed e acute"),
        pytest.param("\N{HONEYBEE}", id="emoji"),
        pytest.param("\ud800", id="lone surrogate"),
    ],
)
def test_alphabet_lacks(character: str) -> None:
    """Characters outside the two tables are not GSM, however much they look like one."""
    assert not is_gsm(character)


def test_the_tables_hold_137_distinct_characters() -> None:
    """127 characters of one septet and ten of two, none of them twice."""
    assert len(BASIC_CHARACTERS) == 127
    assert len(EXTENSION_TABLE) == 10
    assert len(GSM_CHARACTERS) == 137


def test_is_gsm_takes_the_tables_and_nothing_else() -> None:
    """Of all the characters in the basic plane, those of the tables pass and no other."""
    assert {character for character in map(chr, range(0x10000)) if is_gsm(character)} == (
        GSM_CHARACTERS
    )


def test_table_order_agrees_with_gsm0338() -> None:
    """A character's place in the table is its code, as gsm0338 decodes it."""
    codes = bytes(code for code in range(0x80) if code != ESCAPE)
    assert gsm0338.decode(codes)[0] == BASIC_CHARACTERS
    for code, character in EXTENSION_TABLE.items():
        assert gsm0338.decode(bytes((ESCAPE, code)))[0] == character


def test_table_order_agrees_with_smspdudecoder() -> None:
    """Both tables are smspdudecoder's, code by code, but for its entry for the escape."""
    assert GSM.ALPHABET.replace("\x1b", "") == BASIC_CHARACTERS
    assert GSM.ALPHABET_EXT == EXTENSION_TABLE


def refused_by_gsm0338(text: str) -> tuple[int, str] | None:
    """Return where gsm0338 stops, with the escape put among what it refuses."""
    try:
        gsm0338.encode(text.replace("\x1b", "\N{HONEYBEE}"))
    except UnicodeEncodeError as error:
        return error.start, text[error.start]
    return None


@given(any_texts)
def test_first_non_gsm_is_where_gsm0338_stops(text: str) -> None:
    """A text is GSM exactly when gsm0338 encodes it; else both name the same character."""
    assert first_non_gsm(text) == refused_by_gsm0338(text)
    assert is_gsm(text) == (refused_by_gsm0338(text) is None)


@given(gsm_texts)
def test_septets_agree_with_gsm0338(text: str) -> None:
    """The unpacked encoding has one octet a septet."""
    assert septets(text) == len(gsm0338.encode(text)[0])


@given(gsm_texts.filter(bool))
def test_septets_agree_with_smspdudecoder(text: str) -> None:
    """Packed, seven bits a septet fill as many octets as smspdudecoder writes."""
    assert math.ceil(septets(text) * 7 / 8) == len(bytes.fromhex(GSM.encode(text)))


@given(gsm_texts, gsm_texts)
def test_septets_add_up(left: str, right: str) -> None:
    """No character's septets depend on its neighbours."""
    assert septets(left + right) == septets(left) + septets(right)


@pytest.mark.parametrize("character", EXTENSION_CHARACTERS)
def test_extension_characters_take_two_septets(character: str) -> None:
    """Escape and code: two."""
    assert septets(character) == 2


@pytest.mark.parametrize("character", BASIC_CHARACTERS)
def test_basic_characters_take_one_septet(character: str) -> None:
    """The code alone: one."""
    assert septets(character) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [("Garçon", r"'\\xe7' at index 3"), ("a\x1b", r"'\\x1b' at index 1"), ("\ud800", r"'\\ud800'")],
)
def test_septets_refuse_other_characters(text: str, named: str) -> None:
    """The error names the character, where it stands, and what becomes of such a text."""
    with pytest.raises(TextError, match=rf"^{named}.*GSM 7-bit.*sent as UCS-2$"):
        septets(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("plain [text] €", None),
        ("Garçon, ça va", (3, "ç")),
        ("\N{HONEYBEE}\N{HONEYBEE}", (0, "\N{HONEYBEE}")),
        ("[\N{HONEYBEE}", (1, "\N{HONEYBEE}")),
    ],
)
def test_first_non_gsm_names_the_first_culprit(text: str, found: tuple[int, str] | None) -> None:
    """The index counts characters, neither septets nor UTF-16 units."""
    assert first_non_gsm(text) == found


def test_each_forcing_character_is_named_once_with_every_place() -> None:
    """In the order in which they come; what Unicode gives no name has its code point."""
    found = forcing_characters("\tça \N{HONEYBEE}ç €\ud800\t")
    assert [(each.character, each.name, each.code_point, each.positions) for each in found] == [
        ("\t", "U+0009", "U+0009", (0, 9)),
        ("ç", "LATIN SMALL LETTER C WITH CEDILLA", "U+00E7", (1, 5)),
        ("\N{HONEYBEE}", "HONEYBEE", "U+1F41D", (4,)),
        ("\ud800", "U+D800", "U+D800", (8,)),
    ]


@given(any_texts)
def test_a_text_without_its_forcing_characters_is_gsm(text: str) -> None:
    """All of them are named, and nothing else; the first is that of `first_non_gsm`."""
    found = forcing_characters(text)
    places = {at: each.character for each in found for at in each.positions}
    assert places == {at: each for at, each in enumerate(text) if each not in GSM_CHARACTERS}
    assert first_non_gsm(text) == (min(places.items()) if places else None)
    assert is_gsm("".join(each for at, each in enumerate(text) if at not in places))
