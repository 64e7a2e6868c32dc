"""Texts: all that an SMS carries, nothing that it does not, and the simplest when a test fails."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from mohook.errors import InputError
from mohook.providers.provider import Payload
from mohook.sms.alphabet import EXTENSION_CHARACTERS, is_gsm
from mohook.sms.segments import MAX_PARTS, Encoding, segment
from pytest_mohook.strategies import intelepeer_messages, ip1_messages, sms_texts
from pytest_mohook.strategies.pieces import GSM_PIECES, UCS_PIECES
from pytest_mohook.strategies.shapes import Limits, shapes
from tests.pytest_mohook.strategies.drawing import drawn, drawn_for_each_seed, smallest


def takes(*units: int) -> Callable[[str], bool]:
    return lambda text: segment(text).units == units


def many_full(part: int) -> Callable[[str], bool]:
    return lambda text: set(segment(text).units) == {part} and segment(text).parts > 1


def moves_a_pair(part: int) -> Callable[[str], bool]:
    return lambda text: part - 1 in segment(text).units[:-1]


def is_of(*directions: str) -> Callable[[str], bool]:
    return lambda text: any(unicodedata.bidirectional(each) in directions for each in text)


def holds(*pieces: str) -> Callable[[str], bool]:
    return lambda text: any(piece in text for piece in pieces)


EDGES: dict[str, Callable[[str], bool]] = {
    "GSM": is_gsm,
    "UCS": lambda text: not is_gsm(text),
    "nothing": lambda text: not text,
    "one character": lambda text: len(text) == 1,
    "160 septets": takes(160),
    "161 septets": takes(153, 8),
    "70 units": takes(70),
    "71 units": takes(67, 4),
    "full parts of 153": many_full(153),
    "full parts of 67": many_full(67),
    "255 parts in GSM": lambda text: is_gsm(text) and segment(text).parts == MAX_PARTS,
    "255 parts in UCS": lambda text: not is_gsm(text) and segment(text).parts == MAX_PARTS,
    "an escape pair where parts meet": moves_a_pair(153),
    "a surrogate pair where parts meet": moves_a_pair(67),
    "right to left": is_of("R", "AL"),
    "a direction mark": is_of("RLO"),
    "combining": lambda text: any(map(unicodedata.combining, text)),
    "a line end": holds("\n"),
    "a carriage return": holds("\r"),
    "both": holds("\r\n"),
    "white space at first": lambda text: text != text.lstrip(),
    "white space at last": lambda text: text != text.rstrip(),
    "HTML": holds("<b>"),
    "SQL": holds("' OR "),
    "JSON": holds('{"a":'),
    "a number": holds("007", "1e3"),
    "a template": holds("{{7*7}}"),
    "a format": holds("%s"),
    "NUL": holds("\0"),
    "a noncharacter": holds("\ufffe", "\uffff"),
    "joined emoji": holds("\u200d"),
    **{f"an extension: {each!a}": holds(each) for each in EXTENSION_CHARACTERS},
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, nearly whatever the seed."""
    tests = drawn_for_each_seed(sms_texts)
    assert sum(any(map(EDGES[edge], texts)) for texts in tests) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(
    ("messages", "name"), [(ip1_messages, "body"), (intelepeer_messages, "message")]
)
def test_an_edge_is_found_in_messages(
    edge: str, messages: Callable[[], st.SearchStrategy[Payload]], name: str
) -> None:
    """As often as in texts alone: in 100 examples, for four seeds of five at least."""
    tests = drawn_for_each_seed(messages)
    assert sum(any(EDGES[edge](each[name]) for each in payloads) for payloads in tests) >= 4


@pytest.mark.slow
def test_every_piece_is_found() -> None:
    """Five tests of the default size meet each."""
    joined = "\N{BULLET}".join(text for texts in drawn_for_each_seed(sms_texts) for text in texts)
    assert [piece for piece in GSM_PIECES + UCS_PIECES if piece not in joined] == []


@pytest.mark.parametrize("encoding", Encoding)
def test_pairs_where_parts_meet_are_no_accident(encoding: str) -> None:
    """Some texts are made so, where there is more than one part."""
    several, one = (Limits(encoding, 1, most, allow_empty=True) for most in (2, 1))
    assert any(shape.straddles for shape in drawn(shapes(several)))
    assert not any(shape.straddles for shape in drawn(shapes(one)))


@pytest.mark.slow
def test_most_texts_are_of_few_parts() -> None:
    """The longest there are do not set the pace of a test."""
    for texts in drawn_for_each_seed(sms_texts):
        assert sum(segment(text).parts <= 3 for text in texts) > 75


def test_pieces_force_what_their_table_says() -> None:
    """A GSM text of pieces stays one, and each of the others ends it; none stands twice."""
    assert all(map(is_gsm, GSM_PIECES))
    assert not any(map(is_gsm, UCS_PIECES))
    assert len(set(GSM_PIECES + UCS_PIECES)) == len(GSM_PIECES + UCS_PIECES)


@given(text=sms_texts())
def test_an_sms_carries_it(text: str) -> None:
    """1 to 255 parts, and no half of a character."""
    assert 1 <= segment(text).parts <= MAX_PARTS
    text.encode()


PART_COUNTS = st.integers(1, 4) | st.integers(1, MAX_PARTS) | st.just(MAX_PARTS)
ENCODINGS = st.sampled_from([None, *Encoding])


@pytest.mark.slow
@given(st.data(), ENCODINGS, st.lists(PART_COUNTS, min_size=2, max_size=2), st.booleans())
def test_arguments_hold(
    data: st.DataObject, encoding: Any, parts: list[int], allow_empty: bool
) -> None:
    """A text has the encoding and the number of parts that were asked for."""
    least, most = sorted(parts)
    arguments = {"encoding": encoding, "min_parts": least, "max_parts": most}
    text = data.draw(sms_texts(**arguments, allow_empty=allow_empty))
    made = segment(text)
    assert encoding in (None, made.encoding)
    assert least <= made.parts <= most
    assert text or allow_empty


@pytest.mark.slow
@pytest.mark.parametrize("encoding", Encoding)
@pytest.mark.parametrize("parts", [1, 2, 3, MAX_PARTS])
def test_edges_of_a_narrow_range_are_found(encoding: Any, parts: int) -> None:
    """The shortest and the longest text of so many parts."""
    single, part = {"GSM": (160, 153), "UCS": (70, 67)}[encoding]
    longest = single if parts == 1 else parts * part
    shortest = 1 if parts == 1 else single + 1 if parts == 2 else (parts - 1) * part + 1
    texts = drawn(sms_texts(encoding=encoding, min_parts=parts, max_parts=parts))
    lengths = {sum(segment(text).units) for text in texts}
    assert {shortest, longest} <= lengths
    assert max(lengths) == longest


@pytest.mark.slow
def test_a_ucs_text_may_hold_gsm_characters() -> None:
    """They come before and after the character that forces the encoding."""
    texts = drawn(sms_texts(encoding="UCS"))
    assert any(is_gsm(text[0]) for text in texts)
    assert any(is_gsm(text[-1]) for text in texts)


def test_words_of_the_emulator_are_taken() -> None:
    """An encoding may be given as `Encoding`, whose members are strings."""
    assert smallest(sms_texts(encoding=Encoding.UCS), lambda _: True) == "ç"


@pytest.mark.slow
def test_no_health_check_minds_many_texts() -> None:
    """Lists of texts are drawn under default settings."""
    assert len(drawn(st.lists(sms_texts()))) == 100


@pytest.mark.parametrize(
    ("arguments", "character", "times"),
    [
        ({}, "", 0),
        ({"allow_empty": False}, "0", 1),
        ({"encoding": "UCS"}, "ç", 1),
        ({"min_parts": 2, "encoding": "GSM"}, "0", 161),
        ({"min_parts": 2, "encoding": "UCS"}, "ç", 71),
        ({"min_parts": 3, "encoding": "GSM"}, "0", 307),
    ],
)
def test_the_simplest_text(arguments: dict[str, Any], character: str, times: int) -> None:
    """What a test shows that fails on every text."""
    assert smallest(sms_texts(**arguments), lambda _: True) == character * times


SMALLEST: dict[str, tuple[Callable[[str], bool], str | None]] = {
    "a limit of septets": (lambda text: is_gsm(text) and segment(text).parts > 1, "0" * 161),
    "HTML": (holds("<"), "<"),
    "an extension": (holds("€"), "€"),
    "NUL": (holds("\0"), "\0"),
    "two things": (lambda text: "'" in text and "<" in text, "'<"),
    "an emoji": (lambda text: any(each > "\uffff" for each in text), None),
    "white space": (lambda text: text != text.strip(), None),
    "right to left": (is_of("R", "AL"), None),
    "more bytes than characters": (lambda text: len(text.encode()) > len(text), None),
}


@pytest.mark.slow
@pytest.mark.parametrize("failure", SMALLEST)
def test_it_shrinks_to_what_matters(failure: str) -> None:
    """One character, or as many of one as it takes; which one may depend on the way there."""
    condition, expected = SMALLEST[failure]
    text = smallest(sms_texts(), condition)
    assert len(text) == 1 if expected is None else text == expected


@pytest.mark.slow
def test_a_limit_shrinks_to_one_character_repeated() -> None:
    """Just past the limit; some versions of Hypothesis stop at the next edge."""
    text = smallest(sms_texts(), lambda text: len(text) > 140)
    assert text in ("0" * 141, "0" * 160)


@pytest.mark.slow
def test_several_parts_shrink_to_one_character_repeated() -> None:
    """161 septets, or 71 units."""
    text = smallest(sms_texts(), lambda text: segment(text).parts > 1)
    assert sum(segment(text).units) in (161, 71)
    assert len(set(text)) == 1


MISUSES: dict[str, tuple[dict[str, Any], str]] = {
    "letter case": ({"encoding": "gsm"}, "encoding='gsm': expected one of 'GSM', 'UCS'"),
    "no word": ({"encoding": 7}, "encoding=7: expected one of"),
    "a strategy": ({"encoding": st.just("GSM")}, r"encoding=just\('GSM'\).*draw a value and pass"),
    "no part": ({"min_parts": 0}, "min_parts=0: expected a whole number from 1 to 255"),
    "too many parts": ({"max_parts": 256}, "max_parts=256: expected a whole number from 1 to 255"),
    "half a part": ({"max_parts": 1.5}, "max_parts=1.5: expected a whole number"),
    "a true part": ({"min_parts": True}, "min_parts=True: expected a whole number"),
    "the wrong way": ({"min_parts": 3, "max_parts": 2}, "min_parts=3 is above max_parts=2: lower"),
    "a strategy of parts": ({"max_parts": st.integers()}, "not a strategy"),
    "no claim": ({"allow_empty": None}, "allow_empty=None: expected True or False"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    arguments, told = MISUSES[misuse]
    made = sms_texts(**arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)


COLD = """
from hypothesis import given, settings
from pytest_mohook.strategies import hostile_requests, ip1_messages, sms_texts

@settings(max_examples=30)
@given(text=sms_texts(), payload=ip1_messages(), request=hostile_requests("intelepeer"))
def look(text, payload, request): ...

look()
"""


@pytest.mark.slow
def test_nothing_takes_long_where_everything_is_new(tmp_path: Path) -> None:
    """Hypothesis prepares no codec, for which it takes a second and then blames the test."""
    variables = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    subprocess.run([sys.executable, "-c", COLD], cwd=tmp_path, env=variables, check=True)
    prepared = {path.name for path in tmp_path.rglob("*.gz")}
    assert prepared
    assert not {name for name in prepared if name.startswith("codec-")}
